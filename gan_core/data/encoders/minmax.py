"""Min-max scaling to [-1, 1]."""

from typing import Self

import numpy as np

from gan_core.data.blocks import Number
from gan_core.data.encoders.base import ENCODERS, Encoder, EncoderCode
from gan_core.data.table import Table
from gan_core.registry import register

_CODE = """\
low, high = values.min(axis=0), values.max(axis=0)
scaled = 2.0 * (values - low) / (high - low) - 1.0"""
# A constant column has no range to divide by.
_CODE_WITH_CONSTANTS = """\
low, high = values.min(axis=0), values.max(axis=0)
span = np.where(high > low, high - low, 1.0)
scaled = np.where(high > low, 2.0 * (values - low) / span - 1.0, 0.0)  # 0 where nothing changes"""


@register(ENCODERS, "minmax")
class MinMax(Encoder):
    """Min-max scaling of each feature to [-1, 1], the range of the generator's Tanh.

    scikit-learn has the same (and the tests compare with it); this one exists because the web
    server scales too and must not import scikit-learn (100 MB).

    Attributes:
        low: smallest value of each feature, float64, shape (n_features,).
        high: largest value of each feature, float64, shape (n_features,).
    """

    label = "Min-max to [-1, 1]"
    help = (
        "Each feature is scaled so that its smallest value becomes -1 and its largest +1, because "
        "G ends in **Tanh**, whose values lie between -1 and 1: so G can reach every real "
        "value but none beyond, and no feature dominates by its unit. Results are scaled back."
    )
    marks = {"low": "smallest → -1", "high": "largest → +1"}  # noqa: RUF012

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def fit(cls, table: Table) -> Self:
        return cls(table.values.min(axis=0), table.values.max(axis=0))

    def transform(self, values: np.ndarray) -> np.ndarray:
        """Original units to [-1, 1], float32. A constant feature becomes 0."""
        span = np.where(self.high > self.low, self.high - self.low, 1.0)
        scaled = 2.0 * (values - self.low) / span - 1.0
        return np.where(self.high > self.low, scaled, 0.0).astype(np.float32)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """[-1, 1] to original units, float64. The exact inverse of `transform` up to rounding."""
        return self.low + (x.astype(np.float64) + 1.0) / 2.0 * (self.high - self.low)

    @property
    def blocks(self) -> tuple[Number, ...]:
        return (Number(bounded=True),) * len(self.low)

    def as_code(self) -> EncoderCode:
        return EncoderCode(
            "Every feature is scaled so that its smallest value becomes -1 and its largest 1, the "
            "range of Tanh, in which G ends.",
            _CODE if bool((self.high > self.low).all()) else _CODE_WITH_CONSTANTS,
            "low + (x_fake + 1.0) / 2.0 * (high - low)",
        )
