"""The modes of a distribution that is known, against which a generator can be held."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Modes:
    """Equally likely round Gaussians that the rows of a source were drawn from.

    Attributes:
        centres: in original units, float64, (n_modes, n_features).
        sigma: the standard deviation of each in every direction, in the same unit.
    """

    centres: np.ndarray
    sigma: float

    def of_features(self, columns: list[int]) -> "Modes":
        """The same modes in some of the features, in another order."""
        return Modes(self.centres[:, columns], self.sigma)
