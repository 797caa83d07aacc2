"""What a training costs: seconds and bytes, estimated from its problem before a step is done."""

from dataclasses import dataclass
from itertools import pairwise

from gan_core.config import ExperimentConfig
from gan_core.networks import n_weights
from gan_core.problem import Problem
from gan_core.training.snapshots import MOST

_BESIDE = 2**18  # bytes of what a run has once: extremes of its history, a preview, its row


@dataclass(frozen=True)
class Speed:
    """What one thread of an engine does."""

    update: float  # seconds of an update of a player, however small
    rate: float  # multiply-adds a second

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
    """What a training, or several, will take."""

    seconds: float = 0.0  # of one thread
    size: int = 0  # bytes in the store

    @classmethod
    def of(cls, problem: Problem, engine: str, start: int, snapshot_bytes: int) -> "Cost":
        """Of the steps after `start`, as scheduled: D may have more updates in some of them."""
        end = max(start, problem.total_steps)
        speed = _CUDA if problem.config.training.device == "cuda" else SPEEDS[engine]
        edited = (edit.step for edit in problem.config.schedule if start < edit.step < end)
        parts = pairwise((start, *edited, end))
        seconds = sum((to - at) * speed.seconds(problem.at(at)) for at, to in parts)
        # The checkpoint is as large as a snapshot, and what people watch is smaller.
        snapshots = 2 + min(end - start + 1, n_snapshots(problem, snapshot_bytes))
        history = 4 * len(problem.config.columns) * (end - start)
        return cls(seconds, history + snapshots * snapshot_size(problem) + _BESIDE)

    def plus(self, other: "Cost", n: int = 1) -> "Cost":
        """Of this and n times another."""
        return Cost(self.seconds + n * other.seconds, self.size + n * other.size)


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


def n_snapshots(problem: Problem, most_bytes: int) -> int:
    """How many snapshots are kept at most where so many bytes are for them."""
    return min(MOST, most_bytes // snapshot_size(problem))
