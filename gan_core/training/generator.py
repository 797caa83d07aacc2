"""A trained generator on its own: weights, scaling and names, enough to draw rows anywhere."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from safetensors import SafetensorError
from safetensors.numpy import load

from gan_core.config import ExperimentConfig
from gan_core.data import MinMaxScaler
from gan_core.errors import CheckpointError, DataError, GanForgeError
from gan_core.networks import Weights
from gan_core.networks.running import Player
from gan_core.randomness import Stream, stream
from gan_core.training.checkpoint import metadata, save_with

MAX_SAMPLE_ROWS = 1_000_000
MAX_SEED = 2**32 - 1
_ROWS_AT_ONCE = 2048  # bounds the time and memory until there is something to show


@dataclass(frozen=True)
class TrainedGenerator:
    """Noise in, rows in original units out. PyTorch is imported when rows are asked for.

    Attributes:
        config: the experiment that trained it.
        weights: the generator's weights, float32, in the names of ``nn.Sequential``.
        scaler: the scaling that the training used.
        features: column names with their units.
    """

    config: ExperimentConfig
    weights: Weights
    scaler: MinMaxScaler
    features: tuple[str, ...]

    def rows(self, n: int, seed: int | None = None) -> np.ndarray:
        """Draw rows in original units, float64, shape (n, n_features).

        Args and Raises: as for `batches`.
        """
        return np.concatenate(list(self.batches(n, seed)))

    def batches(self, n: int, seed: int | None = None) -> Iterator[np.ndarray]:
        """Draw rows as `rows` does, some at a time.

        Args:
            n: how many rows, 1 to 1,000,000.
            seed: where the noise starts; None takes the run's own evaluation stream, so that the
                same run always shows the same rows.

        Raises:
            DataError: n or the seed is out of range.
        """
        if seed is not None and not 0 <= seed <= MAX_SEED:
            raise DataError(f"The seed must be from 0 to {MAX_SEED:,}. Got {seed:,} instead.")
        if not 1 <= n <= MAX_SAMPLE_ROWS:
            raise DataError(f"Ask for 1 to {MAX_SAMPLE_ROWS:,} rows. Got {n:,} instead.")
        rng = stream(self.config.seed if seed is None else seed, Stream.EVALUATION)
        layers, _ = self.config.networks(len(self.features))
        player = Player(layers, self.weights)
        for start in range(0, n, _ROWS_AT_ONCE):
            shape = (min(_ROWS_AT_ONCE, n - start), self.config.generator.latent_dim)
            yield self.scaler.inverse(player(rng.standard_normal(shape, dtype=np.float32)))

    def sample(self, n: int, seed: int | None = None) -> pd.DataFrame:
        """As `rows`, as a DataFrame with the features' names."""
        return pd.DataFrame(self.rows(n, seed), columns=list(self.features))

    def to_bytes(self) -> bytes:
        """As a safetensors file; config, scaling and names travel in its metadata."""
        facts = {
            "config": self.config.to_json(),
            "features": json.dumps(self.features),
            "low": json.dumps(self.scaler.low.tolist()),
            "high": json.dumps(self.scaler.high.tolist()),
        }
        return save_with(facts, self.weights)

    @classmethod
    def from_bytes(cls, data: bytes) -> "TrainedGenerator":
        """Read what `to_bytes` wrote.

        Raises:
            CheckpointError: not such a file.
        """
        try:
            facts = metadata(data)
            low, high = (np.array(json.loads(facts[k])) for k in ("low", "high"))
            return cls(
                config=ExperimentConfig.from_json(facts["config"]),
                weights=load(data),
                scaler=MinMaxScaler(low, high),
                features=tuple(json.loads(facts["features"])),
            )
        except (GanForgeError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise CheckpointError(f"This is not a generator saved by GAN Forge: {error}") from error
