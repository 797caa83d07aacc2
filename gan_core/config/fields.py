"""Declare a hyperparameter once: bounds, scale, unit, label and help, in the field's metadata.

Validation, the page's widgets, the command line and the docs all read the same `Param`.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from numbers import Integral, Real
from typing import Any, Literal

from gan_core.errors import ConfigError, short

Kind = Literal["int", "float", "choice", "ints", "names", "text", "edits"]


@dataclasses.dataclass(frozen=True)
class Param:
    """What is known of one hyperparameter.

    Attributes:
        kind: the type of its value; ``ints``, ``names`` and ``edits`` are tuples.
        label: its name on a page, in English.
        help: what it does and what to expect when it goes up, in English.
        low: smallest allowed value (of each entry, for ``ints``).
        high: largest allowed value (of each entry, for ``ints``).
        scale: how a slider spreads the values between the bounds.
        unit: unit of the value, empty for a pure number.
        choices: the allowed values of a ``choice``, asked for when needed (registries grow).
        max_length: most entries of ``ints`` or ``edits``.
        usual: the range a slider offers, inside the bounds; the rest is for files and scripts.
        is_open: whether a ``choice`` may be another text: what was there may be gone.
        key: its short name in a link (see `gan_core.config.links`); empty for the field's own name.
    """

    kind: Kind
    label: str
    help: str
    low: float = -math.inf
    high: float = math.inf
    scale: Literal["linear", "log"] = "linear"
    unit: str = ""
    choices: Callable[[], Sequence[str]] | None = None
    max_length: int = 0
    usual: tuple[float, float] | None = None
    key: str = ""
    is_open: bool = False

    def expected(self) -> str:
        """The allowed values in words, as they stand in an error message."""
        bounds = f"from {_number(self.low)} to {_number(self.high)}"
        match self.kind:
            case "int":
                return f"a whole number {bounds}"
            case "float":
                return f"a number {bounds}"
            case "choice":
                return "one of " + ", ".join(self.choices() if self.choices else ())
            case "ints":
                return f"a list of at most {self.max_length} whole numbers {bounds}"
            case "text":
                return "a text"
            case "edits":
                return f'a list of at most {self.max_length:,} {{"step": n, "set": {{...}}}}'
            case _:
                return "a list of names"

    def check(self, path: str, value: Any) -> Any:  # noqa: ANN401 - the type is `kind`
        """Return the value in its normal form.

        Raises:
            ConfigError: the value is of the wrong kind or out of bounds.
        """
        if self.kind == "int" and _is_int(value) and self.low <= value <= self.high:
            return int(value)
        if self.kind == "float" and _is_real(value) and self.low <= value <= self.high:
            return float(value)
        if self.kind == "choice" and self._is_choice(value):
            return value
        if self.kind == "ints" and self._fit(value):
            return tuple(int(v) for v in value)
        if self.kind == "text" and isinstance(value, str):
            return value
        if self.kind == "edits" and _is_list(value) and len(value) <= self.max_length:
            return tuple(value)  # the config reads them: it knows which settings there are
        if self.kind == "names" and _is_list(value) and all(isinstance(v, str) for v in value):
            if len(set(value)) < len(value):
                raise ConfigError(path, f"{path} names something twice. Got {short(value)}.")
            return tuple(value)
        raise ConfigError(path, f"{path} must be {self.expected()}. Got {short(value)} instead.")

    def _is_choice(self, value: Any) -> bool:  # noqa: ANN401
        return (self.is_open and isinstance(value, str)) or (
            self.choices is not None and value in self.choices()
        )

    def _fit(self, widths: Any) -> bool:  # noqa: ANN401
        return (
            _is_list(widths)
            and len(widths) <= self.max_length
            and all(_is_int(w) and self.low <= w <= self.high for w in widths)
        )


def param(default: object, kind: Kind, label: str, help: str, **known: Any) -> Any:  # noqa: ANN401
    """A dataclass field that carries its `Param`; arguments as there."""
    declared = Param(kind=kind, label=label, help=help, **known)
    return dataclasses.field(default=default, metadata={"param": declared})


def params(config_class: type) -> Iterator[tuple[str, Param]]:
    """The declared hyperparameters of a config dataclass, by field name."""
    for field in dataclasses.fields(config_class):
        if "param" in field.metadata:
            yield field.name, field.metadata["param"]


def check_fields(config: Any, section: str) -> None:  # noqa: ANN401 - any frozen config dataclass
    """Validate every declared field of a frozen dataclass and store its normal form."""
    for name, declared in params(type(config)):
        path = f"{section}.{name}" if section else name
        object.__setattr__(config, name, declared.check(path, getattr(config, name)))


def _is_int(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_real(value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _is_list(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, (list, tuple))


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"
