"""A training as its worker sees it: one attempt, which alone may write its numbers."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from gan_core.config import ExperimentConfig
from gan_core.store import history, model
from gan_core.store.context import Context
from gan_core.store.edits import take_up
from gan_core.store.levels import Levels
from gan_core.store.rows import change
from gan_core.store.schema import chunks, players, previews, snapshots, trainings
from gan_core.training import Checkpoint

_REQUESTED = sa.select(trainings.c.edit, trainings.c.watched_at).where(
    trainings.c.job_id == sa.bindparam("job")
)
WATCH_SECONDS = 5.0  # after a request, somebody counts as watching the networks for this long


@dataclass(frozen=True)
class Request:
    """What users request of a running run."""

    want: str = ""  # "", "pause", "stop", or "edit" if settings are to change
    watched: bool = False  # whether somebody is watching its networks now


@dataclass
class Attempt(Context):
    """One worker's attempt at a run. Every write is refused once a newer attempt owns the run."""

    _seq: int = 0
    _levels: Levels | None = None
    _first_step: int | None = None  # of the history; None: not known yet

    def config(self) -> ExperimentConfig:
        return ExperimentConfig.from_json(self.job().spec_json)

    def goal(self) -> int | None:
        """The step at which to pause; None: train to the end."""
        with self.database.read() as db:
            return self._beside(db, "until_step")

    def begin(self, step: int, worker_pid: int, device: str, engine: str) -> None:
        """Record what computes it; drop history an older attempt wrote after its checkpoint."""
        now, is_short = time.time(), self._is_short(step + 1, step)
        levels = None if is_short else history.continued(self.database, self.run_id, step)
        with self.database.write() as db:
            self._hold(db)
            values = {"started_at": now, "heartbeat_at": now, "worker_pid": worker_pid}
            made_by = {"device": device, "engine": engine}
            change(db, self.run_id, progress=step, rate=None, **values, **made_by)
            late = sa.and_(chunks.c.run_id == self.run_id, chunks.c.last_step > step)
            undone = db.execute(chunks.delete().where(late)).rowcount
            history.keep(db, self.run_id, levels)
            if undone or not self._beside(db, "unbroken_from"):
                change(db, self.run_id, unbroken_from=self.number)
            late = sa.and_(snapshots.c.run_id == self.run_id, snapshots.c.step > step)
            db.execute(snapshots.delete().where(late))
        self._levels = levels

    def append(
        self,
        first_step: int,
        losses: np.ndarray,
        *,
        rate: float | None = None,
        preview: np.ndarray | None = None,
        networks: bytes | None = None,
        kept: Mapping[int, bytes] | None = None,
    ) -> Request:
        """Store some steps.

        Args:
            first_step: number of the first, counted from 1.
            losses: float32, (n_steps, n_columns), see `ExperimentConfig.columns`.
            rate: steps per second.
            preview: generated rows at this moment in original units, (n_rows, n_features).
            networks: of this moment, as `Checkpoint.players` packs them.
            kept: snapshots by their step, as `Checkpoint.to_bytes`.
        """
        last_step = first_step + len(losses) - 1
        levels, self._levels = self._levels_with(first_step, losses), None
        with self.database.write() as db:
            run = self._hold(db)
            last = {"d_loss": float(losses[-1, 0]), "g_loss": float(losses[-1, 1])}
            change(db, self.run_id, progress=last_step, rate=rate, **last)
            db.execute(
                chunks.insert().values(
                    run_id=self.run_id,
                    attempt=self.number,
                    seq=self._seq,
                    first_step=first_step,
                    last_step=last_step,
                    data=np.ascontiguousarray(losses, "<f4").tobytes(),
                )
            )
            if levels:
                history.keep(db, self.run_id, levels)
            if preview is not None:
                data = np.ascontiguousarray(preview, "<f4").tobytes()
                self._replace(db, previews, step=last_step, n_rows=len(preview), data=data)
            if networks is not None:
                self._replace(db, players, step=last_step, data=networks)
            if kept:
                self._keep(db, kept)
            edit, watched_at = db.execute(_REQUESTED, {"job": self.run_id}).one()
        self._seq += 1
        self._levels = levels
        watched = watched_at is not None and watched_at > time.time() - WATCH_SECONDS
        return Request(run.want or ("edit" if edit else ""), watched)

    def _levels_with(self, first_step: int, losses: np.ndarray) -> Levels | None:
        """The levels of the history with these steps; a short one has none."""
        if self._is_short(first_step, first_step + len(losses) - 1):
            return None
        levels, n_columns = self._levels, losses.shape[1]
        if levels is None or levels.n_columns != n_columns:  # after a failed write, too
            levels = history.continued(self.database, self.run_id, first_step - 1, n_columns)
        levels.add(losses)
        return levels

    def _is_short(self, next_step: int, last_step: int) -> bool:
        """Whether the history until a step is; the next step is its first if there is none yet."""
        if self._first_step is None:
            whole = history.extent(self.database, self.run_id)
            self._first_step = whole.first if whole.n_steps else next_step
        return last_step - self._first_step < history.SHORT

    def take_up_edit(self) -> None:
        """Write the requested changes into the run's config, at the last stored step."""
        with self.database.write() as db:
            self._hold(db)
            take_up(db, self.run_id)

    def save(self, checkpoint: Checkpoint) -> None:
        self.keep(checkpoint.step, checkpoint.to_bytes())

    def _close(
        self, db: sa.Connection, status: str, reason: str, result: Mapping[str, Any] | None
    ) -> None:
        if status in model.RESUMABLE:
            take_up(db, self.run_id)  # requested at the last moment
        super()._close(db, status, reason, result)
        change(db, self.run_id, until_step=None, edit=None)

    def rest_at_goal(self) -> None:
        """Pause after the requested steps, unless more have been requested in the meantime."""
        with self.database.write() as db:
            want = self._hold(db).want
            if self._beside(db, "until_step") is None and not want:  # it was resumed
                take_up(db, self.run_id)
                change(db, self.run_id, status=model.QUEUED, queued_at=time.time())
                return
            self._close(db, model.STOPPED if want == "stop" else model.PAUSED, "", None)

    def _beside(self, db: sa.Connection, column: str) -> Any:  # noqa: ANN401 - of any column
        """A column of the training beside the job."""
        mine = trainings.c.job_id == self.run_id
        return db.scalar(sa.select(trainings.c[column]).where(mine))

    def _keep(self, db: sa.Connection, kept: Mapping[int, bytes]) -> None:
        mine = sa.and_(snapshots.c.run_id == self.run_id, snapshots.c.step.in_(list(kept)))
        db.execute(snapshots.delete().where(mine))
        common = {"run_id": self.run_id, "attempt": self.number}
        rows = [{**common, "step": step, "data": data} for step, data in kept.items()]
        db.execute(snapshots.insert(), rows)
