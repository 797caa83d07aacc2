"""Standardisation: mean 0, standard deviation 1."""

import numpy as np

from gan_core.data.encoders.base import ENCODERS, Affine
from gan_core.registry import register


@register(ENCODERS, "standard")
class Standard(Affine):
    """Each feature minus its mean, divided by its standard deviation: unbounded numbers.

    Attributes:
        mean: of each feature, float64, shape (n_features,).
        sd: standard deviation (of the rows, divided by n), 0 for a constant feature; same shape.
    """

    label = "Mean 0, standard deviation 1"
    help = (
        "Each feature is shifted to mean 0 and scaled to standard deviation 1, and G ends without "
        "an activation, so it can produce **any value**, even beyond the real range. An outlier "
        "no longer squeezes all other rows together. In return, nothing holds G back: expect some "
        "rows out of range, larger swings at first and more runs that diverge; a smaller learning "
        "rate helps. Results are scaled back."
    )
    in_script = (
        "Every feature is shifted to mean 0 and scaled to standard deviation 1. G ends without "
        "an activation, so it can produce any value."
    )
    marks = {"mean": "mean → 0", "sd": "standard deviation → 1"}  # noqa: RUF012

    mean: np.ndarray
    sd: np.ndarray

    @staticmethod
    def learn(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, high = values.min(axis=0), values.max(axis=0)
        mean = np.where(high > low, values.mean(axis=0), low)  # exact where nothing changes
        sd = np.where(high > low, values.std(axis=0), 0.0)
        return mean, sd
