"""What the viewer can be asked, each kind answered by a generator in the file of its subject."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gan_core.registry import Registry


@dataclass(frozen=True)
class Part:
    """A piece of an answer, after which the viewer may turn to another question.

    Attributes:
        data: the next bytes of the answer, none where it only became known how far it is.
        done: how much of the work is done.
        of: how much there is.
    """

    data: bytes = b""
    done: int = 0
    of: int = 0


Parts = Iterator[Part]

# Called with the store, the cache of this process and what was asked, by keyword. The parts' data
# make up the answer: JSON, but for files.
QUESTIONS: Registry[Callable[..., Parts]] = Registry("question")


def as_json(value: object) -> bytes:
    """Plain values as compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()
