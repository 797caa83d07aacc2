"""The ten bins that the binned metrics share."""

import numpy as np

from gan_core.metrics.checks import FloatArray

BINS = 10  # as in the figure of the tutorial


def bin_counts(real: FloatArray, fake: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Count the rows in each of ten equal bins that span the real rows' range, for each feature.

    The bins are those of ``numpy.histogram(real, 10)``, except that the outermost two also catch
    what lies outside: a generated row is always counted, however far off it is. A constant real
    feature has no range; its bins are a tenth of its size wide (0.1 if it is 0) and it lies in
    the middle of one, so that a rounding error does not move it into the next.

    Args:
        real: (n, d), in original units.
        fake: (m, d), in original units.

    Returns:
        The counts of the real and of the generated rows, each (10, d).
    """
    inner_edges = _inner_edges(real)
    return _counts(real, inner_edges), _counts(fake, inner_edges)


def cell_counts(real: FloatArray, fake: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Count the rows in each cell of the plane, formed by the bins of both features.

    The bins of each feature are those of `bin_counts`.

    Args:
        real: (n, 2), in original units.
        fake: (m, 2), in original units.

    Returns:
        The counts of the real and of the generated rows, each (10, 10).
    """
    inner_edges = _inner_edges(real)
    return _cells(real, inner_edges), _cells(fake, inner_edges)


def _inner_edges(real: FloatArray) -> FloatArray:
    """The edges between the bins of each feature, (9, d)."""
    low, high = real.min(axis=0), real.max(axis=0)  # (d,)
    size = np.where(low == 0, 1.0, np.abs(low))
    constant = low == high
    start = np.where(constant, low - 0.55 * size, low)
    end = np.where(constant, low + 0.45 * size, high)
    return np.linspace(start, end, BINS + 1)[1:-1]


def _counts(rows: FloatArray, inner_edges: FloatArray) -> FloatArray:
    # Counts rows at or above each edge: exact on the edges, which dividing by a width is not.
    at_or_above = np.count_nonzero(rows >= inner_edges[:, np.newaxis], axis=1)  # (9, d)
    return -np.diff(at_or_above, axis=0, prepend=len(rows), append=0).astype(np.float64)


def _cells(rows: FloatArray, inner_edges: FloatArray) -> FloatArray:
    x, y = (
        np.searchsorted(edges, column, side="right")
        for edges, column in zip(inner_edges.T, rows.T, strict=True)
    )  # each row's bin, 0 to 9
    return np.bincount(BINS * x + y, minlength=BINS**2).reshape(BINS, BINS).astype(np.float64)
