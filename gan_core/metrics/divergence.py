"""The divergence between two histograms, in bits or nats."""

from functools import partial

import numpy as np

from gan_core.metrics.base import METRICS, Metric
from gan_core.metrics.binning import bin_counts
from gan_core.metrics.checks import FloatArray
from gan_core.registry import register

# Krichevsky and Trofimov, "The performance of universal encoding", 1981.
PSEUDO_COUNT = 0.5


@register(METRICS, "js")
@partial(
    Metric,
    name="js",
    label="Jensen-Shannon",
    help=(
        "How many bits one row reveals, on average, about whether it is real or generated, "
        "from the histograms with 10 bins over the range of the real rows. 0 means that the "
        "histograms agree, 1 that they are disjoint. "
        f"Every bin gets {PSEUDO_COUNT} extra rows, so that an empty bin does not count as "
        "impossible; with few rows the value therefore stays below 1. It does not show how far "
        "off the generated values are, nor whether features fit together."
    ),
    goal="min",
    low=0.0,
    high=1.0,
    unit="bits",
    per_feature=True,
)
def jensen_shannon(real: FloatArray, fake: FloatArray) -> FloatArray:
    """(KL(p||m) + KL(q||m)) / 2 with m = (p + q) / 2, of histograms with pseudo-count 0.5.

    Lin, "Divergence Measures Based on the Shannon Entropy", IEEE Transactions on Information
    Theory 37, 1991.

    Args:
        real: (n, d), in original units.
        fake: (m, d), in original units.

    Returns:
        The divergence (not its root, the distance) of each feature in bits, (d,), in [0, 1];
        0 is best.
    """
    return jensen_shannon_of(*smoothed(*bin_counts(real, fake)))


@register(METRICS, "kl")
@partial(
    Metric,
    name="kl",
    label="KL divergence",
    help=(
        "Kullback-Leibler divergence of the generated from the real distribution, from the "
        "histograms with 10 bins over the range of the real rows. 0 means that they agree; it "
        "has no upper limit and grows fastest where real rows are but no generated ones, so it "
        "is the one to watch for modes that the generator misses. "
        f"Every bin gets {PSEUDO_COUNT} extra rows, without which a bin that the generator "
        "misses would make it infinite; compare it only between tables of similar size. It does "
        "not show how far off the generated values are, nor whether features fit together."
    ),
    goal="min",
    low=0.0,
    high=float("inf"),
    unit="nats",
    per_feature=True,
)
def kullback_leibler(real: FloatArray, fake: FloatArray) -> FloatArray:
    """KL(real || fake) = sum of p ln(p / q), of histograms with pseudo-count 0.5.

    Kullback and Leibler, "On Information and Sufficiency", Annals of Mathematical Statistics 22,
    1951.

    Args:
        real: (n, d), in original units.
        fake: (m, d), in original units.

    Returns:
        The divergence of each feature in nats, (d,), in [0, inf), finite; 0 is best.
    """
    return kl_of(*smoothed(*bin_counts(real, fake)))


def smoothed(real_counts: FloatArray, fake_counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shares (count + 0.5) / (rows + bins * 0.5) over the first axis, none of them 0."""
    p, q = real_counts + PSEUDO_COUNT, fake_counts + PSEUDO_COUNT  # (bins,) or (bins, d)
    return p / p.sum(axis=0), q / q.sum(axis=0)


def jensen_shannon_of(p: FloatArray, q: FloatArray) -> FloatArray:
    """Of shares over the first axis, none of them 0; in bits."""
    middle = (p + q) / 2
    nats = (kl_of(p, middle) + kl_of(q, middle)) / 2
    return np.minimum(nats / np.log(2), 1.0)


def kl_of(p: FloatArray, q: FloatArray) -> FloatArray:
    """KL(p || q) of shares over the first axis, none of them 0; in nats."""
    # Never negative by Gibbs' inequality, except for rounding.
    return np.maximum((p * np.log(p / q)).sum(axis=0), 0.0)
