"""The scores of a trained generator, always computed the same way so that they are comparable."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np

from gan_core.config import ExperimentConfig
from gan_core.config.sections import DataConfig
from gan_core.metrics import NoiseFloor, ScoreReport, evaluate
from gan_core.metrics.report import noise_floor_steps
from gan_core.problem import resolve, rows_of
from gan_core.randomness import Stream, stream
from gan_core.training import TrainedGenerator


def score(
    generator: TrainedGenerator, n: int | None = None, seed: int | None = None
) -> ScoreReport:
    """Compare generated rows with the real ones, beside the noise floor.

    A run's own scores use as many rows as there are real ones, from its evaluation stream: what
    None takes.
    """
    config = generator.config
    rows = generator.rows(resolve(config).n_rows if n is None else n, seed)
    return judged(config, rows, floor_of(config.data))


def judged(
    config: ExperimentConfig, rows: np.ndarray, floor: Mapping[str, NoiseFloor]
) -> ScoreReport:
    """Compare rows with the real ones of an experiment, whose noise floor is known."""
    table = resolve(config).table
    return evaluate(table.values, rows, table.features, floor=floor, modes=table.modes)


@lru_cache(maxsize=32)
def floor_of(data: DataConfig) -> Mapping[str, NoiseFloor]:
    """The noise floor of some real rows: the same for every run on them, whatever its seed."""
    *_, floor = floor_steps(data)
    return floor


def floor_steps(data: DataConfig) -> Iterator[Mapping[str, NoiseFloor]]:
    """Like `floor_of`, in steps: an empty mapping after each, then the floor."""
    table = rows_of(data).table
    rng = stream(0, Stream.EVALUATION, 1)
    yield from noise_floor_steps(table.values, table.features, rng=rng, modes=table.modes)
