"""The axes of a picture: a name, and the numbers at its ends."""

from dataclasses import dataclass

import numpy as np

from gan_core.problem import Problem

MARGIN = 1.15  # of the range of the real rows, so that the outermost do not touch the edge


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


def feature_axis(problem: Problem, i: int) -> Axis:
    """A feature over a little more than the real rows' range, in its own units.

    A constant feature has no range; it is shown in the middle of one unit.
    """
    return Axis(problem.features[i], *_around(problem.table.values[:, i], 0.5))


def encoded_range(problem: Problem, i: int) -> tuple[float, float]:
    """The ends of `feature_axis` as the networks see them: -1.15 and 1.15 for min-max."""
    return _around(problem.x_real[:, i], 1.0)


def _around(values: np.ndarray, without_range: float) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    middle, half = (low + high) / 2, (high - low) / 2 or without_range
    return middle - MARGIN * half, middle + MARGIN * half


def components_range(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A square around coordinates (n, 2), a little larger than they need: its two corners."""
    low, high = places.min(axis=0), places.max(axis=0)
    half = max(float((high - low).max()) / 2, 1e-6) * MARGIN
    middle = (low + high) / 2
    return middle - half, middle + half
