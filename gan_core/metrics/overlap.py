"""How much two histograms have in common."""

from functools import partial

import numpy as np

from gan_core.metrics.base import METRICS, Metric
from gan_core.metrics.binning import bin_counts
from gan_core.metrics.checks import FloatArray
from gan_core.registry import register


@register(METRICS, "overlap")
@partial(
    Metric,
    name="overlap",
    label="Histogram overlap",
    help=(
        "The share of the area that the real and the generated histogram have in common, with "
        "10 bins over the range of the real rows. 1 means that the histograms agree, 0 that they "
        "are disjoint; peaks in the wrong place mean that the generator has not learned yet. It "
        "looks at one feature at a time and does not show whether features fit together, nor "
        "whether the rows are new: a copy of the real rows scores 1."
    ),
    goal="max",
    low=0.0,
    high=1.0,
    unit="",
    per_feature=True,
)
def overlap(real: FloatArray, fake: FloatArray) -> FloatArray:
    """Sum of min(p, q) over the ten bins of `bin_counts`.

    Histogram intersection: Swain and Ballard, "Color Indexing", International Journal of Computer
    Vision 7, 1991.

    Args:
        real: (n, d), in original units.
        fake: (m, d), in original units.

    Returns:
        The overlap of each feature, (d,), in [0, 1]; 1 is best.
    """
    real_counts, fake_counts = bin_counts(real, fake)  # (10, d) each
    p, q = real_counts / len(real), fake_counts / len(fake)
    # Ten rounded fractions may add up to a hair more than 1.
    return np.minimum(np.minimum(p, q).sum(axis=0), 1.0)
