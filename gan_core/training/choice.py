"""Which engine computes a run, and why. Knows neither PyTorch nor Numba: pages ask it too."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gan_core.errors import ConfigError
from gan_core.networks import Block, logit_layers, uncompiled, walk
from gan_core.problem import Problem
from gan_core.training.cost import CROSSING, multiply_adds, updates

N_ = str  # marks a sentence for translation where it stands

TOO_LARGE = N_(
    "A step has {size} million multiply-adds; beyond {crossing} million PyTorch is faster."
)
SMALL_ENOUGH = N_(
    "A step has {size} million multiply-adds, small enough for the fast engine, which wins below "
    "{crossing} million; so small a run would not gain from a GPU either."
)
ON_CUDA = N_("the fast engine computes on the CPU and CUDA was requested.")
NOT_COMPILED = N_("the fast engine does not have {names}.")
NOT_LINEAR = N_(
    "the fast engine has gradient penalties only for piecewise linear discriminators (ReLU, "
    "LeakyReLU)."
)


@dataclass(frozen=True)
class EngineChoice:
    """An engine, and why.

    Attributes:
        engine: "fast" or "torch".
        template: the reason as a sentence with places for `values`; the page translates it.
        values: what to put in.
    """

    engine: str
    template: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The reason in English."""
        return self.template.format(**self.values)


def choose_engine(problem: Problem) -> EngineChoice:
    """The engine of a problem. What ``fast`` computes is on the CPU.

    Raises:
        ConfigError: ``fast`` was asked for and cannot do it; the message says why.
    """
    config = problem.config
    asked = config.training.engine
    if asked == "torch":
        return EngineChoice("torch", N_("The reference engine was requested."))
    obstacle = _obstacle(problem)
    if asked == "fast" and obstacle:
        raise ConfigError(
            "training.engine",
            f"training.engine is 'fast', but {obstacle.reason} Use 'auto' or 'torch'.",
        )
    if asked == "fast":
        return EngineChoice("fast", N_("The fast engine was requested."))
    if obstacle:
        return obstacle
    size, crossing = multiply_adds(problem), CROSSING * updates(config)
    sizes = {"size": f"{size / 1e6:,.1f}", "crossing": f"{crossing / 1e6:,.0f}"}
    if size > crossing:
        return EngineChoice("torch", TOO_LARGE, sizes)
    return EngineChoice("fast", SMALL_ENOUGH, sizes)


def _obstacle(problem: Problem) -> EngineChoice | None:
    """PyTorch, and what the fast engine cannot do of a problem; None if it can do all."""
    config = problem.config
    if config.training.device == "cuda":
        return EngineChoice("torch", ON_CUDA)
    networks = (problem.generator, logit_layers(problem.discriminator))
    lacking = [part.label for part in (config.loss, *config.penalties) if not part.compiled]
    lacking += [type(b).__name__ for n in networks if (b := uncompiled(n)) is not None]
    if lacking:
        names = ", ".join(dict.fromkeys(lacking))
        return EngineChoice("torch", NOT_COMPILED, {"names": names})
    if config.penalties and not _is_piecewise_linear(networks[1]):
        return EngineChoice("torch", NOT_LINEAR)
    return None


def _is_piecewise_linear(network: Block) -> bool:
    return all(block.piecewise_linear for _, block in walk(network) if not block.parts())
