"""One setting: its declaration, and how pydantic checks a value against it."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gan_core.errors import ConfigError, short

Kind = Literal["int", "float", "choice", "ints", "names", "set", "text", "edits"]
_TWICE = "twice"


@dataclass(frozen=True)
class Setting:
    """The declaration of one setting.

    Attributes:
        label: its name on a page, in English.
        help: what it does and what to expect when it goes up, in English.
        low: smallest allowed value (of each entry, for ``ints``).
        high: largest allowed value (of each entry, for ``ints``).
        scale: how a slider spaces the values between the bounds.
        unit: unit of the value, empty for a pure number.
        choices: the allowed values, looked up when needed (registries grow).
        max_length: maximum number of entries of ``ints`` or ``edits``.
        usual: the range a slider offers, within the bounds; the rest is for files and scripts.
        key: its short name in a link (see `gan_core.config.links`); by default the field's.
        is_open: whether a ``choice`` may be some other text: what once existed may be gone.
        editable: whether it can change while a run trains: an engine can adopt it between two
            steps without losing the state of the networks and of Adam.
        kind: the type of its value, from the field's; all kinds from ``ints`` on are tuples, except
            ``text``. A ``set`` holds names among the choices.
        default: its value in the tutorial, from the field's.
        members: the registry, if the choices are its members: each has a label and a help.
    """

    label: str
    help: str
    low: float = -math.inf
    high: float = math.inf
    scale: Literal["linear", "log"] = "linear"
    unit: str = ""
    choices: Callable[[], Collection[str]] | None = None
    max_length: int = 0
    usual: tuple[float, float] | None = None
    key: str = ""
    is_open: bool = False
    editable: bool = False
    kind: Kind = "text"
    default: Any = None
    members: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    def expected(self) -> str:
        """The allowed values in words, for error messages."""
        bounds = f"from {_number(self.low)} to {_number(self.high)}"
        names = ", ".join(self.choices() if self.choices else ())
        return {
            "int": f"a whole number {bounds}",
            "float": f"a number {bounds}",
            "choice": f"one of {names}",
            "ints": f"a list of at most {self.max_length} whole numbers {bounds}",
            "names": "a list of names",
            "set": f"a list of any of {names}",
            "text": "a text",
            "edits": f'a list of at most {self.max_length:,} {{"step": n, "set": {{...}}}}',
        }[self.kind]

    def check(self, path: str, value: object) -> Any:  # noqa: ANN401 - the type is `kind`
        """Return the value in its normal form.

        Raises:
            ConfigError: the value is of the wrong kind or out of bounds.
        """
        try:
            return _adapter(self).validate_python(value)
        except ValidationError as error:
            raise self.refusal(path, value, error) from None

    def refusal(self, path: str, value: object, error: ValidationError) -> ConfigError:
        """The finding of pydantic, worded like every message about a setting."""
        if error.errors(include_url=False)[0]["type"] == _TWICE:
            return ConfigError(path, f"{path} contains a name twice. Got {short(value)}.")
        return ConfigError(path, f"{path} must be {self.expected()}. Got {short(value)} instead.")

    def of_field(self, annotation: object, name: str, default: object) -> "Setting":
        """A copy completed with what its field says about it."""
        key = self.key or name
        return replace(self, kind=self._kind(annotation), key=key, default=default)

    def _kind(self, annotation: object) -> Kind:
        if self.choices:
            return "choice" if annotation is str else "set"
        return _KINDS.get(annotation, "edits")

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """How pydantic checks it."""
        match self._kind(source):
            case "int":
                return _plain(self._int())
            case "float":
                bounds = core_schema.float_schema(
                    strict=True, allow_inf_nan=False, ge=self.low, le=self.high
                )
                return _plain(bounds)
            case "ints":
                return _tuple_of(_plain(self._int()), self.max_length)
            case "edits":  # checked by the config, which knows the settings
                return _tuple_of(core_schema.any_schema(), self.max_length)
            case "choice" | "text":
                text = core_schema.str_schema(strict=True)
                return core_schema.no_info_after_validator_function(self._known, text)
            case _:
                names = _tuple_of(core_schema.str_schema(strict=True))
                return core_schema.no_info_after_validator_function(self._each_once, names)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Its JSON schema, without ranges of sliders and the like."""
        known: dict[str, Any] = {"title": self.label, "description": self.help}
        if self.choices and not self.is_open:
            known["enum"] = list(self.choices())
        return {**handler(schema), **known}

    def _int(self) -> CoreSchema:
        return core_schema.int_schema(strict=True, ge=int(self.low), le=int(self.high))

    def _known(self, name: str) -> str:
        if self.choices and not self.is_open and name not in self.choices():
            raise ValueError("not one of the choices")
        return name

    def _each_once(self, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            self._known(name)
        if len(set(names)) < len(names):
            raise PydanticCustomError(_TWICE, "a name occurs twice")
        return tuple(n for n in self.choices() if n in names) if self.choices else names


def setting(default: object, label: str, help: str, **known: Any) -> Any:  # noqa: ANN401
    """A field with its default and its `Setting`; takes the same arguments."""
    return marked(default, Setting(label, help, **known))


def marked(default: object, mark: object) -> Any:  # noqa: ANN401
    """A field with its default that carries a mark."""
    made: Any = Field(default)
    made.metadata.append(mark)
    return made


_KINDS: dict[object, Kind] = {
    int: "int",
    float: "float",
    str: "text",
    tuple[int, ...]: "ints",
    tuple[str, ...]: "names",
}
_TYPES = {kind: annotation for annotation, kind in _KINDS.items()} | {
    "choice": str,
    "set": tuple[str, ...],
    "edits": tuple,
}


@lru_cache(maxsize=256)
def _adapter(setting: Setting) -> TypeAdapter[Any]:
    return TypeAdapter(Annotated[_TYPES[setting.kind], setting])  # type: ignore[valid-type]


def _plain(schema: CoreSchema) -> CoreSchema:
    """Accept NumPy's numbers too."""
    return core_schema.no_info_before_validator_function(
        lambda value: value.item() if isinstance(value, np.generic) else value, schema
    )


def _tuple_of(entry: CoreSchema, max_length: int | None = None) -> CoreSchema:
    """A tuple of any number of entries, from a list or a tuple."""
    return core_schema.no_info_before_validator_function(
        lambda value: tuple(value) if isinstance(value, list) else value,
        core_schema.tuple_schema(
            [entry], variadic_item_index=0, max_length=max_length or None, strict=True
        ),
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"
