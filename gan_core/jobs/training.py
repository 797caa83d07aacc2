"""The training job: store what it produces, obey requests, save before anything else."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Self

from gan_core.config import ExperimentConfig
from gan_core.errors import DataError, DivergedError, StaleAttemptError, StoreError
from gan_core.jobs.base import JOBS, Kind
from gan_core.jobs.recorder import Recorder, retry_while_busy
from gan_core.limits import Limits
from gan_core.problem import Problem, resolve
from gan_core.registry import register
from gan_core.scoring import score
from gan_core.store import model, results
from gan_core.store.attempt import Attempt
from gan_core.store.context import Context
from gan_core.store.model import TRAINING, Job
from gan_core.store.store import Store
from gan_core.training import (
    Checkpoint,
    Finished,
    Progress,
    Started,
    TrainedGenerator,
)
from gan_core.training.cost import n_snapshots
from gan_core.training.snapshots import film_steps

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0  # a dispatcher waits five of these for a worker to pause or stop


@register(JOBS, TRAINING)
@dataclass(frozen=True)
class Training(Kind):
    """A run.

    Args:
        config: the experiment; the spec is its plain form.
    """

    label = "Training"
    context = Attempt

    config: ExperimentConfig

    @classmethod
    def from_dict(cls, spec: object) -> Self:
        """From the config's plain form."""
        return cls(ExperimentConfig.from_dict(spec))

    def to_dict(self) -> dict[str, Any]:
        """The config's plain form."""
        return self.config.to_dict()

    @property
    def total(self) -> int:
        """Steps."""
        return resolve(self.config).total_steps

    def check(self, limits: Limits) -> None:
        """Refuse a config beyond the limits."""
        limits.check(resolve(self.config))

    def submit(self, store: Store, name: str = "") -> Job:
        """A run, with everything that is stored for it."""
        return store.create(self.config, name=name)

    def work(self, context: Context) -> None:
        """Train until it is done, paused or stopped; store everything and close the run."""
        assert isinstance(context, Attempt)
        problem = resolve(context.config())
        resume = results.checkpoint(context.database, context.run_id)
        film, goal = _film_of(problem), context.goal()
        stops = sorted({*film} if goal is None else {*film, goal})
        recorder = Recorder(context, frozenset(film))
        TrainingAttempt(context, recorder, stops, goal).work(problem, resume)


@dataclass
class TrainingAttempt:
    """One worker's session with a run.

    Args:
        attempt: its attempt at the run.
        recorder: collects what the training produces.
        stops: steps after each of which there must be an event, ascending.
        goal: the step at which to pause; None: train to the end.
    """

    attempt: Attempt
    recorder: Recorder
    stops: list[int]
    goal: int | None
    _total: int = 0
    _edited: Checkpoint | None = None

    def work(self, problem: Problem, resume: Checkpoint | None) -> None:
        """Train until the run pauses or ends; when settings change, train the rest with them."""
        self._stretch(problem, resume)
        while edited := self._edited:
            self._edited = None
            self._stretch(resolve(edited.config), edited)

    def _stretch(self, problem: Problem, resume: Checkpoint | None) -> None:
        """Train until the run pauses or ends, or a setting changes."""
        from gan_core.training import train  # imports PyTorch, which the web server must not

        last = None
        try:
            how = {"chunk_seconds": 0.05, "stops": self.stops, "keep_history": False}
            for event in train(problem, resume=resume, **how):
                match event:
                    case Started():
                        self._begin(event)
                    case Progress():
                        last = event
                        if self._obeys(event):
                            return
                    case Finished():
                        self._save(event.checkpoint, event.generator)
                        self._end(model.FINISHED, event.generator)
        except DivergedError:
            self._save_what_is_good(last)
            raise

    def _save_what_is_good(self, last: Progress | None) -> None:
        """Keep everything up to a divergence; a failing store must not hide its message."""
        try:
            self.recorder.flush()
            if last:
                retry_while_busy(lambda: self.attempt.save(last.checkpoint()))
        except StaleAttemptError:
            raise
        except StoreError as error:
            log.warning(
                "run %s diverged, and its end is not stored: %s", self.attempt.run_id, error
            )

    def _begin(self, event: Started) -> None:
        if self._total:
            return  # it continues with new settings
        self._total = event.total_steps
        start = (event.first_step, os.getpid(), event.device, event.engine)
        retry_while_busy(lambda: self.attempt.begin(*start))
        self.recorder.keep(event.first_step, event.checkpoint)

    def _obeys(self, event: Progress) -> bool:
        """Record some steps, and do what users request; returns whether to stop training."""
        want = self.recorder.take(event, is_last=event.step in (self.goal, self._total))
        if event.step == self.goal and event.step < self._total:
            self._save(event.checkpoint(), event.generator())
            retry_while_busy(self.attempt.rest_at_goal)
            return True
        if want == "edit":
            retry_while_busy(self.attempt.take_up_edit)
            self._edited = replace(event.checkpoint(), config=self.attempt.config())
        elif want:
            retry_while_busy(lambda: self.attempt.save(event.checkpoint()))
            self._end(model.PAUSED if want == "pause" else model.STOPPED, event.generator())
        return bool(want)

    def _save(self, checkpoint: Checkpoint, generator: TrainedGenerator) -> None:
        self.recorder.flush(checkpoint, generator)
        retry_while_busy(lambda: self.attempt.save(checkpoint))

    def _end(self, status: str, generator: TrainedGenerator) -> None:
        """Score a run whose data are all stored, and close it."""
        scores, why = None, ""
        with _heard(self.attempt):
            try:
                scores = score(generator)
            except DataError as error:  # its last update broke the weights: it ends all the same
                why = f"no scores: {error}"
        retry_while_busy(lambda: self.attempt.end(status, why, scores))


@contextmanager
def _heard(attempt: Attempt) -> Iterator[None]:
    """Report every second that the worker is alive during a long uninterruptible task.

    A run that is paused or stopped while being scored obeys a moment later, with its scores.
    """
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_SECONDS):
            with suppress(StoreError):  # the working thread will hit it too
                attempt.heard()

    thread = threading.Thread(target=beat, daemon=True, name="beat")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _film_of(problem: Problem) -> list[int]:
    """The steps after which snapshots are kept; as many as the limit of their size allows."""
    film_bytes = Limits.from_environment().max_film_mb * 2**20
    return film_steps(problem.total_steps, n_snapshots(problem, film_bytes))
