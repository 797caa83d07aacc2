"""A run from the side of its worker: one try at it, which alone may write its numbers."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from gan_core.config import ExperimentConfig
from gan_core.errors import StaleAttemptError
from gan_core.metrics import ScoreReport
from gan_core.store import history, model
from gan_core.store.database import Database
from gan_core.store.edits import take_up
from gan_core.store.levels import Levels
from gan_core.store.schema import checkpoints, chunks, players, previews, runs, snapshots
from gan_core.training import Checkpoint

WATCH_SECONDS = 5.0  # so long after they last asked people count as watching the networks


@dataclass(frozen=True)
class Request:
    """What people ask of a running run.

    Attributes:
        want: "", "pause", "stop", or "edit" where settings are to change.
        watched: whether somebody looks at its networks now.
    """

    want: str = ""
    watched: bool = False


@dataclass
class Attempt:
    """One worker's try at a run. Every write is refused once a newer attempt owns the run.

    Args:
        database: the store's database.
        run_id: the run.
        number: this attempt's number, as given by the dispatcher's claim.
    """

    database: Database
    run_id: str
    number: int
    _seq: int = 0
    _levels: Levels | None = None

    def config(self) -> ExperimentConfig:
        """The experiment to train."""
        with self.database.read() as db:
            text = db.scalar(sa.select(runs.c.config).where(runs.c.id == self.run_id))
        if text is None:
            raise self._stale()
        return ExperimentConfig.from_json(text)

    def goal(self) -> int | None:
        """The step at which to rest; None: go to the end."""
        with self.database.read() as db:
            return db.scalar(sa.select(runs.c.until_step).where(runs.c.id == self.run_id))

    def begin(self, step: int, worker_pid: int, device: str, engine: str) -> None:
        """Note who computes, and drop history that an older attempt wrote after its checkpoint."""
        levels = history.continued(self.database, self.run_id, step)
        with self.database.write() as db:
            self._update(
                db,
                step=step,
                started_at=time.time(),
                worker_pid=worker_pid,
                device=device,
                engine=engine,
                rate=None,
            )
            late = sa.and_(chunks.c.run_id == self.run_id, chunks.c.last_step > step)
            undone = db.execute(chunks.delete().where(late)).rowcount
            history.keep(db, self.run_id, levels)
            first = sa.select(runs.c.unbroken_from).where(runs.c.id == self.run_id)
            if undone or not db.scalar(first):
                self._update(db, unbroken_from=self.number)
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
            rate: steps a second.
            preview: generated rows of this moment in original units, (n_rows, n_features).
            networks: the weights of both networks at this moment, as `Checkpoint.players` packs
                them.
            kept: snapshots by their step, as `Checkpoint.to_bytes`.

        Returns:
            what people ask of the run.
        """
        last_step = first_step + len(losses) - 1
        levels, self._levels = self._levels_before(first_step, losses.shape[1]), None
        levels.add(losses)
        with self.database.write() as db:
            self._update(
                db,
                step=last_step,
                rate=rate,
                d_loss=float(losses[-1, 0]),
                g_loss=float(losses[-1, 1]),
            )
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
            history.keep(db, self.run_id, levels)
            if preview is not None:
                data = np.ascontiguousarray(preview, "<f4").tobytes()
                self._replace(db, previews, step=last_step, n_rows=len(preview), data=data)
            if networks is not None:
                self._replace(db, players, step=last_step, data=networks)
            if kept:
                self._keep(db, kept)
            columns = (runs.c.want, runs.c.watched_at, runs.c.edit)
            asked = sa.select(*columns).where(runs.c.id == self.run_id)
            row = db.execute(asked).one()
        self._seq += 1
        self._levels = levels
        watched = row.watched_at is not None and row.watched_at > time.time() - WATCH_SECONDS
        return Request(row.want or ("edit" if row.edit else ""), watched)

    def _levels_before(self, step: int, n_columns: int) -> Levels:
        """Of the steps before one; read anew where a write failed, or there are more columns."""
        if self._levels and self._levels.n_columns == n_columns:
            return self._levels
        return history.continued(self.database, self.run_id, step - 1, n_columns)

    def take_up_edit(self) -> None:
        """Write the settings that are to change into the run's config, at the last stored step."""
        with self.database.write() as db:
            self._update(db)
            take_up(db, self.run_id)

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace the run's checkpoint."""
        data = checkpoint.to_bytes()
        with self.database.write() as db:
            self._update(db)
            self._replace(db, checkpoints, step=checkpoint.step, data=data)

    def beat(self) -> None:
        """Say that the worker lives: it has heard what it was asked, and is busy in one piece."""
        with self.database.write() as db:
            self._update(db, want_at=sa.case((runs.c.want == "", None), else_=time.time()))

    def end(self, status: str, reason: str = "", scores: ScoreReport | None = None) -> None:
        """Leave the run in a state of rest; what was wanted of it is done."""
        with self.database.write() as db:
            if status in model.RESUMABLE:
                take_up(db, self.run_id)  # asked for in the last moment
            changes: dict[str, object] = {"status": status, "reason": reason, "want": ""}
            changes |= {"until_step": None, "edit": None}
            if scores:
                changes["scores"] = json.dumps(scores.to_dict())
            self._update(db, ended_at=time.time(), **changes)

    def rest_at_goal(self) -> None:
        """Pause after the steps that were asked for, unless more has been asked for meanwhile."""
        now = time.time()
        with self.database.write() as db:
            self._update(db)
            mine = runs.c.id == self.run_id
            row = db.execute(sa.select(runs.c.want, runs.c.until_step).where(mine)).one()
            take_up(db, self.run_id)
            status = {"stop": model.STOPPED, "pause": model.PAUSED}.get(row.want, model.PAUSED)
            if row.until_step is None and not row.want:  # it was resumed
                self._update(db, status=model.QUEUED, queued_at=now)
            else:
                self._update(db, status=status, want="", ended_at=now, until_step=None)

    def _update(self, db: sa.Connection, **changes: object) -> None:
        """Write to the run's row, and so prove that this attempt still owns it."""
        mine = sa.and_(
            runs.c.id == self.run_id,
            runs.c.attempt == self.number,
            runs.c.status == model.RUNNING,
        )
        values = changes or {"attempt": self.number}
        if not db.execute(runs.update().where(mine).values(**values)).rowcount:
            raise self._stale()

    def _keep(self, db: sa.Connection, kept: Mapping[int, bytes]) -> None:
        mine = sa.and_(snapshots.c.run_id == self.run_id, snapshots.c.step.in_(list(kept)))
        db.execute(snapshots.delete().where(mine))
        common = {"run_id": self.run_id, "attempt": self.number}
        db.execute(
            snapshots.insert(), [{**common, "step": s, "data": data} for s, data in kept.items()]
        )

    def _replace(self, db: sa.Connection, table: sa.Table, **values: object) -> None:
        db.execute(table.delete().where(table.c.run_id == self.run_id))
        db.execute(table.insert().values(run_id=self.run_id, attempt=self.number, **values))

    def _stale(self) -> StaleAttemptError:
        return StaleAttemptError(
            f"Attempt {self.number} no longer owns the run {self.run_id}: it was taken over, "
            "ended or deleted."
        )
