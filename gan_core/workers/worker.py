"""One attempt at a run, in a process of its own: train, store what comes, obey what is wanted."""

import logging
import os
from dataclasses import dataclass, replace

from sqlalchemy import URL

from gan_core.errors import DivergedError, GanForgeError, StaleAttemptError
from gan_core.jobs.recorder import Desk, patiently
from gan_core.limits import Limits
from gan_core.networks import n_weights
from gan_core.problem import Problem, resolve
from gan_core.scoring import score
from gan_core.store import model, results
from gan_core.store.attempt import Attempt
from gan_core.store.database import Database
from gan_core.training import Checkpoint, Finished, Progress, Started, train
from gan_core.training.snapshots import MOST, film_steps

log = logging.getLogger(__name__)

NICENESS = 10


def run_attempt(url: str | URL, run_id: str, number: int) -> None:
    """Work on a run until it is done, asked to rest, or taken away. Called in a fresh process.

    Args:
        url: the store's database.
        run_id: the run.
        number: this attempt's number.
    """
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
    problem, resume = resolve(attempt.config()), results.checkpoint(database, attempt.run_id)
    film, goal = _film_of(problem), attempt.goal()
    stops = sorted({*film} if goal is None else {*film, goal})
    _Shift(attempt, Desk(attempt, frozenset(film)), stops, goal).work(problem, resume)


@dataclass
class _Shift:
    """One worker's time with a run.

    Args:
        attempt: its try at the run.
        desk: where what comes is collected.
        stops: steps after each of which there must be an event, ascending.
        goal: the step at which to rest; None: go to the end.
    """

    attempt: Attempt
    desk: Desk
    stops: list[int]
    goal: int | None
    _total: int = 0
    _edited: Checkpoint | None = None

    def work(self, problem: Problem, resume: Checkpoint | None) -> None:
        """Train until the run rests; where settings change, it is a training of the rest."""
        self._stretch(problem, resume)
        while edited := self._edited:
            self._edited = None
            self._stretch(resolve(edited.config), edited)

    def _stretch(self, problem: Problem, resume: Checkpoint | None) -> None:
        """Train until the run rests or a setting changes."""
        last = None
        try:
            for event in train(problem, resume=resume, chunk_seconds=0.05, stops=self.stops):
                match event:
                    case Started():
                        self._begin(event)
                    case Progress():
                        last = event
                        if self._obeys(event):
                            return
                    case Finished():
                        self._finish(event)
        except DivergedError:
            self.desk.flush()  # everything up to there is kept
            if last:
                self.attempt.save(last.checkpoint())
            raise

    def _begin(self, event: Started) -> None:
        if self._total:
            return  # it goes on with other settings
        self._total = event.total_steps
        start = (event.first_step, os.getpid(), event.device, event.engine)
        patiently(lambda: self.attempt.begin(*start))
        self.desk.keep(event.first_step, event.checkpoint)

    def _obeys(self, event: Progress) -> bool:
        """Take some steps, and do what people want of the run; returns whether to train no more."""
        want = self.desk.take(event, is_last=event.step in (self.goal, self._total))
        if event.step == self.goal and event.step < self._total:
            self.desk.flush(event.checkpoint(), event.generator())
            patiently(lambda: self.attempt.save(event.checkpoint()))
            patiently(self.attempt.rest_at_goal)
            return True
        if want == "edit":
            patiently(self.attempt.take_up_edit)
            self._edited = replace(event.checkpoint(), config=self.attempt.config())
        elif want:
            patiently(lambda: self.attempt.save(event.checkpoint()))
            status = model.PAUSED if want == "pause" else model.STOPPED
            scores = score(event.generator())
            patiently(lambda: self.attempt.end(status, scores=scores))
        return bool(want)

    def _finish(self, event: Finished) -> None:
        self.desk.flush(event.checkpoint, event.generator)
        scores = score(event.generator)
        patiently(lambda: self.attempt.save(event.checkpoint))
        patiently(lambda: self.attempt.end(model.FINISHED, scores=scores))


def _film_of(problem: Problem) -> list[int]:
    """The steps after which snapshots are kept; as many as the limit of their size allows."""
    n = n_weights(problem.generator) + n_weights(problem.discriminator)
    size = 4 * 3 * n + 4096  # float32: weights and both moments of Adam
    most = min(MOST, Limits.from_environment().max_film_mb * 2**20 // size)
    return film_steps(problem.total_steps, most)


def _fail(attempt: Attempt, reason: str) -> None:
    try:
        patiently(lambda: attempt.end(model.FAILED, reason))
    except StaleAttemptError as error:
        log.info("%s", error)


def _be_nice() -> None:
    """Let the pages answer while runs train. Where workers are used again, once is enough."""
    if hasattr(os, "nice") and os.nice(0) < NICENESS:
        os.nice(NICENESS)
