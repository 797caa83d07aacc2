"""`train`: an experiment as a stream of events."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from gan_core.config import ExperimentConfig
from gan_core.data import MinMaxScaler, Table
from gan_core.errors import DivergedError
from gan_core.training.checkpoint import Checkpoint
from gan_core.training.devices import resolve_device
from gan_core.training.events import Finished, Progress, Started, TrainEvent, history_frame
from gan_core.training.generator import TrainedGenerator
from gan_core.training.torch_engine import TorchEngine

FIRST_CHUNK_SECONDS = 0.02  # the first loss points should be on screen at once


def train(
    config: ExperimentConfig,
    *,
    resume: Checkpoint | None = None,
    chunk_seconds: float = 0.1,
) -> Iterator[TrainEvent]:
    """Train a GAN; yields `Started`, then `Progress` several times a second, last `Finished`.

    Nothing is read or written but the built-in table. To stop, stop iterating. The numbers do not
    depend on when events are yielded.

    Args:
        config: the experiment.
        resume: go on from this checkpoint instead of starting.
        chunk_seconds: about how long the training runs between two events.

    Raises:
        ConfigError: CUDA was asked for and is not there.
        CheckpointError: the checkpoint belongs to other settings.
        DivergedError: a loss became NaN or infinite; the steps before it have been yielded.

    >>> from gan_core import ExperimentConfig
    >>> config = ExperimentConfig().with_values({"training.epochs": 2})
    >>> *_, end = train(config)
    >>> end.history[["step", "epoch"]].to_numpy().tolist()
    [[1, 1], [2, 1], [3, 2], [4, 2]]
    """
    table = config.table()
    scaler = MinMaxScaler.fit(table.values)
    engine = TorchEngine(
        config, scaler.transform(table.values), resolve_device(config.training.device)
    )
    if resume:
        resume.check_fits(config)
        engine.load(resume.step, resume.tensors)
    first_step = engine.step
    per_epoch = config.steps_per_epoch(table.n_rows)
    total = config.training.epochs * per_epoch
    yield Started(
        config, engine.device.type, engine.name, table.n_rows, first_step, total, per_epoch
    )

    def checkpoint() -> Checkpoint:
        return Checkpoint(config, engine.step, engine.tensors())

    def generator() -> TrainedGenerator:
        return _generator(checkpoint(), scaler, table)

    parts = [np.empty((0, 4), np.float32)]
    for losses in _chunks(engine, total, chunk_seconds):
        n_good = _n_finite(losses)
        before = engine.step - len(losses)
        parts.append(losses[:n_good])
        if n_good:
            yield Progress(before + 1, losses[:n_good], per_epoch, checkpoint, generator)
        if n_good < len(losses):
            raise DivergedError(before + n_good + 1)
    history = history_frame(np.concatenate(parts), first_step + 1, per_epoch)
    yield Finished(history, generator(), checkpoint())


def _chunks(engine: TorchEngine, total: int, seconds: float) -> Iterator[np.ndarray]:
    """Advance to the last step in chunks that take about so many seconds each."""
    n_steps = 1
    target = min(FIRST_CHUNK_SECONDS, seconds)
    while engine.step < total:
        n_steps = min(n_steps, total - engine.step)
        started = time.perf_counter()
        with _one_thread():
            losses = engine.advance(n_steps)
        took = time.perf_counter() - started
        yield losses
        # At most four times as many steps as before: the first ones are slow and say little.
        n_steps = max(1, min(4 * n_steps, int(n_steps * target / max(took, 1e-6))))
        target = seconds


def _generator(checkpoint: Checkpoint, scaler: MinMaxScaler, table: Table) -> TrainedGenerator:
    return TrainedGenerator(checkpoint.config, checkpoint.part("generator"), scaler, table.features)


def _n_finite(losses: np.ndarray) -> int:
    """How many steps come before the first loss that is not a finite number."""
    bad = ~np.isfinite(losses).all(axis=1)
    return int(bad.argmax()) if bad.any() else len(losses)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let PyTorch use one CPU thread: with more, sums of large layers depend on their number."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
