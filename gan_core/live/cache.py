"""A cache of answers.

What is computed for one visitor is kept for the next: a class watches one run, and returning to a
view repeats its requests.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T", bytes, np.ndarray)


class Kept(Generic[T]):
    """The most recently used answers, by key, within a memory bound; thread-safe.

    Args:
        most: bytes in total; the newest is kept whatever its size.
    """

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._answers: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> T | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def keep(self, key: Hashable, answer: T) -> T:
        """Keep an answer, and evict the least recently used."""
        with self._lock:
            self.size += _size(answer) - _size(self._answers.pop(key, b""))
            self._answers[key] = answer
            while self.size > self.most and len(self._answers) > 1:
                self.size -= _size(self._answers.popitem(last=False)[1])
        return answer

    def get(self, key: Hashable, make: Callable[[], T | None]) -> T | None:
        """The cached answer, else a new one; None is not cached."""
        found = self.find(key)
        if found is None and (found := make()) is not None:
            self.keep(key, found)
        return found


def _size(answer: bytes | np.ndarray) -> int:
    return answer.nbytes if isinstance(answer, np.ndarray) else len(answer)
