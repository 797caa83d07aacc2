"""The sections of a config, with the one declaration of every hyperparameter."""

from pydantic import field_validator

from gan_core.data import DATA_SOURCES, ENCODERS
from gan_core.data.drawing import decode
from gan_core.errors import ConfigError, DataError
from gan_core.networks import ACTIVATIONS, NORMALIZATIONS
from gan_core.networks.mlp import DROPOUT_HELP, NORMALIZATION_HELP
from gan_core.settings import Section, setting

DEVICES = ("auto", "cpu", "cuda")
ENGINES = ("auto", "torch", "fast")
PLAYERS = ("both", "d", "g")

_ACTIVATION_HELP = (
    "The nonlinearity between the linear layers, without which the network could learn only "
    "linear functions."
)
_WIDTHS_HELP = (
    "Units of each hidden layer, first to last. Wider and deeper networks can learn finer shapes, "
    "but train more slowly and overfit few rows sooner."
)
_SLOPE_HELP = (
    "How much of a negative input hidden units with LeakyReLU pass on. At 0 they are plain "
    "ReLUs and can die; higher keeps gradients flowing, up to 1, where they are linear."
)


class DataConfig(Section, frozen=True):
    """Which rows are the real ones."""

    section = "data"

    source: str = setting(
        "iris", "Data set", "The table that the real rows are taken from.",
        choices=lambda: tuple(DATA_SOURCES), key="data", is_open=True,
    )  # fmt: skip
    classes: tuple[str, ...] = setting(
        ("setosa",), "Class",
        "Only rows of this class are shown to the GAN, as if it were the class with too few rows. "
        "Empty means all rows.",
        key="class",
    )  # fmt: skip
    features: tuple[str, ...] = setting(
        (), "Features",
        "The columns that G must generate; at least two. Empty means all. "
        "More features are harder to get right together.",
    )  # fmt: skip
    drawing: str = setting(
        "", "Drawing",
        "The points of the data set drawing, as the page Data writes them; other data sets ignore "
        "it.",
    )  # fmt: skip
    encoder: str = setting(
        "minmax", "Encoding",
        "How each feature is scaled for the networks; G's last layer follows from it.",
        choices=ENCODERS.keys, members=ENCODERS,
    )  # fmt: skip

    @field_validator("drawing")
    @classmethod
    def _is_a_drawing(cls, drawing: str) -> str:
        try:
            decode(drawing)
        except DataError as error:
            raise ConfigError("data.drawing", str(error)) from error
        return drawing


class GeneratorConfig(Section, frozen=True):
    """The forger."""

    section = "generator"

    latent_dim: int = setting(
        10, "Latent dimension",
        "How many random numbers G turns into one row. With too few, G cannot reach every kind of "
        "row; many more than there are features only slow it down.",
        low=1, high=512, usual=(1, 64),
    )  # fmt: skip
    hidden_dims: tuple[int, ...] = setting(
        (16, 32), "Generator widths", _WIDTHS_HELP,
        low=1, high=1024, max_length=6, key="g_dims",
    )  # fmt: skip
    activation: str = setting(
        "relu", "Generator activation", _ACTIVATION_HELP,
        choices=ACTIVATIONS.keys, members=ACTIVATIONS, key="g_act",
    )  # fmt: skip
    slope: float = setting(
        0.2, "Generator's LeakyReLU slope", _SLOPE_HELP,
        low=0.0, high=1.0, usual=(0.0, 1.0), key="g_slope",
    )  # fmt: skip
    normalization: str = setting(
        "none", "Generator normalization", NORMALIZATION_HELP,
        choices=NORMALIZATIONS.keys, members=NORMALIZATIONS, key="g_norm",
    )  # fmt: skip
    dropout: float = setting(
        0.0, "Generator dropout", DROPOUT_HELP,
        low=0.0, high=0.9, usual=(0.0, 0.5), key="g_dropout",
    )  # fmt: skip


class DiscriminatorConfig(Section, frozen=True):
    """The inspector."""

    section = "discriminator"

    hidden_dims: tuple[int, ...] = setting(
        (32, 16), "Discriminator widths", _WIDTHS_HELP,
        low=1, high=1024, max_length=6, key="d_dims",
    )  # fmt: skip
    activation: str = setting(
        "leaky_relu", "Discriminator activation", _ACTIVATION_HELP,
        choices=ACTIVATIONS.keys, members=ACTIVATIONS, key="d_act",
    )  # fmt: skip
    slope: float = setting(
        0.2, "Discriminator's LeakyReLU slope", _SLOPE_HELP,
        low=0.0, high=1.0, usual=(0.0, 1.0), key="d_slope",
    )  # fmt: skip
    normalization: str = setting(
        "none", "Discriminator normalization", NORMALIZATION_HELP,
        choices=NORMALIZATIONS.keys, members=NORMALIZATIONS, key="d_norm",
    )  # fmt: skip
    dropout: float = setting(
        0.0, "Discriminator dropout", DROPOUT_HELP,
        low=0.0, high=0.9, usual=(0.0, 0.5), key="d_dropout",
    )  # fmt: skip


class OptimizerConfig(Section, frozen=True):
    """Adam (Kingma, Ba 2015, arXiv:1412.6980), one per player."""

    section = "optimizer"

    lr_g: float = setting(
        0.0002, "Generator learning rate",
        "How far G moves in each step. Higher learns faster, until the players overshoot each "
        "other and the losses swing or explode.",
        low=1e-7, high=10.0, scale="log", usual=(1e-5, 1e-1), key="lr", editable=True,
    )  # fmt: skip
    lr_d: float = setting(
        0.0002, "Discriminator learning rate",
        "How far D moves in each step. Much higher than G's, and D wins so clearly that G gets no "
        "useful gradient.",
        low=1e-7, high=10.0, scale="log", usual=(1e-5, 1e-1), editable=True,
    )  # fmt: skip
    beta1: float = setting(
        0.5, "Beta 1 (momentum)",
        "How long Adam remembers the direction of past gradients. GANs use 0.5 rather than 0.9, "
        "because the opponent keeps moving; higher tends to oscillate.",
        low=0.0, high=0.999,
    )  # fmt: skip
    beta2: float = setting(
        0.999, "Beta 2 (scale)",
        "How long Adam remembers the size of past gradients. Lower reacts faster to change but "
        "makes the steps noisier.",
        low=0.0, high=0.99999,
    )  # fmt: skip

    lr_decay: float = setting(
        0.0, "Learning rate decay",
        "The share of both learning rates that is gone at the end, after an even fall from the "
        "first step on. 0 keeps them; with 1 they come down to 0, and the players settle instead "
        "of circling each other.",
        low=0.0, high=1.0, editable=True,
    )  # fmt: skip

    @property
    def highest(self) -> float:
        """The higher learning rate of the two players."""
        return max(self.lr_g, self.lr_d)


class TrainingConfig(Section, frozen=True):
    """How long to train, and on what."""

    section = "training"

    epochs: int = setting(
        10_000, "Epochs",
        "How often training passes over all real rows. More epochs give G longer to learn; past "
        "the equilibrium, little changes.",
        low=1, high=1_000_000, scale="log", usual=(100, 100_000),
    )  # fmt: skip
    batch_size: int = setting(
        32, "Batch size",
        "Real rows (and as many fakes) per step. Larger batches give less noisy losses and fewer "
        "steps per epoch.",
        low=1, high=65_536, scale="log", usual=(4, 1024), unit="rows", key="batch",
    )  # fmt: skip
    n_critic: int = setting(
        1, "D updates per step (n_critic)",
        "How often D learns before G does. More keeps D ahead, which the Wasserstein loss needs (5 "
        "is usual there); with other losses, G's gradient then becomes less useful.",
        low=1, high=20, usual=(1, 10), editable=True,
    )  # fmt: skip
    players: str = setting(
        "both", "Who learns",
        "Both players, or only one: d or g learns while the other stays exactly as it is. Good for "
        "studying one player's move; over many steps, the one that learns runs away.",
        choices=lambda: PLAYERS, editable=True,
    )  # fmt: skip
    input_noise: float = setting(
        0.0, "Noise on D's inputs",
        "Standard deviation of fresh noise on every row that D sees, real or fake, after scaling "
        "to [-1, 1]. A little, such as 0.1, keeps D from winning on details (Sønderby et al. 2016, "
        "arXiv:1610.04490); a lot hides what G has to learn. 0 is off.",
        low=0.0, high=10.0, usual=(0.0, 1.0), key="noise", editable=True,
    )  # fmt: skip
    ema_decay: float = setting(
        0.0, "EMA decay of G",
        "Results come from a moving average of G's weights, which smooths out the swings of the "
        "game. 0 is off; 0.999 averages over about the last 1,000 steps.",
        low=0.0, high=0.9999, key="ema",
    )  # fmt: skip
    device: str = setting(
        "auto", "Device",
        "Where the numbers are computed. auto uses a CUDA GPU if there is one, else the CPU; "
        "networks this small are fastest on the CPU.",
        choices=lambda: DEVICES,
    )  # fmt: skip
    engine: str = setting(
        "auto", "Engine",
        "What computes the steps: torch is the reference, fast does the same steps "
        "compiled for the CPU. auto picks whichever is faster for these settings.",
        choices=lambda: ENGINES,
    )  # fmt: skip
