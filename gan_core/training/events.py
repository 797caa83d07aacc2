"""The events of a training. Read them in a loop; the training waits in the meantime."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from gan_core.config import ExperimentConfig
from gan_core.training.checkpoint import Checkpoint
from gan_core.training.generator import TrainedGenerator


@dataclass(frozen=True)
class Started:
    """The training is about to start.

    Attributes:
        config: the experiment.
        device: where it is computed, such as "cpu".
        engine: which engine computes it.
        n_rows: real rows.
        first_step: steps already done if it is resumed, else 0.
        total_steps: steps when all epochs are done.
        steps_per_epoch: steps in one pass over the rows.
        checkpoint: makes a checkpoint of this moment.
    """

    config: ExperimentConfig
    device: str
    engine: str
    n_rows: int
    first_step: int
    total_steps: int
    steps_per_epoch: int
    checkpoint: Callable[[], Checkpoint]


@dataclass(frozen=True)
class Progress:
    """Some more steps are done.

    Attributes:
        first_step: number of the first of these steps, counted from 1.
        losses: one row per step, float32 (n_steps, n_columns), see `ExperimentConfig.columns`.
        steps_per_epoch: steps in one pass over the rows.
        checkpoint: makes a checkpoint of this moment; call it before asking for the next
            event.
        generator: the generator at this moment, likewise.
    """

    first_step: int
    losses: np.ndarray
    steps_per_epoch: int
    checkpoint: Callable[[], Checkpoint]
    generator: Callable[[], TrainedGenerator]

    @property
    def step(self) -> int:
        """Steps done."""
        return self.first_step + len(self.losses) - 1

    @property
    def epoch(self) -> int:
        """The epoch that `step` belongs to, counted from 1."""
        return -(-self.step // self.steps_per_epoch)


@dataclass(frozen=True)
class Finished:
    """All epochs are done.

    Attributes:
        first_step: number of the first step, counted from 1; if it was resumed, the first since
            it was resumed.
        losses: of all steps, float32 (n_steps, n_columns), see `ExperimentConfig.columns`; none
            if `train` was told not to keep them.
        steps_per_epoch: steps in one pass over the rows.
        generator: the trained generator.
        checkpoint: the state after the last step.
    """

    first_step: int
    losses: np.ndarray
    steps_per_epoch: int
    generator: TrainedGenerator
    checkpoint: Checkpoint

    @cached_property
    def history(self) -> pd.DataFrame:
        """One row per step: step and epoch (counted from 1), then `ExperimentConfig.columns`.

        For today's losses these are d_loss, g_loss and d_real and d_fake, D's mean outputs on real
        and on fake rows; penalty is the share of d_loss that is due to penalties.
        """
        columns = self.checkpoint.config.columns
        return history_frame(self.losses, self.first_step, self.steps_per_epoch, columns)

    def sample(self, n: int, seed: int | None = None) -> pd.DataFrame:
        """Draw n generated rows in original units; as `TrainedGenerator.sample`."""
        return self.generator.sample(n, seed)


TrainEvent = Started | Progress | Finished


def history_frame(
    losses: np.ndarray, first_step: int, steps_per_epoch: int, columns: Sequence[str]
) -> pd.DataFrame:
    """Losses of consecutive steps as a table with step and epoch.

    Args:
        losses: float32, (n_steps, n_columns); missing last columns become NaN.
        first_step: number of the first step, counted from 1.
        steps_per_epoch: steps in one pass over the rows.
        columns: their names.
    """
    steps = np.arange(first_step, first_step + len(losses))
    frame = pd.DataFrame(widened(losses, len(columns)), columns=list(columns))
    frame.insert(0, "step", steps)
    frame.insert(1, "epoch", (steps - 1) // steps_per_epoch + 1)
    return frame


def widened(losses: np.ndarray, n_columns: int) -> np.ndarray:
    """Losses (n_steps, n_columns), with NaN in columns that were not recorded at the time."""
    lacking = n_columns - losses.shape[1]
    return np.pad(losses, ((0, 0), (0, lacking)), constant_values=np.nan) if lacking else losses
