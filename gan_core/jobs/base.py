"""The base of all kinds of job."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self, dataclass_transform

from pydantic import TypeAdapter, ValidationError

from gan_core.errors import ConfigError, hint, short
from gan_core.limits import Limits
from gan_core.registry import Registry
from gan_core.store.context import Context
from gan_core.store.model import Job
from gan_core.store.store import Store

JOBS: Registry[type["Kind"]] = Registry("kind of job")


@dataclass_transform(frozen_default=True)
class Kind(ABC):
    """What to do, and how: the fields, of a frozen dataclass, are the spec.

    Register it with ``@register(JOBS, "name")`` in a file of `gan_core.jobs`; then the store keeps
    such jobs, workers work on them, the page Runs lists them, and ``python -m gan_core job name``
    runs one. ``__post_init__`` checks the spec's values and raises `ConfigError`.

    Attributes:
        name: of the kind.
        label: its name on the pages.
        context: the class of `work`'s argument.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    context: ClassVar[type[Context]] = Context

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)

    @classmethod
    def from_dict(cls, spec: object) -> Self:
        """The object that a spec describes.

        Raises:
            ConfigError: an unknown or missing field, a value of another type, or nothing to do.
        """
        known = [field.name for field in fields(cls)]  # type: ignore[arg-type]  # a dataclass
        if not isinstance(spec, Mapping):
            raise ConfigError("", f"The spec of a {cls.name} must be an object. Got {spec!r}.")
        for name in spec:
            if name not in known:
                message = f"The kind of job {cls.name!r} has no field {name!r}. {hint([], known)}"
                raise ConfigError(str(name), message)
        try:
            found = TypeAdapter(cls).validate_json(json.dumps(dict(spec)), strict=True)
        except ValidationError as error:
            fault = error.errors()[0]
            name = ".".join(map(str, fault["loc"]))
            message = f"{cls.name} cannot be used: {fault['msg']}. Got {short(fault['input'])}."
            raise ConfigError(name, f"The field {name!r} of a {message}") from error
        if found.total < 1:
            message = f"The spec of a {cls.name} leaves nothing to do: its total is {found.total}."
            raise ConfigError("", message)
        return found

    def to_dict(self) -> dict[str, Any]:
        """The spec as plain values for JSON."""
        return asdict(self)  # type: ignore[call-overload]  # a dataclass

    @property
    @abstractmethod
    def total(self) -> int:
        """The progress when finished, at least 1, in whatever unit it counts."""

    def check(self, limits: Limits) -> None:  # noqa: B027 - most are small
        """Refuse a job larger than the server allows.

        Raises:
            LimitError: says what was requested, and what is allowed.
        """

    def submit(self, store: Store, name: str = "") -> Job:
        """Put it into a store's queue."""
        return store.submit(self, name=name)

    @classmethod
    def summary(cls, result: Any) -> str:  # noqa: ANN401 - of any kind
        """A result in one line, for the page Runs; here its values by their names."""
        if not isinstance(result, Mapping):
            return short(result)
        return ", ".join(f"{name}: {short(value)}" for name, value in result.items())

    @abstractmethod
    def work(self, context: Context) -> Mapping[str, Any] | None:
        """Do the work; called in a worker, once per attempt.

        Args:
            context: reports progress (`Context.report`, which returns what users want), saves
                state (`Context.keep`) and finds that of an earlier attempt (`Context.kept`).

        Returns:
            the result, for JSON; None if it was paused or stopped on request, or if it
            has closed the job itself.
        """


class Steps(Kind):
    """A kind whose work is a number of steps that lead from one small state to the next."""

    @abstractmethod
    def step(self, number: int, state: dict[str, Any]) -> dict[str, Any]:
        """The state, for JSON, after a step, counted from 1; before the first it is empty."""

    def work(self, context: Context) -> Mapping[str, Any] | None:
        done, kept = context.kept() or (0, b"{}")
        state = json.loads(kept)
        while done < self.total:
            done += 1
            state = self.step(done, state)
            if context.report(done):
                return context.keep(done, json.dumps(state).encode())
        return state
