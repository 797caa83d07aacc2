"""A standalone trained generator: weights, encoder and names, enough to sample rows anywhere."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from safetensors import SafetensorError
from safetensors.numpy import load

from gan_core.config import ExperimentConfig
from gan_core.data import Encoder, encoder_of
from gan_core.data.table import rounded
from gan_core.errors import CheckpointError, DataError, GanForgeError
from gan_core.networks import Weights
from gan_core.networks.running import Player
from gan_core.problem import Problem, networks_of
from gan_core.randomness import Stream, stream
from gan_core.training.checkpoint import Checkpoint, metadata, save_with

MAX_SAMPLE_ROWS = 1_000_000
MAX_SEED = 2**32 - 1
_ROWS_AT_ONCE = 2048  # bounds the time and memory until there is something to show


@dataclass(frozen=True)
class TrainedGenerator:
    """Noise in, rows in original units out. PyTorch is imported when rows are requested.

    Attributes:
        config: the experiment that trained it.
        weights: the generator's weights, float32, named as in ``nn.Sequential``.
        encoder: the one used in training.
        features: column names with their units.
        decimals: how its rows are rounded, as the real values are (see `Table.decimals`); empty:
            not at all, as in files of earlier versions.
    """

    config: ExperimentConfig
    weights: Weights
    encoder: Encoder
    features: tuple[str, ...]
    decimals: tuple[int | None, ...] = ()

    @classmethod
    def of(cls, checkpoint: Checkpoint, problem: Problem) -> Self:
        """The generator at a state of a problem's training."""
        found = cls.made(checkpoint.config, checkpoint.generator_weights(), problem)
        return replace(found, encoder=checkpoint.encoder or problem.encoder)

    @classmethod
    def made(cls, config: ExperimentConfig, weights: Weights, problem: Problem) -> Self:
        """A problem's generator with these weights."""
        return cls(config, weights, problem.encoder, problem.features, problem.table.decimals)

    def rows(self, n: int, seed: int | None = None) -> np.ndarray:
        """Sample rows in original units, float64, shape (n, n_features).

        Args and Raises: as for `batches`.
        """
        return np.concatenate(list(self.batches(n, seed)))

    def batches(self, n: int, seed: int | None = None) -> Iterator[np.ndarray]:
        """Sample rows as `rows` does, some at a time.

        Args:
            n: how many rows, 1 to 1,000,000.
            seed: of the noise; None takes the run's own evaluation stream, so that the
                same run always shows the same rows.

        Raises:
            DataError: n or the seed is out of range.
        """
        if seed is not None and not 0 <= seed <= MAX_SEED:
            raise DataError(f"The seed must be from 0 to {MAX_SEED:,}. Got {seed:,} instead.")
        if not 1 <= n <= MAX_SAMPLE_ROWS:
            raise DataError(f"Ask for 1 to {MAX_SAMPLE_ROWS:,} rows. Got {n:,} instead.")
        rng = stream(self.config.seed if seed is None else seed, Stream.EVALUATION)
        layers, _ = networks_of(self.config, self.encoder.blocks)
        player = Player(layers, self.weights)
        for start in range(0, n, _ROWS_AT_ONCE):
            shape = (min(_ROWS_AT_ONCE, n - start), self.config.generator.latent_dim)
            made = self.encoder.inverse(player(rng.standard_normal(shape, dtype=np.float32)))
            yield rounded(made, self.decimals) if self.decimals else made

    def sample(self, n: int, seed: int | None = None) -> pd.DataFrame:
        """Like `rows`, as a DataFrame with the features' names."""
        return pd.DataFrame(self.rows(n, seed), columns=list(self.features))

    def to_bytes(self) -> bytes:
        """As a safetensors file; config, encoder and names are in its metadata."""
        facts = {
            "config": self.config.to_json(),
            "features": json.dumps(self.features),
            "encoder": json.dumps(self.encoder.to_dict()),
            "decimals": json.dumps(self.decimals),
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
            return cls(
                config=ExperimentConfig.from_json(facts["config"]),
                weights=load(data),
                encoder=encoder_of(_encoder_in(facts)),
                features=tuple(json.loads(facts["features"])),
                decimals=tuple(json.loads(facts.get("decimals", "[]"))),
            )
        except (GanForgeError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise CheckpointError(f"This is not a generator saved by GAN Forge: {error}") from error


def _encoder_in(facts: Mapping[str, str]) -> dict[str, Any]:
    """A file's encoder; version 1 had only one."""
    if "encoder" in facts:
        return json.loads(facts["encoder"])
    return {"name": "minmax", **{key: json.loads(facts[key]) for key in ("low", "high")}}
