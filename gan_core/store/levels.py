"""A long history in few numbers: for each bucket of steps, the extreme rows and the sums.

However long a run, at most `MOST` buckets of equal length are kept, each a power of two of
steps; when there would be more, neighbours are merged. Every row kept is one of the
history's own, at its own step: where a column has its smallest or its largest value.
"""

from collections.abc import Iterator

import numpy as np

MOST = 1024  # buckets; 200 KB for four columns
PAGE = 16  # buckets stored together: what one write replaces at most


def bucket_length(n_steps: int, most: int = MOST) -> int:
    """The smallest power-of-two length with which at most this many buckets cover the whole."""
    return 1 << max(0, -(-n_steps // most) - 1).bit_length()


def bucket_type(n_columns: int) -> np.dtype:  # type: ignore[type-arg]
    """A bucket: number of steps, sums of the columns, and a row for each column's extremes.

    The order of the rows: where the first column is smallest, ..., where the last one is
    smallest, where the first is largest, ...
    """
    extremes = 2 * n_columns
    return np.dtype(
        [
            ("n", "<i8"),
            ("sums", "<f8", (n_columns,)),
            ("steps", "<i4", (extremes,)),
            ("rows", "<f4", (extremes, n_columns)),
        ]
    )


class Levels:
    """The buckets of a history whose first step comes after `origin`, at first of some length."""

    def __init__(self, origin: int, n_columns: int, length: int = 1) -> None:
        self.origin, self.length = origin, length
        self.n_columns = n_columns
        self.buckets = np.empty(0, bucket_type(n_columns))
        self._stored = 0  # buckets that need not be written again

    @property
    def last_step(self) -> int:
        return self.origin + int(self.buckets["n"].sum())

    @property
    def is_unwritten(self) -> bool:
        """Whether everything has to be rewritten, replacing what was stored."""
        return not self._stored

    def add(self, rows: np.ndarray) -> None:
        """Add the next steps, float32 (n_steps, n_columns)."""
        if not len(rows):
            return
        done = self.last_step - self.origin
        wanted = max(self.length, bucket_length(done + len(rows)))
        if wanted > self.length:
            self.buckets = joined(self.buckets, wanted // self.length)
            self.length, self._stored = wanted, 0
        fresh = summarised(self.origin + done + 1, rows, self.origin, self.length)
        if len(self.buckets) and done % self.length:  # the last one was not full
            self._stored = min(self._stored, len(self.buckets) - 1)
            both = np.concatenate([self.buckets[-1:], fresh[:1]])
            fresh = np.concatenate([joined(both, 2), fresh[1:]])
            self.buckets = self.buckets[:-1]
        self.buckets = np.concatenate([self.buckets, fresh])

    def cut(self, step: int) -> None:
        """Drop everything after a step, and the bucket that contains it unless it ends there."""
        if step < self.last_step:
            self.buckets = self.buckets[: max(0, step - self.origin) // self.length]
            self._stored = 0

    def pages(self) -> Iterator[tuple[int, bytes]]:
        """What has changed since the last call: index and content of each page."""
        for index in range(self._stored // PAGE, -(-len(self.buckets) // PAGE)):
            yield index, self.buckets[index * PAGE : (index + 1) * PAGE].tobytes()
        self._stored = len(self.buckets)


def summarised(first_step: int, rows: np.ndarray, origin: int, length: int) -> np.ndarray:
    """Consecutive steps as buckets, which start a multiple of their length after `origin`.

    The first and the last may not be full; NaN in a row is no value.
    """
    head = min(len(rows), -(first_step - 1 - origin) % length)
    n_full = (len(rows) - head) // length
    tail = head + n_full * length
    full = rows[head:tail].reshape(n_full, length, rows.shape[1])
    parts = [rows[None, :head], full, rows[None, tail:]]
    firsts, found = (first_step, first_step + head, first_step + tail), []
    for first, part in zip(firsts, parts, strict=True):
        if part.size:
            found.append(_extremes(first, part))
    return np.concatenate(found)


def joined(buckets: np.ndarray, times: int) -> np.ndarray:
    """Neighbours merged, this many at a time; the last group may be smaller."""
    while times > 1:
        buckets, times = _paired(buckets), times // 2
    return buckets


def points(buckets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The kept rows in the order of their steps: int64 (n,) and float32 (n, n_columns)."""
    steps, first = np.unique(buckets["steps"], return_index=True)
    rows = buckets["rows"].reshape(-1, buckets["rows"].shape[-1])
    return steps.astype(np.int64), rows[first]


def _extremes(first_step: int, part: np.ndarray) -> np.ndarray:
    """Buckets of equal length, (n_buckets, length, n_columns)."""
    n, length, columns = part.shape
    found = np.empty(n, bucket_type(columns))
    low = np.where(np.isnan(part), np.inf, part).argmin(axis=1)
    high = np.where(np.isnan(part), -np.inf, part).argmax(axis=1)
    at = np.concatenate([low, high], axis=1)  # (n, 2 x n_columns)
    found["n"] = length
    found["sums"] = part.sum(axis=1, dtype=np.float64)
    found["steps"] = first_step + np.arange(n)[:, None] * length + at
    found["rows"] = np.take_along_axis(part, at[:, :, None], axis=1)
    return found


def _paired(buckets: np.ndarray) -> np.ndarray:
    even, odd = buckets[0::2].copy(), buckets[1::2]
    columns = buckets["sums"].shape[1]
    first = even[: len(odd)]  # a view: what follows writes to `even`
    first["n"] += odd["n"]
    first["sums"] += odd["sums"]
    which = np.arange(2 * columns)
    mine, other = (one["rows"][:, which, which % columns] for one in (first, odd))
    smaller = (other < mine) | np.isnan(mine)
    larger = (other > mine) | np.isnan(mine)
    takes = np.where(which < columns, smaller, larger)
    first["steps"] = np.where(takes, odd["steps"], first["steps"])
    first["rows"] = np.where(takes[:, :, None], odd["rows"], first["rows"])
    return even
