"""The errors a user can meet, each with a message that says what to do."""

from collections.abc import Sequence


class GanForgeError(Exception):
    """Base of every error whose message may be shown to a user unchanged."""


class ConfigError(GanForgeError):
    """A setting is unknown, of the wrong kind or out of bounds.

    Attributes:
        path: the setting's dotted name, such as ``training.epochs``; empty for the whole config.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


class DataError(GanForgeError):
    """A table cannot be trained on: unknown source, class or feature, or too few rows."""


class LimitError(GanForgeError):
    """A valid request is larger than this server allows (see `gan_core.limits`)."""


class DivergedError(GanForgeError):
    """A loss became NaN or infinite.

    Attributes:
        step: the first step (counted from 1) whose loss is not a finite number.
    """

    def __init__(self, step: int) -> None:
        super().__init__(
            f"diverged at step {step:,}: a loss is no longer a finite number. Everything before "
            "that step is kept. A smaller learning rate or smaller networks usually help."
        )
        self.step = step


class CheckpointError(GanForgeError):
    """A checkpoint does not match the config it is resumed with, or is damaged."""


class StoreError(GanForgeError):
    """The store of runs cannot be read or written."""


class StoreBusyError(StoreError):
    """The store stayed locked by another process for longer than the timeout."""


class StoreFullError(StoreError):
    """The disk under the store is full."""


class StoreGoneError(StoreError):
    """The store's file was deleted, replaced or emptied while it was in use."""


class StoreTooNewError(StoreError):
    """The store was written by a newer version of this program."""


class RunNotFoundError(StoreError):
    """No run has this id, or the id is malformed."""


class AccessError(StoreError):
    """An attempt to change somebody else's job."""


class RunStateError(StoreError):
    """The action does not fit the state of the run, such as pausing a finished one."""


class StaleAttemptError(StoreError):
    """A worker of an older attempt tried to write; a newer attempt owns the run."""


class ViewError(GanForgeError):
    """A picture was requested that the run does not have."""


class ViewerError(GanForgeError):
    """The viewer, which computes pictures, samples and scores, cannot answer a request."""


class ViewerAwayError(ViewerError):
    """No viewer is running, or too many requests are waiting for it: try again in a moment."""


def short(value: object, most: int = 60) -> str:
    """A value as shown in a message, cut to a readable length."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # thousands of digits, or nested thousands deep
        text = f"a {type(value).__name__} too large to print"
    return text if len(text) <= most else text[: most - 3] + "..."


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names as a sentence lists them.

    >>> listed(["bce", "hinge", "minimax"], "or")
    'bce, hinge or minimax'
    """
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last


def hint(near: Sequence[str], known: Sequence[str]) -> str:
    """The end of a message about an unknown name: similar names, or all known ones."""
    if near:
        return f"Did you mean {listed([*map(repr, near)], 'or')}?"
    return f"Known here: {', '.join(known)}."
