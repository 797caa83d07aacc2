"""Planes through the space of the features, on which D can be shown."""

from dataclasses import dataclass

import numpy as np

MOST_ROWS = 2000  # among which to search for the nearest; a picture needs no more


@dataclass(frozen=True)
class Plane:
    """Two orthogonal directions in the space of scaled rows.

    Attributes:
        origin: the row at the coordinates (0, 0), float64, (n_features,).
        axes: two orthonormal directions, float64, (2, n_features).
        shares: the share of the real rows' variance along each direction, 0 to 1, if the
            directions are principal components; else empty.
    """

    origin: np.ndarray
    axes: np.ndarray
    shares: tuple[float, ...] = ()

    def project(self, rows: np.ndarray) -> np.ndarray:
        """Coordinates in the plane of scaled rows (n, n_features): (n, 2)."""
        return (rows - self.origin) @ self.axes.T

    def lift(self, at: np.ndarray, real: np.ndarray, others: str) -> np.ndarray:
        """Rows at these coordinates; what the plane leaves open is taken from the real rows.

        Args:
            at: (n, 2).
            real: scaled real rows, (n_rows, n_features).
            others: ``mean``: as in the mean of all rows; ``nearest``: as in the row that is
                nearest in the plane.

        Returns:
            float32, (n, n_features).
        """
        if others == "mean":
            model = real.mean(axis=0, keepdims=True)
        else:
            real = thinned(real, MOST_ROWS)
            model = real[nearest(at, self.project(real))]
        beside = model - self.origin
        beside = beside - (beside @ self.axes.T) @ self.axes  # without its part in the plane
        return (self.origin + beside + at @ self.axes).astype(np.float32)


def pair_plane(x: int, y: int, n_features: int) -> Plane:
    """The plane of two features, in their scaled values."""
    return Plane(np.zeros(n_features), np.eye(n_features)[[x, y]])


def components_plane(real: np.ndarray) -> Plane:
    """The plane in which scaled rows (n_rows, n_features) vary most, through their mean.

    Its directions are the first two principal components (Pearson 1901). Each is oriented so that
    its entry of largest magnitude is positive, as in scikit-learn.
    """
    mean = real.mean(axis=0, dtype=np.float64)
    _, sizes, directions = np.linalg.svd(real - mean, full_matrices=False)
    axes = directions[:2]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1, keepdims=True), axis=1)
    variances = sizes**2
    shares = variances[:2] / max(variances.sum(), np.finfo(float).tiny)
    return Plane(mean, axes * np.where(largest < 0, -1.0, 1.0), tuple(float(s) for s in shares))


def nearest(at: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The index of the point nearest to each position: (n, k) and (m, k) -> (n,)."""
    squares = (points**2).sum(axis=1) - 2.0 * at @ points.T  # its own square is constant
    return squares.argmin(axis=1)


def thinned(rows: np.ndarray, most: int) -> np.ndarray:
    """At most this many rows, evenly spaced."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(int)]
