"""One experiment, whole: everything that decides its numbers. The defaults are the tutorial's."""

import dataclasses
import difflib
import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from gan_core.config.fields import Param, param, params
from gan_core.config.schedule import EDITABLE, Edit, effective, read_edits
from gan_core.config.sections import (
    SECTIONS,
    DataConfig,
    DiscriminatorConfig,
    GeneratorConfig,
    LossConfig,
    OptimizerConfig,
    Section,
    TrainingConfig,
)
from gan_core.errors import ConfigError, hint, short

SCHEMA_VERSION = 1


@dataclasses.dataclass(frozen=True)
class ExperimentConfig(Section):
    """One experiment. ``ExperimentConfig()`` is the tutorial's, exactly.

    Raises:
        ConfigError: a value is of the wrong kind or out of bounds, or names something unknown.
    """

    section = ""

    data: DataConfig = dataclasses.field(default_factory=DataConfig)
    generator: GeneratorConfig = dataclasses.field(default_factory=GeneratorConfig)
    discriminator: DiscriminatorConfig = dataclasses.field(default_factory=DiscriminatorConfig)
    loss: LossConfig = dataclasses.field(default_factory=LossConfig)
    optimizer: OptimizerConfig = dataclasses.field(default_factory=OptimizerConfig)
    training: TrainingConfig = dataclasses.field(default_factory=TrainingConfig)
    seed: int = param(
        0, "int", "Seed",
        "Where all randomness starts. The same seed and settings give the same numbers; try a few "
        "before you believe that a setting helps.",
        low=0, high=2**32 - 1,
    )  # fmt: skip
    schedule: tuple[Edit, ...] = param(
        (), "edits", "Changes while training",
        "Settings that take other values from some step on. What was changed by hand while a run "
        "trained stands here, so that the same config gives the same numbers again.",
        max_length=1000, key="edits",
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Validate, refuse a section that is not one, bring the schedule into its normal form."""
        for name, kind in SECTIONS.items():
            if not isinstance(getattr(self, name), kind):
                raise ConfigError(
                    name,
                    f"{name} must be a {kind.__name__}. Got {short(getattr(self, name))} instead; "
                    "ExperimentConfig.from_dict reads nested plain values.",
                )
        super().__post_init__()
        if self.schedule:
            edits = read_edits(self.schedule, declared_params())
            sections = self._sections()
            start = {path: _value(sections, path) for path in EDITABLE}
            object.__setattr__(self, "schedule", effective(edits, start))
            for edit in self.schedule:  # a setting may not go with another one in force by then
                _change(sections, edit)

    def at(self, step: int) -> "ExperimentConfig":
        """The settings in force for the step that follows so many, as a config without schedule."""
        sections = self._sections()
        for edit in self.schedule:
            if edit.step <= step:
                _change(sections, edit)
        return dataclasses.replace(self, **sections, schedule=())

    def with_edit(self, step: int, changes: Mapping[str, object]) -> "ExperimentConfig":
        """A copy in which some settings take other values once so many steps are done.

        Args:
            step: steps done, 0 or more.
            changes: new values by dotted name, of settings in `gan_core.config.schedule.EDITABLE`.

        Raises:
            ConfigError: a setting cannot change while a run trains, or its value is wrong.
        """
        sets = {edit.step: dict(edit.changes) for edit in self.schedule}
        sets[step] = {**sets.get(step, {}), **changes}
        edits = [{"step": at, "set": values} for at, values in sets.items()]
        return dataclasses.replace(self, schedule=edits)

    def _sections(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SECTIONS}

    def to_dict(self) -> dict[str, Any]:
        """As nested plain values, with the version of the schema."""
        values = {**dataclasses.asdict(self), "schedule": [e.to_dict() for e in self.schedule]}
        return {"schema_version": SCHEMA_VERSION, **_plain(values)}

    def to_json(self) -> str:
        """As JSON text, two spaces indented."""
        return _json_of(self)

    @classmethod
    def from_dict(cls, values: object) -> "ExperimentConfig":
        """Build from nested plain values; what is missing has the tutorial's value.

        Raises:
            ConfigError: not an object, an unknown key, a wrong value, or a newer schema.
        """
        values = dict(_mapping("the config", values))
        version = values.pop("schema_version", SCHEMA_VERSION)
        if version != SCHEMA_VERSION:
            raise ConfigError(
                "schema_version",
                f"schema_version must be {SCHEMA_VERSION}, the one this program knows. "
                f"Got {version!r} instead: update the program, or remove the key and check "
                "the settings.",
            )
        _known_keys("", values, cls)
        sections: dict[str, Any] = {
            name: kind(**_section_values(name, values[name], kind))
            for name, kind in SECTIONS.items()
            if name in values
        }
        return cls(**{**values, **sections})

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

    def flat(self) -> dict[str, Any]:
        """Every setting by its dotted name: ``{"training.epochs": 10000, ...}``."""
        return {
            f"{section.section}.{name}" if section.section else name: getattr(section, name)
            for section in (*(getattr(self, name) for name in SECTIONS), self)
            for name, _ in params(type(section))
        }

    def with_values(self, changes: Mapping[str, object]) -> "ExperimentConfig":
        """A copy with some settings, by dotted name, changed.

        Raises:
            ConfigError: as `from_dict`.
        """
        values = self.to_dict()
        for path, value in changes.items():
            *section, name = path.split(".")
            target = values
            for key in section:
                if not isinstance(target.get(key), dict):
                    raise ConfigError(path, _unknown_key(path, self.flat()))
                target = target[key]
            target[name] = value
        return self.from_dict(values)

    def differences(self, other: "ExperimentConfig | None" = None) -> dict[str, Any]:
        """The settings, by dotted name, whose value is not that of another config.

        Args:
            other: what to compare with; the tutorial's config when left out.
        """
        theirs = (other or ExperimentConfig()).flat()
        return {path: value for path, value in self.flat().items() if value != theirs[path]}


@cache
def declared_params() -> Mapping[str, Param]:
    """Every hyperparameter's declaration, by dotted name."""
    return {
        f"{kind.section}.{name}" if kind.section else name: dataclasses.replace(
            declared, key=declared.key or name
        )
        for kind in (*SECTIONS.values(), ExperimentConfig)
        for name, declared in params(kind)
    }


@lru_cache(maxsize=64)  # every snapshot of a run carries it
def _json_of(config: ExperimentConfig) -> str:
    return json.dumps(config.to_dict(), indent=2)


def _value(sections: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - of any setting
    section, name = path.split(".")
    return getattr(sections[section], name)


def _change(sections: dict[str, Any], edit: Edit) -> None:
    """Put the values of an edit into sections; each checks what it gets."""
    for path, value in edit.changes:
        section, name = path.split(".")
        try:
            sections[section] = dataclasses.replace(sections[section], **{name: value})
        except ConfigError as error:
            raise ConfigError("schedule", f"schedule, step {edit.step:,}: {error}") from error


def _section_values(name: str, values: object, kind: type[Section]) -> dict[str, Any]:
    checked = dict(_mapping(name, values))
    _known_keys(f"{name}.", checked, kind)
    return checked


def _mapping(what: str, values: object) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ConfigError(
            what, f"{what} must be an object of settings. Got {short(values)} instead."
        )
    return values


def _known_keys(prefix: str, values: Mapping[str, object], kind: type[Section]) -> None:
    known = [prefix + name for name in kind.__dataclass_fields__]
    for key in values:
        if prefix + str(key) not in known:
            raise ConfigError(prefix + str(key), _unknown_key(prefix + str(key), known))


def _unknown_key(path: str, known: Iterable[str]) -> str:
    known = list(known)
    name = path.rpartition(".")[2]
    declared = declared_params()
    near = [full for full, p in declared.items() if name in (full.rpartition(".")[2], p.key)]
    if not near:
        names = {entry.rpartition(".")[2]: entry for entry in (*declared, *known)}
        close = difflib.get_close_matches(name, names, n=1)
        near = [names[found] for found in close]
    near = near or difflib.get_close_matches(path, known, n=1, cutoff=0.8)
    return f"There is no setting named {path!r}. {hint(near, known)}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Tuples to lists, so that a config equals itself after a trip through JSON."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, (tuple, list)) else value
