"""One experiment, whole: everything that decides its numbers. The defaults are the tutorial's."""

import dataclasses
import difflib
import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, ClassVar

from gan_core.data import DATA_SOURCES, Table, load_table
from gan_core.data.drawing import decode
from gan_core.errors import ConfigError, DataError
from gan_core.fields import Param, check_fields, param, params, short
from gan_core.losses import LOSSES
from gan_core.networks import ACTIVATIONS, Layers, discriminator_layers, generator_layers
from gan_core.schedule import EDITABLE, Edit, effective, read_edits

SCHEMA_VERSION = 1

DEVICES = ("auto", "cpu", "cuda")
ENGINES = ("auto", "torch", "fast")
PENALTIES = ("none", "gp", "r1", "r2")
PLAYERS = ("both", "d", "g")

_ACTIVATION_HELP = (
    "What stands between the linear layers. ReLU and LeakyReLU keep gradients alive in deep "
    "networks, Tanh and Sigmoid flatten out; with none the network is a straight line."
)
_WIDTHS_HELP = (
    "Units of each hidden layer, first to last. Wider and deeper networks can learn finer shapes, "
    "but train more slowly and overfit few rows sooner."
)


class _Section:
    """A part of the config that validates its declared fields."""

    section: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __post_init__(self) -> None:
        check_fields(self, self.section)


@dataclasses.dataclass(frozen=True)
class DataConfig(_Section):
    """Which rows are the real ones."""

    section = "data"

    source: str = param(
        "iris", "choice", "Data set", "The table that real rows are taken from.",
        choices=lambda: tuple(DATA_SOURCES), key="data",
    )  # fmt: skip
    classes: tuple[str, ...] = param(
        ("setosa",), "names", "Class",
        "Only rows of this class are shown to the GAN, as if it were the one with too few rows. "
        "Empty means all rows.",
        key="class",
    )  # fmt: skip
    features: tuple[str, ...] = param(
        (), "names", "Features",
        "The columns that G must invent; at least two. Empty means all. "
        "More features are harder to get right together.",
    )  # fmt: skip
    drawing: str = param(
        "", "text", "Drawing",
        "The points of the data set drawing, as the page Data writes them; other data sets leave "
        "it alone.",
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Validate, and hold class and feature names against the data set."""
        super().__post_init__()
        try:
            decode(self.drawing)
        except DataError as error:
            raise ConfigError("data.drawing", str(error)) from error
        try:
            self.load()
        except DataError as error:
            raise ConfigError("data", str(error)) from error

    def load(self) -> Table:
        """The rows this config asks for."""
        return load_table(self.source, self.classes, self.features, self.drawing)


@dataclasses.dataclass(frozen=True)
class GeneratorConfig(_Section):
    """The forger."""

    section = "generator"

    latent_dim: int = param(
        10, "int", "Latent dimension",
        "How many random numbers G turns into one row. Too few and G cannot reach every kind of "
        "row; many more than features only slow it down.",
        low=1, high=512, usual=(1, 64),
    )  # fmt: skip
    hidden_dims: tuple[int, ...] = param(
        (16, 32), "ints", "Generator widths", _WIDTHS_HELP,
        low=1, high=1024, max_length=6, key="g_dims",
    )  # fmt: skip
    activation: str = param(
        "relu", "choice", "Generator activation", _ACTIVATION_HELP,
        choices=lambda: tuple(ACTIVATIONS), key="g_act",
    )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class DiscriminatorConfig(_Section):
    """The inspector."""

    section = "discriminator"

    hidden_dims: tuple[int, ...] = param(
        (32, 16), "ints", "Discriminator widths", _WIDTHS_HELP,
        low=1, high=1024, max_length=6, key="d_dims",
    )  # fmt: skip
    activation: str = param(
        "leaky_relu", "choice", "Discriminator activation", _ACTIVATION_HELP,
        choices=lambda: tuple(ACTIVATIONS), key="d_act",
    )  # fmt: skip
    slope: float = param(
        0.2, "float", "LeakyReLU slope",
        "How much of a negative input hidden units with LeakyReLU let through, in both networks. "
        "At 0 they are plain ReLUs and can die; higher keeps gradients flowing to G, up to 1, "
        "where they are linear.",
        low=0.0, high=1.0, usual=(0.0, 1.0),
    )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class LossConfig(_Section):
    """The rules of the game."""

    section = "loss"

    name: str = param(
        "bce", "choice", "Loss", "What the two players are charged for.",
        choices=lambda: tuple(LOSSES), key="loss",
    )  # fmt: skip
    label_smoothing: float = param(
        0.0, "float", "Label smoothing",
        "How far the target of real rows lies below 1. A little, such as 0.1, keeps D from being "
        "too sure of itself and its gradients alive.",
        low=0.0, high=0.5, usual=(0.0, 0.5), key="smoothing",
    )  # fmt: skip
    penalty: str = param(
        "none", "choice", "Gradient penalty",
        "Keeps D's slope in bounds: gp pulls it to 1 between real and generated rows (WGAN-GP), r1 "
        "and r2 to 0 at real and at generated rows. Steadier, but a step takes longer.",
        choices=lambda: PENALTIES,
    )  # fmt: skip
    lambda_gp: float = param(
        10.0, "float", "Weight of gp (lambda)",
        "How much the penalty gp counts. Higher keeps D's slope closer to 1.",
        low=0.0, high=1000.0, usual=(0.0, 20.0),
    )  # fmt: skip
    gamma: float = param(
        1.0, "float", "Weight of r1 and r2 (gamma)",
        "How much the penalties r1 and r2 count. Higher makes D flatter and the training slower.",
        low=0.0, high=1000.0, usual=(0.0, 20.0),
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Validate, and refuse smoothing where there is no target to smooth."""
        super().__post_init__()
        if self.label_smoothing and not LOSSES[self.name].has_targets:
            raise ConfigError(
                "loss.label_smoothing",
                f"loss.label_smoothing is {self.label_smoothing:g}, but the loss {self.name} has "
                "no targets that could be smoothed. Set it to 0, or choose bce or least-squares.",
            )


@dataclasses.dataclass(frozen=True)
class OptimizerConfig(_Section):
    """Adam (Kingma, Ba 2015, arXiv:1412.6980), one for each player."""

    section = "optimizer"

    lr_g: float = param(
        0.0002, "float", "Generator learning rate",
        "How far G moves at each step. Higher learns faster, until the players overshoot each "
        "other and the losses swing or explode.",
        low=1e-7, high=10.0, scale="log", usual=(1e-5, 1e-1), key="lr",
    )  # fmt: skip
    lr_d: float = param(
        0.0002, "float", "Discriminator learning rate",
        "How far D moves at each step. Much higher than G's and D wins so clearly that G gets no "
        "useful hints.",
        low=1e-7, high=10.0, scale="log", usual=(1e-5, 1e-1),
    )  # fmt: skip
    beta1: float = param(
        0.5, "float", "Beta 1 (momentum)",
        "How long Adam remembers the direction of past gradients. GANs use 0.5 rather than 0.9, "
        "because the opponent keeps moving; higher tends to oscillate.",
        low=0.0, high=0.999,
    )  # fmt: skip
    beta2: float = param(
        0.999, "float", "Beta 2 (scale)",
        "How long Adam remembers the size of past gradients. Lower reacts faster to change but "
        "makes the steps noisier.",
        low=0.0, high=0.99999,
    )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class TrainingConfig(_Section):
    """How long and on what."""

    section = "training"

    epochs: int = param(
        10_000, "int", "Epochs",
        "How often the training goes through all real rows. More gives G longer to learn; past "
        "the equilibrium little changes.",
        low=1, high=1_000_000, scale="log", usual=(100, 100_000),
    )  # fmt: skip
    batch_size: int = param(
        32, "int", "Batch size",
        "Real rows (and as many fakes) in one step. Larger batches give calmer losses and fewer "
        "steps an epoch.",
        low=1, high=65_536, scale="log", usual=(4, 1024), unit="rows", key="batch",
    )  # fmt: skip
    n_critic: int = param(
        1, "int", "D updates a step (n_critic)",
        "How often D learns before G does. More keeps D ahead, which the Wasserstein loss needs (5 "
        "is usual there); with other losses G then gets fewer useful hints.",
        low=1, high=20, usual=(1, 10),
    )  # fmt: skip
    players: str = param(
        "both", "choice", "Who learns",
        "Both players, or only one: d or g learns while the other stays exactly as it is. Good for "
        "looking at one player's move; for long, the one that learns runs away with the game.",
        choices=lambda: PLAYERS,
    )  # fmt: skip
    input_noise: float = param(
        0.0, "float", "Noise on D's inputs",
        "Standard deviation of fresh noise on every row that D sees, real or fake, after scaling "
        "to [-1, 1]. A little, such as 0.1, keeps D from winning by trifles (Sønderby et al. 2016, "
        "arXiv:1610.04490); a lot hides what G has to learn. 0 is off.",
        low=0.0, high=10.0, usual=(0.0, 1.0), key="noise",
    )  # fmt: skip
    ema_decay: float = param(
        0.0, "float", "EMA decay of G",
        "Results come from a moving average of G's weights, which smooths out the swings of the "
        "game. 0 is off; 0.999 averages over about the last 1,000 steps.",
        low=0.0, high=0.9999, key="ema",
    )  # fmt: skip
    device: str = param(
        "auto", "choice", "Device",
        "Where the numbers are computed. auto takes a CUDA GPU if there is one, else the CPU; "
        "networks this small are fastest on the CPU.",
        choices=lambda: DEVICES,
    )  # fmt: skip
    engine: str = param(
        "auto", "choice", "Engine",
        "The program that computes the steps: torch is the reference, fast does the same steps "
        "compiled for the CPU. auto takes whichever is faster for these settings.",
        choices=lambda: ENGINES,
    )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class ExperimentConfig(_Section):
    """One experiment. ``ExperimentConfig()`` is the tutorial's, exactly.

    Raises:
        ConfigError: a value is of the wrong kind or out of bounds, or names something unknown.
    """

    section = ""

    data: DataConfig = DataConfig()
    generator: GeneratorConfig = GeneratorConfig()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    loss: LossConfig = LossConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    training: TrainingConfig = TrainingConfig()
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
            changes: new values by dotted name, of settings in `gan_core.schedule.EDITABLE`.

        Raises:
            ConfigError: a setting cannot change while a run trains, or its value is wrong.
        """
        sets = {edit.step: dict(edit.changes) for edit in self.schedule}
        sets[step] = {**sets.get(step, {}), **changes}
        edits = [{"step": at, "set": values} for at, values in sets.items()]
        return dataclasses.replace(self, schedule=edits)

    def _sections(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SECTIONS}

    def table(self) -> Table:
        """The real rows."""
        return self.data.load()

    def networks(self, n_features: int) -> tuple[Layers, Layers]:
        """The layers of the generator and of the discriminator."""
        g, d = self.generator, self.discriminator
        return (
            generator_layers(g.latent_dim, g.hidden_dims, n_features, g.activation, d.slope),
            discriminator_layers(
                n_features,
                d.hidden_dims,
                d.activation,
                d.slope,
                probability=LOSSES[self.loss.name].probability,
            ),
        )

    def steps_per_epoch(self, n_rows: int) -> int:
        """Steps in one pass over the rows; the last, incomplete batch counts."""
        return -(-n_rows // self.training.batch_size)

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


SECTIONS: dict[str, type[_Section]] = {
    kind.section: kind
    for kind in (
        DataConfig,
        GeneratorConfig,
        DiscriminatorConfig,
        LossConfig,
        OptimizerConfig,
        TrainingConfig,
    )
}


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


def _section_values(name: str, values: object, kind: type[_Section]) -> dict[str, Any]:
    checked = dict(_mapping(name, values))
    _known_keys(f"{name}.", checked, kind)
    return checked


def _mapping(what: str, values: object) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ConfigError(
            what, f"{what} must be an object of settings. Got {short(values)} instead."
        )
    return values


def _known_keys(prefix: str, values: Mapping[str, object], kind: type[_Section]) -> None:
    known = [prefix + name for name in kind.__dataclass_fields__]
    for key in values:
        if prefix + str(key) not in known:
            raise ConfigError(prefix + str(key), _unknown_key(prefix + str(key), known))


def _unknown_key(path: str, known: Iterable[str]) -> str:
    known = list(known)
    names = {entry.rpartition(".")[2]: entry for entry in known}
    near = difflib.get_close_matches(path.rpartition(".")[2], names, n=1)
    near = [names[name] for name in near] or difflib.get_close_matches(path, known, n=1, cutoff=0.8)
    hint = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}."
    return f"There is no setting named {path!r}. {hint}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Tuples to lists, so that a config equals itself after a trip through JSON."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, (tuple, list)) else value
