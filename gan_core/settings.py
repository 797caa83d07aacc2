"""Declare a setting once, beside the field that holds it: bounds, scale, unit, label and help.

A section of settings is a frozen pydantic model whose fields are made by `setting`:
``epochs: int = setting(10_000, "Epochs", "How often ...", low=1, high=1_000_000)``.
Validation, JSON schema, the page's widgets, links, the command line and the docs all read it.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gan_core.errors import ConfigError, hint, short

Kind = Literal["int", "float", "choice", "ints", "names", "set", "text", "edits"]
_TWICE = "twice"


@dataclass(frozen=True)
class Setting:
    """What is known of one setting.

    Attributes:
        label: its name on a page, in English.
        help: what it does and what to expect when it goes up, in English.
        low: smallest allowed value (of each entry, for ``ints``).
        high: largest allowed value (of each entry, for ``ints``).
        scale: how a slider spreads the values between the bounds.
        unit: unit of the value, empty for a pure number.
        choices: the allowed values, asked for when needed (registries grow).
        max_length: most entries of ``ints`` or ``edits``.
        usual: the range a slider offers, inside the bounds; the rest is for files and scripts.
        key: its short name in a link (see `gan_core.config.links`); the field's where left out.
        editable: whether it may change while a run trains: an engine can take it up between two
            steps without losing what the networks and Adam know.
        kind: the type of its value, from the field's; all kinds from ``ints`` on are tuples, but
            ``text``. A ``set`` is of names among the choices.
        default: its value in the tutorial, from the field's.
        members: where the choices are members of a registry, that: each has a label and a help.
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
    editable: bool = False
    kind: Kind = "text"
    default: Any = None
    members: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    def expected(self) -> str:
        """The allowed values in words, as they stand in an error message."""
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
        """What pydantic found, in the words of every message about a setting."""
        if error.errors(include_url=False)[0]["type"] == _TWICE:
            return ConfigError(path, f"{path} names something twice. Got {short(value)}.")
        return ConfigError(path, f"{path} must be {self.expected()}. Got {short(value)} instead.")

    def of_field(self, annotation: object, name: str, default: object) -> "Setting":
        """The same with what the field it belongs to says of it."""
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
            case "edits":  # the config reads them: it knows which settings there are
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
        """How JSON schema says it; ranges of sliders and the like are none of its business."""
        choices = {"enum": list(self.choices())} if self.choices else {}
        return {**handler(schema), **choices, "title": self.label, "description": self.help}

    def _int(self) -> CoreSchema:
        return core_schema.int_schema(strict=True, ge=int(self.low), le=int(self.high))

    def _known(self, name: str) -> str:
        if self.choices and name not in self.choices():
            raise ValueError("not one of the choices")
        return name

    def _each_once(self, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            self._known(name)
        if len(set(names)) < len(names):
            raise PydanticCustomError(_TWICE, "a name stands there twice")
        return tuple(n for n in self.choices() if n in names) if self.choices else names


def setting(default: object, label: str, help: str, **known: Any) -> Any:  # noqa: ANN401
    """A field with its default and its `Setting`; arguments as there."""
    return _marked(default, Setting(label, help, **known))


def one_of(registry: Mapping[str, type["Section"]], default: object, words: Setting) -> Any:  # noqa: ANN401
    """A field that holds a member of a registry; see `OneOf`."""
    return _marked(default, OneOf(registry, words))


def set_of(registry: Mapping[str, type["Section"]], section: str, words: Setting) -> Any:  # noqa: ANN401
    """A field that holds some members of a registry, none by default; see `SetOf`."""
    return _marked((), SetOf(section, registry, words))


def _marked(default: object, mark: object) -> Any:  # noqa: ANN401
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


class Section(BaseModel):
    """A part of the config: a frozen, hashable record of settings.

    Raises:
        ConfigError: a value is of the wrong kind or out of bounds, or a key is unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)

    section: ClassVar[str] = ""

    @classmethod
    def where(cls) -> str:
        """The dotted name of this section; empty for the whole config."""
        return cls.section

    @classmethod
    def path(cls, name: str) -> str:
        """The dotted name of a setting of this section."""
        return f"{cls.where()}.{name}" if cls.where() else name

    @classmethod
    def settings(cls) -> Iterator[tuple[str, Setting]]:
        """Every setting's declaration by its dotted name, those of all kinds of parts too."""
        for name, info in cls.model_fields.items():
            for mark in info.metadata:
                if isinstance(mark, Setting):
                    yield cls.path(name), mark.of_field(info.annotation, name, info.default)
                elif isinstance(mark, (OneOf, SetOf)):
                    yield from mark.settings()
            if isinstance(info.annotation, type) and not info.metadata:
                yield from info.annotation.settings()

    def __hash__(self) -> int:
        return hash((type(self), *self.__dict__.values()))

    def flat(self) -> dict[str, Any]:
        """Every setting in force by its dotted name: ``{"training.epochs": 10000, ...}``."""
        found: dict[str, Any] = {}
        for name, info in type(self).model_fields.items():
            value = getattr(self, name)
            mark = next(iter(info.metadata), None)
            if isinstance(mark, (OneOf, SetOf)):
                found |= mark.flat(value)
            else:
                found |= value.flat() if isinstance(value, Section) else {self.path(name): value}
        return found

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, values: Any, handler: ModelWrapValidatorHandler["Section"]) -> "Section":  # noqa: ANN401
        try:
            return handler(values)
        except ValidationError as error:
            raise cls._refusal(values, error) from None

    @classmethod
    def _refusal(cls, values: Any, error: ValidationError) -> ConfigError:  # noqa: ANN401
        faults = error.errors(include_url=False)
        if faults[0]["loc"] == ():
            return not_an_object(cls.where() or "the config", values)
        for fault in faults:
            if fault["type"] in ("extra_forbidden", "invalid_key"):
                known = [cls.path(name) for name in cls.model_fields]
                return UnknownSettingError(cls.path(str(fault["loc"][0])), known)
        name = str(faults[0]["loc"][0])
        return dict(cls.settings())[cls.path(name)].refusal(cls.path(name), values[name], error)


class UnknownSettingError(ConfigError):
    """There is no such setting.

    Attributes:
        known: dotted names of those there are in its place.
    """

    def __init__(self, path: str, known: Sequence[str]) -> None:
        super().__init__(path, f"There is no setting named {path!r}. {hint([], known)}")
        self.known = known


def not_an_object(what: str, values: object) -> ConfigError:
    """The answer to a value where settings by name were expected."""
    return ConfigError(what, f"{what} must be an object of settings. Got {short(values)} instead.")


class _Family:
    """What fields have in common that hold members of a registry."""

    registry: Mapping[str, type[Section]]

    def settings(self) -> Iterator[tuple[str, Setting]]:
        """The choice, and the settings of every member, by dotted name."""
        raise NotImplementedError

    def read(self, values: Any) -> Any:  # noqa: ANN401
        """What the field holds, from plain values."""
        raise NotImplementedError

    def write(self, held: Any, /) -> Any:  # noqa: ANN401
        """The inverse of `read`."""
        raise NotImplementedError

    def owners(self, path: str) -> list[str]:
        """The names of the members that have a setting."""
        return [n for n, kind in self.registry.items() if path in dict(kind.settings())]

    def out_of_force(self, path: str, value: object) -> ConfigError:
        """The answer to a setting of a member that is not chosen."""
        owners, (choice, _) = self.owners(path), next(self.settings())
        return ConfigError(
            path,
            f"{path} is {short(value)}, a setting of {' and '.join(owners)} alone. Leave it out, "
            f"or choose {' or '.join(owners)} ({choice}).",
        )

    def _members(self) -> Iterator[tuple[str, Setting]]:
        """The settings of all members; several may share one, but not its name alone.

        Raises:
            ValueError: two members declare a setting differently under one name.
        """
        found: dict[str, Setting] = {}
        for member in self.registry.values():
            for path, declared in member.settings():
                if found.setdefault(path, declared) != declared:
                    raise ValueError(f"{path} is declared in two ways: share one, or rename it")
        yield from found.items()

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(self.write)
        return core_schema.no_info_plain_validator_function(self.read, serialization=written)


@dataclass(frozen=True)
class OneOf(_Family):
    """Annotates a field that holds a member of a registry, with the settings of that member.

    In JSON it is an object that has the member's name beside them. The registry is asked whenever
    a config is read, so that a member registered later works too.

    Attributes:
        registry: classes, each a `Section` of the same section as the field.
        setting: declares the choice.
    """

    registry: Mapping[str, type[Section]] = field(hash=False)
    setting: Setting

    def settings(self) -> Iterator[tuple[str, Setting]]:
        """The choice, and the settings of every member."""
        first = next(iter(self.registry))
        choice = replace(self.setting, choices=self.registry.keys, members=self.registry)
        yield f"{self._section}.name", choice.of_field(str, "name", first)
        yield from self._members()

    def flat(self, member: Section) -> dict[str, Any]:
        """The choice and the member's settings, by dotted name."""
        return {f"{self._section}.name": name_of(member), **member.flat()}

    def read(self, values: object) -> Section:
        """A member from its plain values."""
        if isinstance(values, tuple(self.registry.values())):
            return values
        if not isinstance(values, Mapping):
            raise not_an_object(self._section, values)
        own = dict(values)
        path, choice = next(self.settings())
        kind = self.registry[choice.check(path, own.pop("name", choice.default))]
        for name in own:
            if name not in kind.model_fields and self.owners(f"{self._section}.{name}"):
                raise self.out_of_force(f"{self._section}.{name}", own[name])
        try:
            return kind.model_validate(own)
        except UnknownSettingError as error:
            raise UnknownSettingError(error.path, [path, *error.known]) from None

    def changed(self, old: Mapping[str, Any], name: object) -> dict[str, Any]:
        """Plain values of another member, with the settings that it shares with the one before."""
        kind = self.registry.get(name) if isinstance(name, str) else None
        shared = kind.model_fields if kind else ()
        return {"name": name} | {key: value for key, value in old.items() if key in shared}

    def write(self, member: Section, /) -> dict[str, Any]:
        """The inverse of `read`."""
        return {"name": name_of(member), **member.model_dump(mode="json")}

    @property
    def _section(self) -> str:
        return next(iter(self.registry.values())).section

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        members = []
        for name, kind in self.registry.items():
            found = kind.model_json_schema()
            found["properties"] = {"name": {"const": name}, **found.get("properties", {})}
            members.append({**found, "required": ["name"]})
        return {"oneOf": members, "discriminator": {"propertyName": "name"}}


@dataclass(frozen=True)
class SetOf(_Family):
    """Annotates a field that holds some members of a registry, each at most once, in its order.

    In JSON it is an object from each chosen member's name to its settings; a list of names is read
    as well.

    Attributes:
        section: dotted name of the field.
        registry: classes, each a `Section` named ``section.name``.
        setting: declares the choice.
    """

    section: str
    registry: Mapping[str, type[Section]] = field(hash=False)
    setting: Setting

    def settings(self) -> Iterator[tuple[str, Setting]]:
        """The choice, and the settings of every member."""
        choice = replace(self.setting, choices=self.registry.keys, members=self.registry)
        yield self.section, choice.of_field(tuple[str, ...], self.section, ())
        yield from self._members()

    def flat(self, members: Sequence[Section]) -> dict[str, Any]:
        """The names and the members' settings, by dotted name."""
        found: dict[str, Any] = {self.section: tuple(map(name_of, members))}
        for member in members:
            found |= member.flat()
        return found

    def read(self, values: object) -> tuple[Section, ...]:
        """Members from their plain values."""
        if isinstance(values, (list, tuple)):
            members = tuple(self.registry.values())
            given = [(name_of(v), v) if isinstance(v, members) else (v, {}) for v in values]
        elif isinstance(values, Mapping):
            given = list(values.items())
        else:
            raise not_an_object(self.section, values)
        _, choice = next(self.settings())
        names = choice.check(self.section, [name for name, _ in given])
        return tuple(self.registry[name].model_validate(dict(given)[name]) for name in names)

    def changed(self, old: Mapping[str, Any], names: Any) -> Any:  # noqa: ANN401
        """Plain values of another set; who was in it before keeps its settings."""
        if not isinstance(names, (list, tuple)) or any(type(name) is not str for name in names):
            return names
        return {n: old.get(n, {}) for n in names} if len(set(names)) == len(names) else names

    def write(self, members: Sequence[Section], /) -> dict[str, Any]:
        """The inverse of `read`."""
        return {name_of(member): member.model_dump(mode="json") for member in members}

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        members = {name: kind.model_json_schema() for name, kind in self.registry.items()}
        return {"type": "object", "properties": members, "additionalProperties": False}


def name_of(member: Section) -> str:
    """The name under which the class of a member is registered."""
    return type(member).name  # type: ignore[attr-defined]


@lru_cache(maxsize=256)
def _adapter(setting: Setting) -> TypeAdapter[Any]:
    return TypeAdapter(Annotated[_TYPES[setting.kind], setting])  # type: ignore[valid-type]


def _plain(schema: CoreSchema) -> CoreSchema:
    """Accept NumPy's numbers as well."""
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
