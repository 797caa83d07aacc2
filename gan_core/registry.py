"""Registries: a loss, metric, data set or treatment is added in one place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """A family of members by name, in order of registration.

    Args:
        family: what the members are, in the singular; used in messages.
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self._members: dict[str, T] = {}

    def add(self, name: str, member: T) -> T:
        """Add a member; a class without a `name` gets this one.

        Raises:
            ValueError: the name is taken.
        """
        if name in self._members:
            raise ValueError(f"there is already a {self.family} named {name!r}")
        if isinstance(member, type) and "name" not in vars(member):
            type.__setattr__(member, "name", name)
        self._members[name] = member
        return member

    def __getitem__(self, name: str) -> T:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def register(registry: Registry[T], name: str) -> Callable[[T], T]:
    """Decorator form of `Registry.add`: ``@register(OBJECTIVES, "bce")``."""
    return lambda member: registry.add(name, member)


def discover(package_name: str, package_path: Iterable[str]) -> None:
    """Import every module of a package, in order of name, so that each can register its members.

    Call it at the end of the package's ``__init__``: ``discover(__name__, __path__)``.
    """
    for name in sorted(module.name for module in iter_modules(package_path)):
        import_module(f"{package_name}.{name}")
