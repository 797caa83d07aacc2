"""One training of a GAN: train, store what comes, obey what is wanted."""

import os
from dataclasses import dataclass, replace
from typing import Any, Self

from gan_core.config import ExperimentConfig
from gan_core.errors import DivergedError
from gan_core.jobs.base import JOBS, Kind
from gan_core.jobs.recorder import Desk, patiently
from gan_core.limits import Limits
from gan_core.networks import n_weights
from gan_core.registry import register
from gan_core.scoring import score
from gan_core.store import model, results
from gan_core.store.attempt import Attempt
from gan_core.store.context import Context
from gan_core.store.model import TRAINING, Job
from gan_core.store.store import Store
from gan_core.training import Checkpoint, Finished, Progress, Started
from gan_core.training.snapshots import MOST, film_steps


@register(JOBS, TRAINING)
@dataclass(frozen=True)
class Training(Kind):
    """A run.

    Args:
        config: the experiment; the spec is its plain form.
    """

    label = "Training"

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
        config = self.config
        return config.training.epochs * config.steps_per_epoch(config.table().n_rows)

    def check(self, limits: Limits) -> None:
        """As the limits say of a config."""
        limits.check(self.config)

    def submit(self, store: Store, name: str = "") -> Job:
        """A run, with all that is kept of one."""
        return store.create(self.config, name=name)

    def work(self, context: Context) -> None:
        """Train until it is done, asked to rest, or taken away; the attempt closes the job."""
        attempt = Attempt(context.database, context.run_id, context.number)
        config = attempt.config()
        resume = results.checkpoint(attempt.database, attempt.run_id)
        film, goal = _film_of(config), attempt.goal()
        stops = sorted({*film} if goal is None else {*film, goal})
        _Shift(attempt, Desk(attempt, frozenset(film)), stops, goal).work(config, resume)


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

    def work(self, config: ExperimentConfig, resume: Checkpoint | None) -> None:
        """Train until the run rests; where settings change, it is a training of the rest."""
        self._stretch(config, resume)
        while edited := self._edited:
            self._edited = None
            self._stretch(edited.config, edited)

    def _stretch(self, config: ExperimentConfig, resume: Checkpoint | None) -> None:
        """Train until the run rests or a setting changes."""
        from gan_core.training import train  # brings PyTorch, which the web server is free of

        last = None
        try:
            for event in train(config, resume=resume, chunk_seconds=0.05, stops=self.stops):
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


def _film_of(config: ExperimentConfig) -> list[int]:
    """The steps after which snapshots are kept; as many as the limit of their size allows."""
    table = config.table()
    n = sum(n_weights(layers) for layers in config.networks(len(table.features)))
    size = 4 * 3 * n + 4096  # float32: weights and both moments of Adam
    most = min(MOST, Limits.from_environment().max_film_mb * 2**20 // size)
    return film_steps(config.training.epochs * config.steps_per_epoch(table.n_rows), most)
