"""Standardisation: mean 0, standard deviation 1."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from gan_core.data.blocks import Number
from gan_core.data.encoders.base import ENCODERS, Encoder, EncoderCode
from gan_core.data.table import Table
from gan_core.registry import register

_CODE = """\
low, high = values.min(axis=0), values.max(axis=0)
mean = np.where(high > low, values.mean(axis=0), low)  # exact where nothing changes
sd = np.where(high > low, values.std(axis=0), 0.0)
scaled = (values - mean) / np.where(sd > 0.0, sd, 1.0)"""


@register(ENCODERS, "standard")
@dataclass(frozen=True, eq=False)
class Standard(Encoder):
    """Each feature minus its mean, divided by its standard deviation: unbounded numbers.

    Attributes:
        mean: of each feature, float64, shape (n_features,).
        sd: standard deviation (of the rows, divided by n), 0 for a constant feature; same shape.
    """

    name = "standard"
    label = "Mean 0, standard deviation 1"
    help = (
        "Each feature is shifted to mean 0 and scaled to standard deviation 1, and G ends without "
        "an activation, so it can produce **any value**, even beyond the real range. An outlier "
        "no longer squeezes all other rows together. In return, nothing holds G back: expect some "
        "rows out of range, larger swings at first and more runs that diverge; a smaller learning "
        "rate helps. Results are scaled back."
    )
    marks = {"mean": "mean → 0", "sd": "standard deviation → 1"}  # noqa: RUF012

    mean: np.ndarray
    sd: np.ndarray

    @classmethod
    def fit(cls, table: Table) -> Self:
        """Learn mean and standard deviation of each feature."""
        values = table.values
        low, high = values.min(axis=0), values.max(axis=0)
        # For a constant feature, rounding may shift the mean and leave a deviation above 0.
        mean = np.where(high > low, values.mean(axis=0), low)
        return cls(mean, np.where(high > low, values.std(axis=0), 0.0))

    def transform(self, values: np.ndarray) -> np.ndarray:
        """Original units to standard deviations from the mean, float32."""
        return ((values - self.mean) / np.where(self.sd > 0.0, self.sd, 1.0)).astype(np.float32)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Standard deviations from the mean to original units, float64."""
        return self.mean + x.astype(np.float64) * self.sd

    @property
    def blocks(self) -> tuple[Number, ...]:
        """Unbounded numbers."""
        return (Number(bounded=False),) * len(self.mean)

    def as_code(self) -> EncoderCode:
        """As `transform` and `inverse`."""
        return EncoderCode(
            "Every feature is shifted to mean 0 and scaled to standard deviation 1. G ends without "
            "an activation, so it can produce any value.",
            _CODE,
            "mean + x_fake * sd",
        )
