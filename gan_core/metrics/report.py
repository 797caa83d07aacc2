"""All metrics at once, each with the value that chance alone would give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from gan_core.data.modes import Modes
from gan_core.errors import DataError
from gan_core.metrics.base import METRICS, Metric, metrics_for
from gan_core.metrics.checks import FloatArray, check_names, check_pair, check_real
from gan_core.metrics.modes import missing_modes

SPLITS = 100  # stable 5 % and 95 % quantiles; a table of 569 x 30 takes about 0.6 s


@dataclass(frozen=True)
class Floor:
    """The value of a metric between two samples of the same real rows.

    Attributes:
        median: the middle of the splits' values.
        low: their 5 % quantile.
        high: their 95 % quantile.
    """

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class NoiseFloor:
    """One metric's noise floor.

    Attributes:
        overall: of the metric over the whole table.
        per_feature: of each feature by name; empty for a metric of the whole table.
    """

    overall: Floor
    per_feature: dict[str, Floor]

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """The inverse of ``dataclasses.asdict``."""
        return cls(
            overall=Floor(**record["overall"]),
            per_feature={name: Floor(**floor) for name, floor in record["per_feature"].items()},
        )


@dataclass(frozen=True)
class Score:
    """One metric's values for a generated table.

    Attributes:
        metric: the metric's key in `METRICS`.
        overall: the mean over the features, or the value of a metric of the whole table.
        per_feature: the value of each feature by name; empty for a metric of the whole table.
        floor: the same for two halves of the real rows (see `noise_floor`).
        out_of: the number of modes if the value is a share of them, else 0.
    """

    metric: str
    overall: float
    per_feature: dict[str, float]
    floor: NoiseFloor
    out_of: int = 0

    @property
    def within_floor(self) -> bool:
        """Whether the overall value is at least as good as the worse end of the floor."""
        if METRICS[self.metric].goal == "max":
            return self.overall >= self.floor.overall.low
        return self.overall <= self.floor.overall.high

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """The inverse of ``dataclasses.asdict``."""
        return cls(**{**record, "floor": NoiseFloor.from_dict(record["floor"])})


@dataclass(frozen=True)
class ScoreReport:
    """The scores of a generated table.

    Attributes:
        scores: by the metric's name, in the order of `METRICS`.
        spread: the generated rows' standard deviation as a share of the real rows', by feature;
            1 for one that is constant in the real rows. Empty in reports of older versions.
        missing: the centres of the modes without a generated row by their number, counted from 1;
            empty if none is, or in reports of older versions.
    """

    scores: dict[str, Score]
    spread: dict[str, float] = field(default_factory=dict)
    missing: dict[str, list[float]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain dicts, strings and finite floats, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        found = record["scores"]
        scores = {name: Score.from_dict(found[name]) for name in METRICS if name in found}
        return cls(scores, record.get("spread", {}), record.get("missing", {}))


def evaluate(
    real: ArrayLike,
    fake: ArrayLike,
    feature_names: Sequence[str],
    *,
    rng: np.random.Generator | None = None,
    floor: Mapping[str, NoiseFloor] | None = None,
    modes: Modes | None = None,
) -> ScoreReport:
    """Score generated rows by every metric defined for them, next to the noise floor.

    A generator that has collapsed to one row scores badly by all metrics except perhaps the
    correlation difference and the share of high-quality rows; a copy of the real rows scores
    perfectly by all (except that share, which counts real rows far from a mode too), for none
    of them checks whether the rows are new.

    Args:
        real: real rows in original units, (n, d), n >= 4.
        fake: generated rows in original units, (m, d), m >= 2.
        feature_names: d different names.
        rng: draws the noise floor's splits; only needed without `floor`.
        floor: the result of `noise_floor` for the same real rows, to avoid computing it again.
        modes: what the real rows were sampled from, if known.

    Returns:
        A score for every one of `metrics_for` this table.

    Raises:
        DataError: a table is not (rows, features) of finite numbers or has too few rows, the
            numbers of columns or names differ, or `floor` belongs to other features.
    """
    real, fake = check_pair(real, fake)
    names = check_names(feature_names, real.shape[1])
    if floor is None:
        floor = noise_floor(real, names, rng=rng or np.random.default_rng(0), modes=modes)
    scores = {
        name: _score(metric, metric.value(real, fake, modes), names, floor.get(name), modes)
        for name, metric in metrics_for(len(names), modes).items()
    }
    spread = dict(zip(names, _spread(real, fake), strict=True))
    return ScoreReport(scores, spread, missing_modes(fake, modes) if modes else {})


def noise_floor(
    real: ArrayLike,
    feature_names: Sequence[str],
    *,
    rng: np.random.Generator,
    modes: Modes | None = None,
) -> dict[str, NoiseFloor]:
    """The value of every metric between two samples that differ only by chance.

    The real rows are split at random into two disjoint halves, which are compared as if one were
    generated; 100 such splits give a median and a band. Halves have fewer rows than the table that
    a generator is compared with, and fewer rows differ more by chance. So the floor is
    pessimistic: a perfect generator that makes as many rows as there are real ones will
    mostly do better. It does not apply to fewer generated rows than half the real ones.

    Half-sampling: Politis, Romano and Wolf, "Subsampling", 1999.

    Args:
        real: real rows in original units, (n, d), n >= 4.
        feature_names: d different names.
        rng: draws the splits; the same state gives the same floor.
        modes: what the real rows were sampled from, if known.

    Returns:
        The floor by the metric's name, in the order of `METRICS`.

    Raises:
        DataError: the table is not (rows, features) of finite numbers, has fewer than 4 rows, or
            the names do not fit it.
    """
    *_, floors = noise_floor_steps(real, feature_names, rng=rng, modes=modes)
    return floors


def noise_floor_steps(
    real: ArrayLike,
    feature_names: Sequence[str],
    *,
    rng: np.random.Generator,
    modes: Modes | None = None,
) -> Iterator[dict[str, NoiseFloor]]:
    """Like `noise_floor`, for callers with other work to do between two splits.

    Yields:
        an empty dict after each of the `SPLITS`, then the floor.
    """
    real = check_real(real)
    names = check_names(feature_names, real.shape[1])
    metrics = metrics_for(len(names), modes)
    values: dict[str, list[FloatArray]] = {name: [] for name in metrics}
    for _ in range(SPLITS):
        first, second = np.array_split(rng.permutation(real), 2)
        for name, metric in metrics.items():
            values[name].append(metric.value(first, second, modes))
        yield {}
    yield {
        name: _noise_floor(metric, np.array(values[name]), names)
        for name, metric in metrics.items()
    }


def _noise_floor(metric: Metric, values: FloatArray, names: tuple[str, ...]) -> NoiseFloor:
    """Summarise one metric's values over the splits, (splits, d) or (splits,)."""
    if not metric.per_feature:
        return NoiseFloor(_floor(values), {})
    per_feature = {name: _floor(column) for name, column in zip(names, values.T, strict=True)}
    return NoiseFloor(_floor(values.mean(axis=1)), per_feature)


def _spread(real: FloatArray, fake: FloatArray) -> list[float]:
    """See `ScoreReport`; capped, because a real feature may vary by next to nothing."""
    sd = np.maximum(real.std(axis=0), np.finfo(float).tiny)
    share = np.minimum(fake.std(axis=0) / sd, np.finfo(np.float32).max)
    return np.where(np.ptp(real, axis=0) > 0, share, 1.0).tolist()


def _floor(values: FloatArray) -> Floor:
    median, low, high = np.quantile(values, [0.5, 0.05, 0.95]).tolist()
    return Floor(median, low, high)


def _score(
    metric: Metric,
    values: FloatArray,
    names: tuple[str, ...],
    floor: NoiseFloor | None,
    modes: Modes | None,
) -> Score:
    per_feature = dict(zip(names, values.tolist(), strict=True)) if metric.per_feature else {}
    if floor is None or floor.per_feature.keys() != per_feature.keys():
        raise DataError(
            f"floor must come from noise_floor for the features {list(names)}. "
            f"Got one without {metric.name!r} for these instead. Compute the floor again."
        )
    out_of = len(modes.centres) if modes and metric.counts_modes else 0
    return Score(metric.name, float(values.mean()), per_feature, floor, out_of)
