"""A complete experiment: everything that determines its numbers. The defaults: the tutorial's."""

import difflib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import (
    ModelWrapValidatorHandler,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from gan_core.config.schedule import Edit, effective, read_edits
from gan_core.config.sections import (
    DataConfig,
    DiscriminatorConfig,
    GeneratorConfig,
    OptimizerConfig,
    TrainingConfig,
)
from gan_core.config.upgrades import SCHEMA_VERSION, upgrade
from gan_core.errors import ConfigError, hint, short
from gan_core.objectives import OBJECTIVES, PENALTIES, Objective, Penalty
from gan_core.settings import (
    OneOf,
    Section,
    SetOf,
    Setting,
    UnknownSettingError,
    not_an_object,
    one_of,
    set_of,
    setting,
)


class ExperimentConfig(Section, frozen=True):
    """One experiment. ``ExperimentConfig()`` is exactly the tutorial's.

    Raises:
        ConfigError: a value is of the wrong kind or out of bounds, or names something unknown.
    """

    data: DataConfig = DataConfig()
    generator: GeneratorConfig = GeneratorConfig()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    loss: Objective = one_of(
        OBJECTIVES, OBJECTIVES["bce"](),
        Setting("Loss", "The objective each player minimises.", key="loss"),
    )  # fmt: skip
    penalties: tuple[Penalty, ...] = set_of(
        PENALTIES, "penalties",
        Setting(
            "Gradient penalties",
            "Keep D's slope within bounds. Training is steadier, but each step takes longer.",
            key="penalty",
        ),
    )  # fmt: skip
    optimizer: OptimizerConfig = OptimizerConfig()
    training: TrainingConfig = TrainingConfig()
    seed: int = setting(
        0, "Seed",
        "The start of all randomness. The same seed and settings give the same numbers; try a few "
        "before you conclude that a setting helps.",
        low=0, high=2**32 - 1,
    )  # fmt: skip
    schedule: tuple[Edit, ...] = setting(
        (), "Changes while training",
        "Settings that take new values from some step on. Changes made by hand while a run "
        "trained are recorded here, so that the same config gives the same numbers again.",
        max_length=1000, key="edits",
    )  # fmt: skip

    @field_validator("schedule")
    @classmethod
    def _read_schedule(cls, values: tuple[object, ...], info: ValidationInfo) -> tuple[Edit, ...]:
        """Bring the schedule into its normal form: without edits that change nothing."""
        declared = declared_params()
        start = {path: p.default for path, p in declared.items() if p.editable}
        in_force: dict[str, Any] = {}
        for section in info.data.values():
            in_force |= section.flat() if isinstance(section, Section) else {}
        edits = effective(read_edits(values, declared), start | in_force)
        for edit in edits:
            for path, value in edit.changes:
                if path not in in_force:
                    error = cls._part_of(path).out_of_force(path, value)
                    raise ConfigError("schedule", f"schedule, step {edit.step:,}: {error}")
        return edits

    @field_serializer("schedule")
    def _write_schedule(self, schedule: tuple[Edit, ...]) -> list[dict[str, Any]]:
        return [edit.to_dict() for edit in schedule]

    @model_validator(mode="wrap")
    @classmethod
    def _with_hints(
        cls,
        values: Any,  # noqa: ANN401
        handler: ModelWrapValidatorHandler["ExperimentConfig"],
    ) -> "ExperimentConfig":
        try:
            return handler(values)
        except UnknownSettingError as error:
            raise ConfigError(error.path, _unknown(error.path, error.known)) from None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of what a run records at each step: the objective's, and the penalties' share."""
        return self.loss.columns + (("penalty",) if self.penalties else ())

    def at(self, step: int) -> "ExperimentConfig":
        """The settings that apply after this many steps, as a config without a schedule."""
        if not self.schedule:
            return self
        edits = (edit.changes for edit in self.schedule if edit.step <= step)
        return self.with_values({"schedule": ()} | {p: v for changes in edits for p, v in changes})

    def with_edit(self, step: int, changes: Mapping[str, object]) -> "ExperimentConfig":
        """A copy in which some settings take new values once this many steps are done.

        Args:
            step: steps done, 0 or more.
            changes: new values by dotted name; each setting must be declared editable.

        Raises:
            ConfigError: a setting cannot change while a run trains, or its value is invalid.
        """
        sets = {edit.step: dict(edit.changes) for edit in self.schedule}
        sets[step] = {**sets.get(step, {}), **changes}
        edits = [{"step": at, "set": values} for at, values in sets.items()]
        return self.with_values({"schedule": edits})

    def to_dict(self) -> dict[str, Any]:
        """As nested plain values, with the schema version."""
        return {"schema_version": SCHEMA_VERSION, **self.model_dump(mode="json")}

    def to_json(self) -> str:
        """As JSON text, indented by two spaces."""
        return _json_of(self)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON schema of what `to_dict` writes, for the registered losses and penalties."""
        found = cls.model_json_schema()
        return {
            **found,
            "properties": {"schema_version": {"const": SCHEMA_VERSION}, **found["properties"]},
        }

    @classmethod
    def from_dict(cls, values: object) -> "ExperimentConfig":
        """Build from nested plain values of any version; missing settings are the tutorial's.

        Raises:
            ConfigError: not an object, an unknown key, an invalid value, or a newer schema.
        """
        if not isinstance(values, Mapping):
            raise not_an_object("the config", values)
        return cls.model_validate(upgrade(values))

    @classmethod
    def from_json(cls, text: str) -> "ExperimentConfig":
        """Build from JSON text.

        Raises:
            ConfigError: not JSON, or as `from_dict`.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise ConfigError("", f"The config is not valid JSON: {error}.") from error
        except RecursionError as error:
            raise ConfigError("", "The config is not valid JSON: it is nested too deep.") from error
        return cls.from_dict(values)

    def with_values(self, changes: Mapping[str, object]) -> "ExperimentConfig":
        """A copy with some settings, by dotted name, changed.

        A new loss starts with its defaults, except for settings it shares with the previous one;
        an added penalty starts with its defaults.

        Raises:
            ConfigError: as `from_dict`.
        """
        values: dict[str, Any] = self.model_dump(mode="json")
        for path in sorted(changes, key=lambda p: (p.count("."), not p.endswith(".name"))):
            self._put(values, path, changes[path])
        return self.from_dict(values)

    def _put(self, values: dict[str, Any], path: str, value: object) -> None:
        """Insert the value of a setting into nested plain values."""
        *sections, name = path.split(".")
        target: Any = values
        for key in sections:
            target = target.get(key)
            if not isinstance(target, dict):
                if path in declared_params():
                    raise self._part_of(path).out_of_force(path, value)
                raise ConfigError(path, _unknown(path, self.flat()))
        part = self._part_of(path)
        if isinstance(part, OneOf) and name == "name":
            values[sections[0]] = part.changed(target, value)
        else:
            chosen = isinstance(part, SetOf) and not sections
            target[name] = part.changed(target[name], value) if chosen else value

    @classmethod
    def _part_of(cls, path: str) -> Any:  # noqa: ANN401
        """The annotation of the field that a dotted name starts with; None if there is none."""
        info = cls.model_fields.get(path.split(".")[0])
        return next(iter(info.metadata), None) if info else None

    def differences(self, other: "ExperimentConfig | None" = None) -> dict[str, Any]:
        """The settings, by dotted name, whose values differ from another config's.

        Args:
            other: the config to compare with; by default the tutorial's.
        """
        theirs = (other or ExperimentConfig()).flat()
        nothing = object()
        return {p: value for p, value in self.flat().items() if value != theirs.get(p, nothing)}


def declared_params() -> Mapping[str, Setting]:
    """Every setting's declaration by dotted name, including those of all losses and penalties."""
    return _declared(*OBJECTIVES.values(), *PENALTIES.values())


@lru_cache(maxsize=8)
def _declared(*members: type[Section]) -> Mapping[str, Setting]:
    return dict(ExperimentConfig.settings())


@lru_cache(maxsize=64)  # every snapshot of a run carries it
def _json_of(config: ExperimentConfig) -> str:
    return json.dumps(config.to_dict(), indent=2)


def _unknown(path: str, known: Iterable[str]) -> str:
    """The message about an unknown name, with the names that may be meant."""
    known = list(known)
    name = path.rpartition(".")[2]
    declared = declared_params()
    near = [full for full, p in declared.items() if name in (full.rpartition(".")[2], p.key)]
    if not near:
        names = {entry.rpartition(".")[2]: entry for entry in (*declared, *known)}
        close = difflib.get_close_matches(name, names, n=1)
        near = [names[found] for found in close]
    near = near or difflib.get_close_matches(path, known, n=1, cutoff=0.8)
    return f"There is no setting named {short(path)}. {hint(near, known)}"
