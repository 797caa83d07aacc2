"""One attempt at a run, in a process of its own: train, store what comes, obey what is wanted."""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import parent_process
from typing import TypeVar

import numpy as np
from sqlalchemy import URL

from gan_core.errors import DivergedError, GanForgeError, StaleAttemptError, StoreBusyError
from gan_core.runs import model, results
from gan_core.runs.attempt import Attempt
from gan_core.runs.database import Database
from gan_core.scoring import score
from gan_core.training import Finished, Progress, Started, TrainedGenerator, train

T = TypeVar("T")

log = logging.getLogger(__name__)

NICENESS = 10
PREVIEW_ROWS = 500  # enough for steady histograms, 8 KB for four features
PREVIEW_SECONDS = 0.25
CHECKPOINT_SECONDS = 2.0
CHECKPOINT_SHARE = 0.05  # of the run's time, at most, goes into checkpoints
MAX_FLUSH_SECONDS = 0.5
BUSY_TRIES = 6  # of the database's own timeout each: a minute


def run_attempt(url: str | URL, run_id: str, number: int) -> None:
    """Work on a run until it is done, asked to rest, or taken away. Called in a fresh process.

    Args:
        url: the store's database.
        run_id: the run.
        number: this attempt's number.
    """
    _die_with_parent()
    _be_nice()
    database = Database(url)
    attempt = Attempt(database, run_id, number)
    try:
        _train(database, attempt)
    except StaleAttemptError as error:
        log.info("%s", error)
    except GanForgeError as error:
        _fail(attempt, str(error))
    except Exception as error:
        log.exception("run %s", run_id)
        _fail(attempt, f"unexpected error, please report it: {type(error).__name__}: {error}")


def _train(database: Database, attempt: Attempt) -> None:
    resume = results.checkpoint(database, attempt.run_id)
    events = train(attempt.config(), resume=resume, chunk_seconds=0.05)
    desk, total, last = _Desk(attempt), 0, None
    try:
        for event in events:
            match event:
                case Started():
                    total = event.total_steps
                    attempt.begin(event.first_step, os.getpid(), event.device, event.engine)
                case Progress():
                    last = event
                    want = desk.take(event, is_last=event.step == total)
                    if want:
                        _rest(attempt, want, event)
                        return
                case Finished():
                    desk.flush(event.generator)
                    attempt.save(event.checkpoint)
                    attempt.end(model.FINISHED, scores=score(event.generator))
    except DivergedError:
        desk.flush(None)  # everything up to there is kept
        if last:
            attempt.save(last.checkpoint())
        raise


def _rest(attempt: Attempt, want: str, event: Progress) -> None:
    """Pause or stop here; nothing is lost."""
    _patiently(lambda: attempt.save(event.checkpoint()))
    status = model.PAUSED if want == "pause" else model.STOPPED
    attempt.end(status, scores=score(event.generator()))


@dataclass
class _Desk:
    """Collects steps and stores them now and then, together with previews and checkpoints."""

    attempt: Attempt
    _parts: list[np.ndarray] = field(default_factory=list)
    _first_step: int = 0
    _began: float = field(default_factory=time.monotonic)
    _flushed: float = 0.0
    _previewed: float = 0.0
    _saved: float = field(default_factory=time.monotonic)
    _save_cost: float = 0.0
    _rate_from: tuple[float, int] | None = None
    _rate: float | None = None

    def take(self, event: Progress, *, is_last: bool) -> str:
        """Take some steps; returns what people want of the run.

        The last ones are kept back, to be stored together with the finished generator's rows.
        """
        if not self._parts:
            self._first_step = event.first_step
        self._parts.append(event.losses)
        now = time.monotonic()
        self._measure_rate(now, event.step)
        # Often at first, when somebody waits for the first point; rarely in a long run.
        if is_last or now - self._flushed < min(MAX_FLUSH_SECONDS, (now - self._began) / 20):
            return ""
        want = self.flush(event.generator() if self._preview_is_due(now) else None)
        if not want and self._checkpoint_is_due(now):
            self._save(event)
        return want

    def flush(self, generator: TrainedGenerator | None) -> str:
        """Store what is collected; returns what people want of the run."""
        if not self._parts:
            return ""
        losses = np.concatenate(self._parts)
        preview = generator.rows(PREVIEW_ROWS) if generator else None
        want = _patiently(
            lambda: self.attempt.append(self._first_step, losses, rate=self._rate, preview=preview)
        )
        self._parts = []
        self._flushed = time.monotonic()
        return want

    def _measure_rate(self, now: float, step: int) -> None:
        """Steps a second over about the last second."""
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
        _patiently(lambda: self.attempt.save(event.checkpoint()))
        self._saved = time.monotonic()
        self._save_cost = self._saved - began


def _patiently(write: Callable[[], T]) -> T:
    """Repeat a write while the store is locked: the training waits, nothing is lost."""
    for _ in range(BUSY_TRIES - 1):
        try:
            return write()
        except StoreBusyError:
            log.warning("the store is locked, trying again")
    return write()


def _fail(attempt: Attempt, reason: str) -> None:
    try:
        _patiently(lambda: attempt.end(model.FAILED, reason))
    except StaleAttemptError as error:
        log.info("%s", error)


def _be_nice() -> None:
    """Let the pages answer while runs train. Where workers are used again, once is enough."""
    if hasattr(os, "nice") and os.nice(0) < NICENESS:
        os.nice(NICENESS)


def _die_with_parent() -> None:
    """Leave at once when the dispatcher is gone; a worker would outlive it for minutes."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="watch-parent").start()
