"""Whether features are correlated in the generated rows as they are in the real rows."""

from functools import partial

import numpy as np

from gan_core.metrics.base import METRICS, Metric
from gan_core.metrics.checks import FloatArray
from gan_core.registry import register


@register(METRICS, "correlation")
@partial(
    Metric,
    name="correlation",
    label="Correlations",
    help=(
        "How much the correlation of two features differs between the real and the generated "
        "rows, averaged over all pairs of features. 0 means that features are related as in the "
        "real rows; 2 would be every relation reversed. A feature with a single value counts "
        "as uncorrelated with all others. It does not show whether the values themselves are "
        "right (see the overlap for that), and it sees only linear relations."
    ),
    goal="min",
    low=0.0,
    high=2.0,
    unit="",
    per_feature=False,
)
def correlation_difference(real: FloatArray, fake: FloatArray) -> FloatArray:
    """Mean absolute difference of the Pearson correlations over the pairs of different features.

    A correlation with a constant feature is undefined; it counts as 0, in either table. So a
    generator that has collapsed to one row scores the mean absolute correlation of the real rows,
    and features that are constant in both tables agree. A single feature has no pairs and scores 0.

    Goncalves et al., "Generation and evaluation of synthetic patient data", BMC Medical Research
    Methodology 20, 2020 (pairwise correlation difference, there as a Frobenius norm).

    Args:
        real: (n, d), in original units.
        fake: (m, d), in original units.

    Returns:
        The mean difference, (), in [0, 2]; 0 is best.
    """
    n_features = real.shape[1]
    if n_features == 1:
        return np.zeros(())
    difference = np.abs(_correlations(real) - _correlations(fake))  # (d, d), 0 on the diagonal
    return np.asarray(difference.sum() / (n_features * (n_features - 1)))


def _correlations(rows: FloatArray) -> FloatArray:
    """Pearson correlations, (d, d), with 0 for constant features and on the diagonal."""
    centred = rows - rows.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))  # (d,)
    # Both conditions: rounding may leave a constant column a length of about 1e-16, and lengths
    # below 1e-162 vanish when squared.
    constant = (np.ptp(rows, axis=0) == 0) | (length == 0)
    unit = np.where(constant, 0.0, centred / np.where(constant, 1.0, length))
    correlations = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(correlations, 0.0)
    return correlations
