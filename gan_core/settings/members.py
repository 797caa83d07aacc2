"""Fields that hold members of a registry: one member, or a set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from gan_core.settings.section import Family, Section, UnknownSettingError, not_an_object
from gan_core.settings.setting import Setting, marked


def one_of(registry: Mapping[str, type[Section]], default: object, words: Setting) -> Any:  # noqa: ANN401
    """A field that holds a member of a registry; see `OneOf`."""
    return marked(default, OneOf(registry, words))


def set_of(registry: Mapping[str, type[Section]], section: str, words: Setting) -> Any:  # noqa: ANN401
    """A field that holds some members of a registry, none by default; see `SetOf`."""
    return marked((), SetOf(section, registry, words))


@dataclass(frozen=True)
class OneOf(Family):
    """Annotates a field that holds a member of a registry, with the settings of that member.

    In JSON it is an object with the member's name beside them. The registry is consulted whenever
    a config is read, so a member registered later works too.

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

    def flat(self, member: Section, /) -> dict[str, Any]:
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
        """Plain values of a new member, with the settings it shares with the previous one."""
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
class SetOf(Family):
    """Annotates a field that holds members of a registry, each at most once, in registry order.

    In JSON it maps each chosen member's name to its settings; a list of names is accepted
    too.

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

    def flat(self, members: Sequence[Section], /) -> dict[str, Any]:
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
        """Plain values of a new set; members that were in it before keep their settings."""
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
