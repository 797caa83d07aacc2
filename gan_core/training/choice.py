"""Which engine computes a run, and why. Knows neither PyTorch nor Numba: pages ask it too."""

from dataclasses import dataclass

from gan_core.config import ExperimentConfig
from gan_core.errors import ConfigError
from gan_core.networks import n_weights
from gan_core.networks.layers import Layers, Sigmoid, Tanh

# Multiply-adds of a step beyond which PyTorch's matrix products win over compiled loops. Measured
# (`python -m gan_core bench`): they cross at a width of 256 with 32 rows, 100 with 256 rows and
# 50 with 1,024 rows, which is 30 to 45 million each time.
CROSSING = 30_000_000


@dataclass(frozen=True)
class EngineChoice:
    """An engine, and the reason in a sentence for people."""

    engine: str
    reason: str


def choose_engine(config: ExperimentConfig) -> EngineChoice:
    """The engine of a config. What ``fast`` computes is on the CPU.

    Raises:
        ConfigError: ``fast`` was asked for and cannot do it; the message says why.
    """
    asked, device = config.training.engine, config.training.device
    if asked == "torch":
        return EngineChoice("torch", "The reference engine was asked for.")
    obstacle = _obstacle(config)
    if asked == "fast":
        if obstacle:
            raise ConfigError(
                "training.engine",
                f"training.engine is 'fast', but {obstacle}. Use 'auto' or 'torch'.",
            )
        return EngineChoice("fast", "The fast engine was asked for.")
    if obstacle:
        return EngineChoice("torch", f"The reference engine, because {obstacle}.")
    millions = multiply_adds(config) / 1e6
    sizes = f"a step has {millions:,.1f} million multiply-adds"
    if millions * 1e6 > CROSSING:
        where = f"PyTorch is faster beyond {CROSSING / 1e6:,.0f} million"
        return EngineChoice("torch", f"The reference engine, because {sizes}, and {where}.")
    on = "" if device == "cpu" else "; so small a run would not gain from a GPU"
    return EngineChoice("fast", f"The fast engine, because {sizes}, small enough for it{on}.")


def multiply_adds(config: ExperimentConfig) -> int:
    """Multiply-adds of a full step, about: the forward and backward passes of both players."""
    g, d = (n_weights(layers) for layers in config.networks(len(config.table().features)))
    rows = min(config.training.batch_size, config.table().n_rows)
    penalty = 5 if config.loss.penalty != "none" else 0
    # A pass forward or back to the input or to the weights takes one multiply-add a weight.
    d_updates = config.training.n_critic * (g + (6 + penalty) * d)
    return rows * (d_updates + 3 * g + 2 * d)


def _obstacle(config: ExperimentConfig) -> str:
    """What the fast engine cannot do of a config; empty if it can do all."""
    if config.training.device == "cuda":
        return "it computes on the CPU and CUDA was asked for"
    _, discriminator = config.networks(len(config.table().features))
    if config.loss.penalty != "none" and not _is_piecewise_linear(discriminator):
        return (
            "it has gradient penalties only for piecewise linear discriminators (ReLU, LeakyReLU)"
        )
    return ""


def _is_piecewise_linear(discriminator: Layers) -> bool:
    hidden = discriminator[:-1] if isinstance(discriminator[-1], Sigmoid) else discriminator
    return not any(isinstance(layer, (Tanh, Sigmoid)) for layer in hidden)
