"""The modes of a known distribution, with which a generator can be compared."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Modes:
    """Equally likely isotropic Gaussians that the rows of a source were sampled from.

    Attributes:
        centres: in original units, float64, (n_modes, n_features).
        sigma: the standard deviation of each in every direction, in the same unit.
    """

    centres: np.ndarray
    sigma: float

    def of_features(self, columns: list[int]) -> "Modes":
        """The same modes, restricted to some features in a given order."""
        return Modes(self.centres[:, columns], self.sigma)
