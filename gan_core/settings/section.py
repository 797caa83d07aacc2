"""Sections: frozen, hashable records of settings."""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import (
    BaseModel,
    GetCoreSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from gan_core.errors import ConfigError, hint, listed, short
from gan_core.settings.setting import Setting


class Section(BaseModel, frozen=True, extra="forbid"):
    """A part of the config: a frozen, hashable record of settings.

    Raises:
        ConfigError: a value is of the wrong kind or out of bounds, or a key is unknown.
    """

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
        """Every setting's declaration by its dotted name, including all possible members'."""
        for name, info in cls.model_fields.items():
            for mark in info.metadata:
                if isinstance(mark, Setting):
                    yield cls.path(name), mark.of_field(info.annotation, name, info.default)
                elif isinstance(mark, Family):
                    yield from mark.settings()
            if isinstance(info.annotation, type) and not info.metadata:
                yield from info.annotation.settings()

    @classmethod
    def code_of(cls, method: Callable[..., Any]) -> str:
        """The body of a method in a script, where a setting is its link key in capitals."""
        lines = textwrap.dedent(inspect.getsource(method)).splitlines()[1:]
        body = textwrap.dedent("\n".join(lines))
        for path, declared in cls.settings():
            name = path.rpartition(".")[2]
            body = re.sub(rf"\bself\.{name}\b", declared.key.upper(), body)
        return body

    def flat(self) -> dict[str, Any]:
        """Every current setting by its dotted name: ``{"training.epochs": 10000, ...}``."""
        found: dict[str, Any] = {}
        for name, info in type(self).model_fields.items():
            value = getattr(self, name)
            mark = next(iter(info.metadata), None)
            if isinstance(mark, Family):
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
    """A setting that does not exist.

    Attributes:
        known: dotted names of those that exist in its place.
    """

    def __init__(self, path: str, known: Sequence[str]) -> None:
        super().__init__(path, f"There is no setting named {path!r}. {hint([], known)}")
        self.known = known


def not_an_object(what: str, values: object) -> ConfigError:
    """The error for a value where settings by name were expected."""
    return ConfigError(what, f"{what} must be an object of settings. Got {short(values)} instead.")


class Family:
    """What fields that hold members of a registry have in common."""

    registry: Mapping[str, type[Section]]

    def settings(self) -> Iterator[tuple[str, Setting]]:
        """The choice, and the settings of every member, by dotted name."""
        raise NotImplementedError

    def flat(self, held: Any, /) -> dict[str, Any]:  # noqa: ANN401
        """The settings of what the field holds, by dotted name."""
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
        """The error for a setting of a member that is not chosen."""
        owners, (choice, _) = self.owners(path), next(self.settings())
        return ConfigError(
            path,
            f"{path} is {short(value)}, a setting of {listed(owners)} only. Remove it, "
            f"or choose {listed(owners, 'or')} ({choice}).",
        )

    def _members(self) -> Iterator[tuple[str, Setting]]:
        """The settings of all members; several can share one, but not just its name.

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
