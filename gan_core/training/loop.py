"""`train`: an experiment as a stream of events."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from gan_core.config import ExperimentConfig
from gan_core.errors import DivergedError
from gan_core.problem import Problem, resolve
from gan_core.training.checkpoint import Checkpoint
from gan_core.training.engine import ScheduledEngine, make_engine
from gan_core.training.events import Finished, Progress, Started, TrainEvent
from gan_core.training.generator import TrainedGenerator

FIRST_CHUNK_SECONDS = 0.02  # the first loss points should be on screen at once


def train(
    config: ExperimentConfig | Problem,
    *,
    resume: Checkpoint | None = None,
    chunk_seconds: float = 0.1,
    stops: Sequence[int] = (),
    keep_history: bool = True,
) -> Iterator[TrainEvent]:
    """Train a GAN; yields `Started`, then `Progress` several times a second, finally `Finished`.

    Nothing is read or written except the table, and that only if it is not resolved yet. To stop,
    stop iterating. The numbers do not depend on when events are yielded. Settings in the config's
    schedule change at their steps.

    Args:
        config: the experiment, or its resolved problem.
        resume: continue from this checkpoint instead of starting.
        chunk_seconds: about how long the training runs between two events.
        stops: steps, ascending, after each of which there must be an event.
        keep_history: whether `Finished` has the losses of all steps, which are many in a long run;
            if not, it has none, and only `Progress` reports them.

    Raises:
        ConfigError: CUDA was requested but is not available, or there are no such rows.
        CheckpointError: the checkpoint belongs to other settings.
        DivergedError: a loss became NaN or infinite; the steps before it have been yielded.

    >>> from gan_core import ExperimentConfig
    >>> config = ExperimentConfig().with_values({"training.epochs": 2})
    >>> *_, end = train(config)
    >>> end.history[["step", "epoch"]].to_numpy().tolist()
    [[1, 1], [2, 1], [3, 2], [4, 2]]
    """
    problem = config if isinstance(config, Problem) else resolve(config)
    engine, device = make_engine(problem)
    if resume:
        resume.check_fits(problem)
        engine.load(resume.step, resume.tensors)
    first_step, total, per_epoch = engine.step, problem.total_steps, problem.steps_per_epoch

    def checkpoint() -> Checkpoint:
        return Checkpoint(problem.config, engine.step, engine.tensors(), problem.encoder)

    facts = (problem.config, device, engine.name, problem.n_rows)
    yield Started(*facts, first_step, total, per_epoch, checkpoint)

    def generator() -> TrainedGenerator:
        return TrainedGenerator.of(checkpoint(), problem)

    parts = [np.empty((0, len(problem.config.columns)), np.float32)]
    for before, losses in _good_chunks(engine, (*stops, total), chunk_seconds):
        if keep_history:
            parts.append(losses)
        yield Progress(before + 1, losses, per_epoch, checkpoint, generator)
    yield Finished(first_step + 1, np.concatenate(parts), per_epoch, generator(), checkpoint())


def _good_chunks(
    engine: ScheduledEngine, stops: Sequence[int], seconds: float
) -> Iterator[tuple[int, np.ndarray]]:
    """As `_chunks`, each with the number of steps before it, up to the first bad loss.

    Raises:
        DivergedError: that loss; the engine then stands at the last good step.
    """
    refuge = _Refuge(engine)
    for losses in _chunks(engine, stops, seconds):
        n_good, before = _n_finite(losses), engine.step - len(losses)
        if n_good == len(losses):
            yield before, losses
            refuge.keep()
            continue
        refuge.go_to(before + n_good)
        if n_good:
            yield before, losses[:n_good]
        raise DivergedError(before + n_good + 1)


def _chunks(engine: ScheduledEngine, stops: Sequence[int], seconds: float) -> Iterator[np.ndarray]:
    """Advance to the last stop in chunks of about this many seconds, none beyond a stop."""
    usual = 1
    target = min(FIRST_CHUNK_SECONDS, seconds)
    for stop in stops:
        while engine.step < stop:
            n_steps = min(usual, stop - engine.step)
            started = time.perf_counter()
            losses = engine.advance(n_steps)
            took = time.perf_counter() - started
            yield losses
            # At most four times as many steps as before: the first ones are slow and say little.
            fitting = max(1, min(4 * n_steps, int(n_steps * target / max(took, 1e-6))))
            usual = fitting if n_steps == usual else max(usual, fitting)
            target = seconds


class _Refuge:
    """A state to return to when a later step turns out to have diverged.

    Copying the state costs time, so it is done rarely enough to take about 2 %; from there
    the engine repeats its steps, which gives the same bits.
    """

    def __init__(self, engine: ScheduledEngine) -> None:
        self._engine = engine
        self._due = 0.0
        self.keep()

    def keep(self) -> None:
        """Copy the current state, if it is time to."""
        began = time.perf_counter()
        if began >= self._due:
            self._state = (self._engine.step, self._engine.tensors())
            took = time.perf_counter() - began
            self._due = began + 50 * took

    def go_to(self, step: int) -> None:
        """Bring the engine to a step since the copy."""
        self._engine.load(*self._state)
        if step > self._engine.step:
            self._engine.advance(step - self._engine.step)


def _n_finite(losses: np.ndarray) -> int:
    """The number of steps before the first loss that is not finite."""
    bad = ~np.isfinite(losses).all(axis=1)
    return int(bad.argmax()) if bad.any() else len(losses)
