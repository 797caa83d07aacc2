"""What stands along a picture's edge: a name, and the numbers at its ends."""

from dataclasses import dataclass

import numpy as np

from gan_core.data import MinMaxScaler

MARGIN = 1.15  # of the scaled range of the real rows, so that the outermost do not touch the edge


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        name: the feature with its unit; empty for a principal component.
        low: the number at its lower end, in the units of its name.
        high: at its upper end.
        share: the share of the real rows' variance along it, for a principal component.
    """

    name: str
    low: float
    high: float
    share: float | None = None


def feature_axis(scaler: MinMaxScaler, features: tuple[str, ...], i: int) -> Axis:
    """A feature from -1.15 to 1.15 of its scaled range, in its own units.

    A constant feature has no range; it is shown in the middle of one unit.
    """
    low, high = float(scaler.low[i]), float(scaler.high[i])
    middle, half = (low + high) / 2, (high - low) / 2 or 0.5
    return Axis(features[i], middle - MARGIN * half, middle + MARGIN * half)


def components_range(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A square around coordinates (n, 2), a little larger than they need: its two corners."""
    low, high = places.min(axis=0), places.max(axis=0)
    half = max(float((high - low).max()) / 2, 1e-6) * MARGIN
    middle = (low + high) / 2
    return middle - half, middle + half
