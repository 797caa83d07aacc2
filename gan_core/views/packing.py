"""Arrays as text for the wire: little-endian bytes in base64."""

import base64

import numpy as np

_STEPS = 65_533  # of a coordinate in the picture; 0 and 65,535 are reserved for points outside


def packed(values: np.ndarray, dtype: str) -> str:
    """An array's bytes in base64; dtype such as ``<f4``, ``<u2``, ``|u1``."""
    return base64.b64encode(np.ascontiguousarray(values, dtype).tobytes()).decode()


def packed_places(at: np.ndarray, low: np.ndarray, high: np.ndarray) -> str:
    """Coordinates (n, 2) as 16-bit integers.

    1 stands for low and 65,534 for high; 0 and 65,535 for points below and above.
    """
    share = (at - low) / (high - low)
    return packed(np.clip(np.floor(share * _STEPS + 1.5), 0, _STEPS + 2), "<u2")
