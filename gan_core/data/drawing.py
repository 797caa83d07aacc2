"""A drawing as a data set: its points are part of the config, as one short text.

Two bytes per point, x then y, on a 256 x 256 grid over [-1, 1] x [-1, 1], as base64url without
padding: 500 points are 1,334 letters, short enough for a link. assets/drawing/draw.js writes it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import numpy as np

from gan_core.data.sources import DATA_SOURCES, Source
from gan_core.errors import DataError, short

DRAWING = "drawing"  # its name among the data sets
MIN_POINTS = 10  # fewer do not make a distribution
MAX_POINTS = 500
_HALF = 127.5  # the bytes 0 and 255 are -1 and 1


def encode(points: np.ndarray) -> str:
    """Points in [-1, 1], (n, 2), as a text; each is rounded to the nearest grid cell."""
    steps = np.rint((np.clip(points, -1, 1) + 1) * _HALF).astype(np.uint8)
    return urlsafe_b64encode(steps.tobytes()).decode().rstrip("=")


def decode(text: str) -> np.ndarray:
    """The points of a text, float64, (n, 2), n from 0 to `MAX_POINTS`.

    Raises:
        DataError: `encode` cannot have made it.
    """
    try:
        steps = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        exact = urlsafe_b64encode(steps).decode().rstrip("=") == text
    except ValueError:
        steps, exact = b"", False
    if not exact or len(steps) % 2:
        raise DataError(
            "A drawing is a text made by the page Data: two bytes per point in base64url. Got "
            f"{short(text)} instead. Draw it again there, or copy the whole text."
        )
    if len(steps) > 2 * MAX_POINTS:
        raise DataError(
            f"A drawing has at most {MAX_POINTS} points, this one has {len(steps) // 2:,}. "
            "Remove some."
        )
    return np.frombuffer(steps, np.uint8).reshape(-1, 2) / _HALF - 1


def n_points(text: str) -> int:
    """The number of points in a drawing."""
    return len(decode(text))


def drawn_source(text: str) -> Source:
    """A drawing as a data set; its rows can be read if it has enough points."""

    def read() -> tuple[np.ndarray, np.ndarray]:
        points = decode(text)
        if len(points) < MIN_POINTS:
            raise DataError(
                f"A drawing needs at least {MIN_POINTS} points, this one has {len(points)}. "
                "Draw more of them on the page Data."
            )
        return points, np.zeros(len(points), dtype=int)

    return Source(
        title="Your drawing" if text else "Draw your own",
        description="Points that you draw yourself, for G to imitate.",
        credit="Drawn by hand",
        classes=(),
        features=("x", "y"),
        read=read,
    )


DATA_SOURCES.add(DRAWING, drawn_source(""))
