"""The parts of a script, and helpers that write Python as a formatter would."""

import json
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True)
class Part:
    """A section of the script, and a cell of the notebook with the explanation above it.

    Attributes:
        title: a few words.
        text: what happens here and why, one paragraph.
        code: Python, formatted.
        imports: the import statements that the code needs.
    """

    title: str
    text: str
    code: str
    imports: tuple[str, ...] = ()


def quoted(text: str) -> str:
    """A string literal."""
    return json.dumps(text, ensure_ascii=False)


def listed(before: str, items: Iterable[str], after: str = "]", width: int = WIDTH) -> str:
    """``before`` items ``after`` on one line or, if that is too long, one line per item.

    >>> listed("names = [", ["a", "b"])
    'names = [a, b]'
    """
    items = list(items)
    line = f"{before}{', '.join(items)}{after}"
    return line if len(line) <= width else stacked(before, items, after)


def stacked(before: str, items: Iterable[str], after: str = "]") -> str:
    """Like `listed`, but always one line per item."""
    return "\n".join((before, *(f"    {item}," for item in items), after))


def literal(value: float | str) -> str:
    """A number as one would type it: ``10_000``, ``0.0002``; or a string literal."""
    if isinstance(value, str):
        return quoted(value)
    return f"{value:_}" if isinstance(value, int) and value >= 10_000 else repr(value)


def commented(text: str) -> str:
    """A paragraph as comment lines."""
    return textwrap.fill(text, WIDTH - 4, initial_indent="# ", subsequent_indent="# ")


def one_line(text: str) -> str:
    """A title, possibly from a user, made unable to end a docstring or a comment."""
    return " ".join(text.replace("\\", "/").replace('"', "'").split())
