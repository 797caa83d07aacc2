"""Which moments of a training are kept as snapshots, whatever the engine's speed."""

import numpy as np

MOST = 120
_EARLY = 40  # of them in the first eighth, where most happens


def snapshot_steps(total: int, most: int = MOST) -> list[int]:
    """The steps after which a snapshot is kept: dense early, then even, with 0 and the last.

    Args:
        total: steps of the whole training, >= 1.
        most: maximum number; fewer than 2 means none.

    >>> snapshot_steps(3), snapshot_steps(1000, 4), snapshot_steps(1000, 1)
    ([0, 1, 2, 3], [0, 1, 562, 1000], [])
    """
    if most < 2:
        return []
    if total < most:
        return list(range(total + 1))
    n_early = max(1, (most - 1) * _EARLY // MOST)
    n_even = most - 1 - n_early
    turn = total / 8
    early = np.geomspace(1, turn, n_early, endpoint=False) if n_even else np.array([])
    even = np.linspace(turn, total, n_even + 1)[1:] if n_even else np.array([total])
    steps = {0, *np.round(early).astype(int).tolist(), *np.round(even).astype(int).tolist()}
    return sorted(steps)
