"""Scaling between original units and the range in which the networks work."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class MinMaxScaler:
    """Min-max scaling of each feature to [-1, 1], the range of the generator's Tanh.

    scikit-learn has the same (and the tests compare with it); this one exists because the web
    server scales too and must not import scikit-learn (100 MB).

    Attributes:
        low: smallest value of each feature, float64, shape (n_features,).
        high: largest value of each feature, float64, shape (n_features,).
    """

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray) -> "MinMaxScaler":
        """Learn the range of each feature from rows of shape (n_rows, n_features)."""
        return cls(values.min(axis=0), values.max(axis=0))

    def transform(self, values: np.ndarray) -> np.ndarray:
        """Original units to [-1, 1], float32. A constant feature becomes 0."""
        span = np.where(self.high > self.low, self.high - self.low, 1.0)
        scaled = 2.0 * (values - self.low) / span - 1.0
        return np.where(self.high > self.low, scaled, 0.0).astype(np.float32)

    def inverse(self, scaled: np.ndarray) -> np.ndarray:
        """[-1, 1] to original units, float64. The exact inverse of `transform` up to rounding."""
        return self.low + (scaled.astype(np.float64) + 1.0) / 2.0 * (self.high - self.low)
