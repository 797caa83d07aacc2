"""The training job: store what it produces, obey requests, save before anything else."""

import logging
import os
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
from gan_core.training.snapshots import snapshot_steps

log = logging.getLogger(__name__)


@register(JOBS, TRAINING)
class Training(Kind):
    """A run; its spec is the plain form of its config."""

    label = "Training"
    context = Attempt

    config: ExperimentConfig

    @classmethod
    def from_dict(cls, spec: object) -> Self:
        return cls(ExperimentConfig.from_dict(spec))

    def to_dict(self) -> dict[str, Any]:
        return self.config.to_dict()

    @property
    def total(self) -> int:
        return resolve(self.config).total_steps

    def submit(self, store: Store, name: str = "") -> Job:
        return store.create(self.config, name=name)

    def work(self, context: Context) -> None:
        """Train until it is done, paused or stopped; store everything and close the run."""
        assert isinstance(context, Attempt)
        problem = resolve(context.config())
        resume = results.checkpoint(context.database, context.run_id)
        kept, goal = _steps_to_keep(problem), context.goal()
        stops = sorted({*kept} if goal is None else {*kept, goal})
        recorder = Recorder(context, frozenset(kept))
        TrainingAttempt(context, recorder, stops, goal).work(problem, resume)


@dataclass
class TrainingAttempt:
    """One worker's session with a run."""

    attempt: Attempt
    recorder: Recorder
    stops: list[int]  # steps after each of which there must be an event, ascending
    goal: int | None  # the step at which to pause; None: train to the end
    _total: int = 0
    _edited: Checkpoint | None = None

    def work(self, problem: Problem, resume: Checkpoint | None) -> None:
        """Train until the run pauses or ends; when settings change, train the rest with them."""
        self._train(problem, resume)
        while edited := self._edited:
            self._edited = None
            self._train(resolve(edited.config), edited)

    def _train(self, problem: Problem, resume: Checkpoint | None) -> None:
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
        self.attempt.is_closing = True  # asked to rest meanwhile, it obeys with its scores
        try:
            scores = score(generator).to_dict()
        except DataError as error:  # its last update broke the weights: it ends all the same
            why = f"no scores: {error}"
        retry_while_busy(lambda: self.attempt.close(status, why, scores))


def _steps_to_keep(problem: Problem) -> list[int]:
    """The steps after which snapshots are kept; as many as the limit of their size allows."""
    most_bytes = Limits.from_environment().max_film_mb * 2**20
    return snapshot_steps(problem.total_steps, n_snapshots(problem, most_bytes))
