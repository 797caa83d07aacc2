"""The sections of a config, with every hyperparameter's one declaration."""

import dataclasses
from typing import Any, ClassVar

from gan_core.config.fields import check_fields, param
from gan_core.data import DATA_SOURCES, ENCODERS
from gan_core.data.drawing import decode
from gan_core.errors import ConfigError, DataError
from gan_core.networks import ACTIVATIONS
from gan_core.objectives import LOSSES

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


class Section:
    """A part of the config that validates its declared fields."""

    section: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __post_init__(self) -> None:
        check_fields(self, self.section)


@dataclasses.dataclass(frozen=True)
class DataConfig(Section):
    """Which rows are the real ones."""

    section = "data"

    source: str = param(
        "iris", "choice", "Data set", "The table that real rows are taken from.",
        choices=lambda: tuple(DATA_SOURCES), key="data", is_open=True,
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
    encoder: str = param(
        "minmax", "choice", "Encoding",
        "How each feature is scaled for the networks, and with it what G ends in.",
        choices=lambda: tuple(ENCODERS),
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Validate what can be told without the data set; the rest `gan_core.problem` does."""
        super().__post_init__()
        try:
            decode(self.drawing)
        except DataError as error:
            raise ConfigError("data.drawing", str(error)) from error


@dataclasses.dataclass(frozen=True)
class GeneratorConfig(Section):
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
class DiscriminatorConfig(Section):
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
class LossConfig(Section):
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
class OptimizerConfig(Section):
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
class TrainingConfig(Section):
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


SECTIONS: dict[str, type[Section]] = {
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
