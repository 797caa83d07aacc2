"""Kolmogorov-Smirnov: the largest gap between two cumulative distributions."""

from functools import partial

import numpy as np

from gan_core.metrics.base import METRICS, Metric
from gan_core.metrics.checks import FloatArray
from gan_core.metrics.cumulative import cumulative_gap
from gan_core.registry import register


@register(METRICS, "ks")
@partial(
    Metric,
    name="ks",
    label="KS statistic",
    help=(
        "Kolmogorov-Smirnov: the largest gap between the shares of real and of generated rows "
        "that lie below a value, over all values; it needs no bins. 0 means the same "
        "distribution, 1 that the two are disjoint. It does not show how far off the generated "
        "values are, nor whether features fit together. Generated values are rounded as the real "
        "ones are; smooth values could not follow the jumps that many equal ones make."
    ),
    goal="min",
    low=0.0,
    high=1.0,
    unit="",
    per_feature=True,
)
def kolmogorov_smirnov(real: FloatArray, fake: FloatArray) -> FloatArray:
    """The two-sample statistic sup |F_real - F_fake|, as ``scipy.stats.ks_2samp`` defines it.

    Smirnov, "Table for Estimating the Goodness of Fit of Empirical Distributions", Annals of
    Mathematical Statistics 19, 1948.

    Args:
        real: (n, d), in original units.
        fake: (m, d), in original units.

    Returns:
        The statistic of each feature, (d,), in [0, 1]; 0 is best.
    """
    gaps = (cumulative_gap(x, y)[1] for x, y in zip(real.T, fake.T, strict=True))
    return np.array([np.abs(gap).max() for gap in gaps])
