"""The random numbers of a run, step by step: the order of the rows, and the noise.

Both are drawn in blocks, because one large draw is much cheaper than many small ones. A block is
a pure function of the seed and its index (see `gan_core.randomness`), and its size depends only
on the config, so every engine sees the same numbers from whichever step it starts.
"""

from dataclasses import dataclass, field

import numpy as np

from gan_core.config import ExperimentConfig
from gan_core.randomness import Stream, stream

_ROWS_PER_ORDER_BLOCK = 16_384
NUMBERS_PER_NOISE_BLOCK = 262_144
MAX_STEPS_PER_NOISE_BLOCK = 256


@dataclass
class BatchOrder:
    """The rows of every batch: each epoch a fresh permutation, the last batch may be smaller.

    Args:
        seed: the run's seed.
        n_rows: rows in the table.
        batch_size: rows in a full batch.
    """

    seed: int
    n_rows: int
    batch_size: int
    _block: int = field(default=-1, init=False)
    _orders: np.ndarray = field(init=False, repr=False)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one pass over the rows."""
        return -(-self.n_rows // self.batch_size)

    @property
    def epochs_per_block(self) -> int:
        """Epochs whose order is drawn at once."""
        return max(1, _ROWS_PER_ORDER_BLOCK // self.n_rows)

    def block(self, block: int) -> np.ndarray:
        """The order of the rows in each epoch of a block: int64, (epochs_per_block, n_rows)."""
        if block != self._block:
            rng = stream(self.seed, Stream.ORDER, block)
            rows = np.tile(np.arange(self.n_rows), (self.epochs_per_block, 1))
            self._orders = rng.permuted(rows, axis=1, out=rows)
            self._block = block
        return self._orders

    def epoch(self, epoch: int) -> np.ndarray:
        """The order of the rows in an epoch counted from 0: int64, shape (n_rows,)."""
        block, i = divmod(epoch, self.epochs_per_block)
        return self.block(block)[i]


@dataclass
class Noise:
    """The noise of every step: z for each D update and one for G, and mixing weights.

    Args:
        seed: the run's seed.
        batch_size: rows in a full batch; smaller batches use the first rows.
        latent_dim: numbers in one z.
        n_critic: D updates in a step.
    """

    seed: int
    batch_size: int
    latent_dim: int
    n_critic: int = 1

    @property
    def steps_per_block(self) -> int:
        """Steps whose noise is drawn at once."""
        numbers = (self.n_critic + 1) * self.batch_size * self.latent_dim
        return max(1, min(MAX_STEPS_PER_NOISE_BLOCK, NUMBERS_PER_NOISE_BLOCK // numbers))

    def block(self, block: int) -> np.ndarray:
        """Standard normal noise of a block of steps; the last z of each step is G's.

        Returns:
            float32, shape (steps_per_block, n_critic + 1, batch_size, latent_dim).
        """
        shape = (self.steps_per_block, self.n_critic + 1, self.batch_size, self.latent_dim)
        return stream(self.seed, Stream.NOISE, block).standard_normal(shape, dtype=np.float32)

    def mixing_block(self, block: int) -> np.ndarray:
        """Weights in [0, 1) that mix real rows and fakes for the penalty gp.

        Returns:
            float32, shape (steps_per_block, n_critic, batch_size).
        """
        shape = (self.steps_per_block, self.n_critic, self.batch_size)
        return stream(self.seed, Stream.PENALTY, block).random(shape, dtype=np.float32)


@dataclass
class InputNoise:
    """Noise on the rows that D sees: for each D update and for G's, on real rows and on fakes.

    Args:
        seed: the run's seed.
        batch_size: rows in a full batch; smaller batches use the first rows.
        n_features: numbers in a row.
        n_critic: D updates in a step.
    """

    seed: int
    batch_size: int
    n_features: int
    n_critic: int = 1

    @property
    def steps_per_block(self) -> int:
        """Steps whose noise is drawn at once."""
        numbers = (self.n_critic + 1) * 2 * self.batch_size * self.n_features
        return max(1, min(MAX_STEPS_PER_NOISE_BLOCK, NUMBERS_PER_NOISE_BLOCK // numbers))

    def block(self, block: int) -> np.ndarray:
        """Standard normal noise of a block of steps.

        Returns:
            float32, shape (steps_per_block, n_critic + 1, 2, batch_size, n_features): of each pass
            through D, the last one G's; for real rows, then for fakes.
        """
        shape = (self.steps_per_block, self.n_critic + 1, 2, self.batch_size, self.n_features)
        return stream(self.seed, Stream.INPUT_NOISE, block).standard_normal(shape, np.float32)


def input_noise_of(config: ExperimentConfig, n_rows: int, n_features: int) -> InputNoise:
    """The noise on D's inputs of an experiment on a table of this many rows and features."""
    batch = min(config.training.batch_size, n_rows)
    return InputNoise(config.seed, batch, n_features, config.training.n_critic)


def noise_of(config: ExperimentConfig, n_rows: int) -> Noise:
    """The noise of an experiment on a table of this many rows, which bound its batches."""
    batch = min(config.training.batch_size, n_rows)
    return Noise(config.seed, batch, config.generator.latent_dim, config.training.n_critic)
