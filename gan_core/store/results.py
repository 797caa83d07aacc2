"""What a run has produced so far, beside its history: generators, networks, generated rows."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from safetensors.numpy import load

from gan_core.problem import resolve
from gan_core.store import model
from gan_core.store.database import Database
from gan_core.store.model import Run
from gan_core.store.schema import checkpoints, jobs, players, previews, snapshots, trainings
from gan_core.training import Checkpoint, TrainedGenerator


@dataclass(frozen=True)
class Preview:
    """Generated rows after a step."""

    step: int
    rows: np.ndarray  # original units, float32, (n_rows, n_features)


@dataclass(frozen=True)
class Players:
    """Both networks after a step: weights by the names of ``nn.Sequential``, ``"0.weight"``, ...

    G's are as used for results: the moving average if there is one.
    """

    step: int
    generator: dict[str, np.ndarray]
    discriminator: dict[str, np.ndarray]


def generator(database: Database, run: Run) -> TrainedGenerator | None:
    """The generator at the run's last checkpoint, None before the first."""
    found = checkpoint(database, run.id)
    if found is None:
        return None
    return TrainedGenerator.of(found, resolve(found.config))


def checkpoint(database: Database, run_id: str) -> Checkpoint | None:
    """The run's last checkpoint, None before the first."""
    row = _row(database, run_id, checkpoints, "data")
    return Checkpoint.from_bytes(row.data) if row else None


def checkpoint_step(database: Database, run_id: str) -> int | None:
    """The step of `checkpoint`, without reading it."""
    row = _row(database, run_id, checkpoints, "step")
    return row.step if row else None


def preview(database: Database, run_id: str) -> Preview | None:
    """The latest generated rows of a training, None before the first."""
    row = _row(database, run_id, previews, "step", "n_rows", "data")
    if row is None:
        return None
    return Preview(row.step, np.frombuffer(row.data, "<f4").reshape(row.n_rows, -1))


def latest_players(database: Database, run_id: str) -> Players | None:
    """Both networks as last stored, None before the first time."""
    row = _row(database, run_id, players, "step", "data")
    if row is None:
        return None
    found: dict[str, dict[str, np.ndarray]] = {"generator": {}, "discriminator": {}}
    for name, array in load(row.data).items():
        player, _, key = name.partition(".")
        found[player][key] = array
    return Players(row.step, **found)


def players_step(database: Database, run_id: str) -> int | None:
    """The step of `latest_players`, without reading them."""
    row = _row(database, run_id, players, "step")
    return row.step if row else None


def _row(database: Database, run_id: str, table: sa.Table, *columns: str) -> Any:  # noqa: ANN401
    """The one row that a run has in a table, None before the first."""
    query = sa.select(*(table.c[name] for name in columns)).where(table.c.run_id == run_id)
    with database.read() as db:
        return db.execute(query).one_or_none()


def watch(database: Database, run_id: str) -> None:
    """Have a running run store both networks several times a second for the next seconds."""
    now = time.time()
    mine = trainings.c.job_id == run_id
    stale = sa.or_(trainings.c.watched_at.is_(None), trainings.c.watched_at < now - 1.0)
    running = sa.exists().where(jobs.c.id == run_id, jobs.c.status == model.RUNNING)
    with database.read() as db:  # ten viewers should not write ten times
        if db.scalar(sa.select(trainings.c.job_id).where(mine, stale, running)) is None:
            return
    with database.write() as db:
        db.execute(trainings.update().where(mine, stale).values(watched_at=now))


def snapshot_steps(database: Database, run_id: str) -> list[int]:
    """The steps after which snapshots were kept, ascending; 0: before the first step."""
    query = sa.select(snapshots.c.step).where(snapshots.c.run_id == run_id)
    with database.read() as db:
        return list(db.scalars(query.order_by(snapshots.c.step)))


def snapshot_checkpoint(database: Database, run_id: str, step: int) -> Checkpoint | None:
    """The whole state at a snapshot, from which a training can continue; None if missing."""
    mine = sa.and_(snapshots.c.run_id == run_id, snapshots.c.step == step)
    with database.read() as db:
        data = db.scalar(sa.select(snapshots.c.data).where(mine))
    return Checkpoint.from_bytes(data) if data else None


def snapshot(database: Database, run_id: str, step: int) -> Players | None:
    """Both networks at a snapshot, None if there is none for this step."""
    found = snapshot_checkpoint(database, run_id, step)
    if found is None:
        return None
    return Players(step, found.generator_weights(), found.part("discriminator"))
