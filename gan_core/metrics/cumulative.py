"""The gap between two empirical cumulative distributions, the basis of two metrics."""

import numpy as np

from gan_core.metrics.checks import FloatArray


def cumulative_gap(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of x minus share of y at or below a value, at every value of either.

    SciPy has the metrics built on it, but the web server computes them too, where
    importing ``scipy.stats`` would cost 75 MB, and a noise floor needs thousands of them, most of
    whose time SciPy spends on p-values. The tests compare both with SciPy's, ties included.

    Args:
        x: (n,).
        y: (m,).

    Returns:
        the values of both, ascending, (n + m,), and the gap at each, in [-1, 1].
    """
    x, y = np.sort(x), np.sort(y)
    values = np.sort(np.concatenate([x, y]))
    # side="right" counts all rows that share a value at once, so ties leave no spurious gap.
    share_x = np.searchsorted(x, values, side="right") / len(x)
    share_y = np.searchsorted(y, values, side="right") / len(y)
    return values, share_x - share_y
