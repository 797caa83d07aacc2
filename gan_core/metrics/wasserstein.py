"""How far values have to move to turn one distribution into the other."""

from functools import partial

import numpy as np

from gan_core.metrics.base import METRICS, Metric
from gan_core.metrics.checks import FloatArray
from gan_core.metrics.cumulative import cumulative_gap
from gan_core.registry import register


@register(METRICS, "wasserstein")
@partial(
    Metric,
    name="wasserstein",
    label="Wasserstein",
    help=(
        "How far the generated values have to move, on average, to have the distribution of the "
        "real ones, measured in standard deviations of the real feature. 0 means the same "
        "distribution; a pure shift by one standard deviation gives 1. Unlike the other "
        "metrics it shows how far off values are, even if the distributions are disjoint. "
        "It does not show whether features fit together, and a few far outliers can dominate it."
    ),
    goal="min",
    low=0.0,
    high=float("inf"),
    unit="sd",
    per_feature=True,
)
def wasserstein(real: FloatArray, fake: FloatArray) -> FloatArray:
    """Wasserstein-1 distance, ``scipy.stats.wasserstein_distance``, over the real feature's spread.

    The spread is the population standard deviation. A feature that is constant in the real rows
    has none, and the distance is then in multiples of the constant's size (of 1 if it is 0).

    Ramdas, Garcia Trillos and Cuturi, "On Wasserstein Two-Sample Testing and Related Families of
    Nonparametric Tests", 2017, arXiv:1509.02237.

    Args:
        real: (n, d), in original units.
        fake: (m, d), in original units.

    Returns:
        The distance of each feature in standard deviations, (d,), in [0, inf), finite; 0 is best.
    """
    columns = zip(real.T, fake.T, strict=True)
    distances = np.array([_distance(x, y) for x, y in columns])
    with np.errstate(over="ignore"):  # a constant as small as 1e-306 can be 1e308 times too small
        return np.minimum(distances / _spread(real), np.finfo(float).max)


def _distance(x: FloatArray, y: FloatArray) -> float:
    """The area between the two cumulative distributions, in the feature's unit."""
    values, gap = cumulative_gap(x, y)
    return float(np.abs(gap[:-1]) @ np.diff(values))


def _spread(real: FloatArray) -> FloatArray:
    """The standard deviation of each feature, or the constant's size, (d,), never 0."""
    spread = real.std(axis=0)
    size = np.where(real[0] == 0, 1.0, np.abs(real[0]))
    # Both conditions: rounding gives a constant column a deviation of about 1e-17, and
    # deviations below 1e-162 vanish when squared.
    return np.where((np.ptp(real, axis=0) == 0) | (spread == 0), size, spread)
