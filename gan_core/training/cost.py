"""What a training costs: seconds and bytes, estimated from its problem before a step is done."""

from dataclasses import dataclass

from gan_core.config import ExperimentConfig
from gan_core.networks import n_weights
from gan_core.problem import Problem
from gan_core.training.snapshots import MOST

_BESIDE = 2**18  # bytes of what a run has once: extremes of its history, a preview, its row


@dataclass(frozen=True)
class Speed:
    """What one thread of an engine does.

    Attributes:
        update: seconds of an update of a player, however small.
        rate: multiply-adds a second.
    """

    update: float
    rate: float

    def seconds(self, problem: Problem) -> float:
        """Of a step."""
        return self.update * updates(problem.config) + multiply_adds(problem) / self.rate


# Measured on 2026-11-24 (AMD EPYC, one thread); within a factor of 1.5 from the tutorial (44 us
# fast, 980 us PyTorch) to networks of 1,024-1,024-512 with batches of 569 rows, 20 updates of D and
# a gradient penalty (5.9 s). On a GPU multiply-adds cost next to nothing at these sizes.
SPEEDS = {"fast": Speed(5e-6, 8e9), "torch": Speed(4.6e-4, 2.6e10)}
_CUDA = Speed(SPEEDS["torch"].update, float("inf"))

# Multiply-adds for each update beyond which PyTorch's matrix products win over compiled loops.
CROSSING = (SPEEDS["torch"].update - SPEEDS["fast"].update) / (
    1 / SPEEDS["fast"].rate - 1 / SPEEDS["torch"].rate
)


@dataclass(frozen=True)
class Cost:
    """What a training, or several, will take.

    Attributes:
        seconds: of one thread.
        size: bytes in the store.
    """

    seconds: float
    size: int

    @classmethod
    def of(cls, problem: Problem, engine: str, start: int, film_bytes: int) -> "Cost":
        """Of the steps after `start`, with the first settings of its schedule."""
        steps = max(0, problem.total_steps - start)
        speed = _CUDA if problem.config.training.device == "cuda" else SPEEDS[engine]
        # The checkpoint is as large as a snapshot, and what people watch is smaller.
        snapshots = 2 + min(steps + 1, n_snapshots(problem, film_bytes))
        history = 4 * len(problem.config.columns) * steps
        return cls(
            steps * speed.seconds(problem), history + snapshots * snapshot_size(problem) + _BESIDE
        )


def multiply_adds(problem: Problem) -> int:
    """Multiply-adds of a full step, about: the forward and backward passes of both players."""
    config = problem.config
    g, d = n_weights(problem.generator), n_weights(problem.discriminator)
    rows = min(config.training.batch_size, problem.n_rows)
    penalty = 5 * len(config.penalties)
    # A pass forward or back to the input or to the weights takes one multiply-add a weight.
    d_updates = config.training.n_critic * (g + (6 + penalty) * d)
    return rows * (d_updates + 3 * g + 2 * d)


def updates(config: ExperimentConfig) -> int:
    """Updates of a player in a step; each penalty costs PyTorch at least another one."""
    return 1 + config.training.n_critic * (1 + len(config.penalties))


def snapshot_size(problem: Problem) -> int:
    """Bytes of a snapshot, about: float32, weights and both moments of Adam, G's average."""
    g, d = n_weights(problem.generator), n_weights(problem.discriminator)
    return 4 * (3 * (g + d) + (g if problem.config.training.ema_decay else 0)) + 4096


def n_snapshots(problem: Problem, film_bytes: int) -> int:
    """How many snapshots are kept at most where so many bytes are for them."""
    return min(MOST, film_bytes // snapshot_size(problem))
