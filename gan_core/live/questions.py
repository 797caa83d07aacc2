"""The questions the viewer answers, each by a generator in the file of its subject."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gan_core.registry import Registry


@dataclass(frozen=True)
class Part:
    """A piece of an answer, after which the viewer may switch to another question."""

    data: bytes = b""  # empty if only the progress changed
    done: int = 0  # how much of the work is done
    of: int = 0  # how much work there is


Parts = Iterator[Part]

# Called with the store, this process's cache and the arguments by keyword: `run` is an id, `state`
# what the asker has seen of the run, so that another state is another question. The data of the
# parts make up the answer: JSON, except for files.
QUESTIONS: Registry[Callable[..., Parts]] = Registry("question")


def as_json(value: object) -> bytes:
    """Plain values as compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()
