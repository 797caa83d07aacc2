"""A buffer for what a training produces, which its worker stores periodically."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from gan_core.errors import StoreBusyError
from gan_core.live.updates import HISTOGRAM_ROWS
from gan_core.store.attempt import Attempt, Request
from gan_core.training import Checkpoint, Progress, TrainedGenerator

T = TypeVar("T")

log = logging.getLogger(__name__)

PREVIEW_SECONDS = 0.25
CHECKPOINT_SECONDS = 2.0
CHECKPOINT_SHARE = 0.05  # maximum share of the run's time spent on checkpoints
MAX_FLUSH_SECONDS = 0.5
WATCHED_SECONDS = 0.1  # between flushes while somebody watches the networks
WATCH_SHARE = 0.08  # maximum share of the run's time spent on showing the networks
BUSY_TRIES = 6  # each of the database's own timeout: a minute


@dataclass
class Recorder:
    """Collects steps and stores them periodically, with previews and checkpoints."""

    attempt: Attempt
    snapshot_steps: frozenset[int] = frozenset()  # after which one is kept
    _parts: list[np.ndarray] = field(default_factory=list)
    _kept: dict[int, bytes] = field(default_factory=dict)
    _request: Request = field(default_factory=Request)
    _first_step: int = 0
    _began: float = field(default_factory=time.monotonic)
    _flushed: float = 0.0
    _previewed: float = 0.0
    _saved: float = field(default_factory=time.monotonic)
    _save_cost: float = 0.0
    _flush_cost: float = 0.0
    _rate_from: tuple[float, int] | None = None
    _rate: float | None = None

    def take(self, event: Progress, *, is_last: bool) -> str:
        """Add some steps; returns what users have requested of the run.

        The last ones are held back, to be stored together with the finished generator's rows.
        """
        if not self._parts:
            self._first_step = event.first_step
        self._parts.append(event.losses)
        self.keep(event.step, event.checkpoint)
        now = time.monotonic()
        self._measure_rate(now, event.step)
        if is_last or now - self._flushed < self._flush_seconds(now):
            return ""
        if self._request.watched or self._preview_is_due(now):
            want = self.flush(event.checkpoint(), event.generator())
        else:
            want = self.flush()
        if not want and self._checkpoint_is_due(now):
            self._save(event)
        return want

    def keep(self, step: int, checkpoint: Callable[[], Checkpoint]) -> None:
        """Keep a snapshot if one is due at this step."""
        if step in self.snapshot_steps:
            self._kept[step] = checkpoint().to_bytes()

    def flush(
        self, checkpoint: Checkpoint | None = None, generator: TrainedGenerator | None = None
    ) -> str:
        """Store what is collected, and what viewers need; returns what users have requested."""
        if not self._parts:
            return ""
        began = time.monotonic()
        losses = np.concatenate(self._parts)
        preview = generator.rows(HISTOGRAM_ROWS) if generator else None
        networks = checkpoint.players() if checkpoint else None
        self._request = retry_while_busy(
            lambda: self.attempt.append(
                self._first_step,
                losses,
                rate=self._rate,
                preview=preview,
                networks=networks,
                kept=self._kept,
            )
        )
        self._parts, self._kept = [], {}
        self._flushed = time.monotonic()
        self._flush_cost = self._flushed - began
        return self._request.want

    def _flush_seconds(self, now: float) -> float:
        """Often at first, and while somebody watches the networks; rarely in a long run."""
        usual = min(MAX_FLUSH_SECONDS, (now - self._began) / 20)
        if not self._request.watched:
            return usual
        return max(min(usual, WATCHED_SECONDS), self._flush_cost / WATCH_SHARE)

    def _measure_rate(self, now: float, step: int) -> None:
        """Steps per second over roughly the last second."""
        if self._rate_from is None:
            self._rate_from = (now, step)
        since, from_step = self._rate_from
        if now - since > 0.05:
            self._rate = (step - from_step) / (now - since)
        if now - since > 1.0:
            self._rate_from = (now, step)

    def _preview_is_due(self, now: float) -> bool:
        if now - self._previewed < PREVIEW_SECONDS:
            return False
        self._previewed = now
        return True

    def _checkpoint_is_due(self, now: float) -> bool:
        return now - self._saved > max(CHECKPOINT_SECONDS, self._save_cost / CHECKPOINT_SHARE)

    def _save(self, event: Progress) -> None:
        began = time.monotonic()
        retry_while_busy(lambda: self.attempt.save(event.checkpoint()))
        self._saved = time.monotonic()
        self._save_cost = self._saved - began


def retry_while_busy(write: Callable[[], T]) -> T:
    """Repeat a write while the store is locked: the training waits, nothing is lost."""
    for _ in range(BUSY_TRIES - 1):
        try:
            return write()
        except StoreBusyError:
            log.warning("the store is locked, trying again")
    return write()
