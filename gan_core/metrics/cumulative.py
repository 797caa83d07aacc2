"""The gap between two empirical cumulative distributions, from which two metrics are read."""

import numpy as np

from gan_core.metrics.checks import FloatArray


def cumulative_gap(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of x minus share of y that is not above a value, at every value of either.

    SciPy has the metrics that are built on it, but they are asked for in the web server too, where
    importing ``scipy.stats`` would cost 75 MB, and thousands of times in a noise floor, where most
    of their time goes into p-values. The tests hold both metrics against SciPy's, ties included.

    Args:
        x: (n,).
        y: (m,).

    Returns:
        the values of both, ascending, (n + m,), and the gap at each, in [-1, 1].
    """
    x, y = np.sort(x), np.sort(y)
    values = np.sort(np.concatenate([x, y]))
    # side="right" counts all rows that share a value at once, so ties leave no false gap.
    share_x = np.searchsorted(x, values, side="right") / len(x)
    share_y = np.searchsorted(y, values, side="right") / len(y)
    return values, share_x - share_y
