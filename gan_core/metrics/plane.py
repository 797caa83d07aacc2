"""The divergence between two distributions in the plane: both features together."""

from functools import partial

import numpy as np

from gan_core.metrics.base import METRICS, Metric
from gan_core.metrics.binning import BINS, cell_counts
from gan_core.metrics.checks import FloatArray
from gan_core.metrics.divergence import PSEUDO_COUNT, jensen_shannon_of, kl_of, smoothed
from gan_core.registry import register

_CELLS = (
    f"from the shares of rows in {BINS} x {BINS} cells over the range of the real rows. Unlike the "
    "one for single features, it sees whether x and y fit together. "
)
_SMOOTHING = f"Every cell gets {PSEUDO_COUNT} extra rows"


@register(METRICS, "joint_js")
@partial(
    Metric,
    name="joint_js",
    label="Joint JS",
    help=(
        "Jensen-Shannon divergence of both features at once: how many bits one row reveals, on "
        f"average, about whether it is real or generated, {_CELLS}0 means that the cells agree, 1 "
        f"that no cell has both. {_SMOOTHING}, so that an empty one does not count as impossible; "
        "with few rows the value stays well below 1. It does not show what happens inside a cell, "
        "nor how far off a row is."
    ),
    goal="min",
    low=0.0,
    high=1.0,
    unit="bits",
    per_feature=False,
    needs="plane",
)
def joint_jensen_shannon(real: FloatArray, fake: FloatArray) -> FloatArray:
    """(KL(p||m) + KL(q||m)) / 2 with m = (p + q) / 2, of the smoothed shares of the cells.

    Lin, "Divergence Measures Based on the Shannon Entropy", 1991, over a histogram in the plane.

    Args:
        real: (n, 2), in original units.
        fake: (m, 2), in original units.

    Returns:
        The divergence (not its root, the distance) in bits, (), in [0, 1]; 0 is best.
    """
    return jensen_shannon_of(*_shares(real, fake))


@register(METRICS, "joint_kl")
@partial(
    Metric,
    name="joint_kl",
    label="Joint KL",
    help=(
        "Kullback-Leibler divergence of the generated from the real distribution, "
        f"{_CELLS}0 means that they agree; it has no upper limit and grows fastest where there are "
        f"real rows but no generated ones: in modes the generator misses. {_SMOOTHING}, without "
        "which a cell that the generator misses would make it infinite. It does not show what "
        "happens inside a cell, nor how far off a row is."
    ),
    goal="min",
    low=0.0,
    high=float("inf"),
    unit="nats",
    per_feature=False,
    needs="plane",
)
def joint_kullback_leibler(real: FloatArray, fake: FloatArray) -> FloatArray:
    """KL(real || fake) = sum of p ln(p / q), of the smoothed shares of the cells.

    Kullback and Leibler, "On Information and Sufficiency", 1951, over a histogram in the plane.

    Args:
        real: (n, 2), in original units.
        fake: (m, 2), in original units.

    Returns:
        The divergence in nats, (), in [0, inf), finite; 0 is best.
    """
    return kl_of(*_shares(real, fake))


def _shares(real: FloatArray, fake: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shares (count + 0.5) / (rows + 100 * 0.5) of the cells, (100,) each, none of them 0."""
    return smoothed(*(np.ravel(counts) for counts in cell_counts(real, fake)))
