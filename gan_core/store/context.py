"""A job of any kind as its worker sees it: one attempt at it."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gan_core.errors import StaleAttemptError
from gan_core.store import model
from gan_core.store.database import Database
from gan_core.store.model import Job
from gan_core.store.rows import change, locked, read
from gan_core.store.schema import checkpoints, jobs


@dataclass
class Context:
    """What a worker needs to work on a job. Writes are refused once it no longer owns the job.

    Attributes:
        run_id: the job.
        number: this attempt's number, as given by the dispatcher's claim.
        is_closing: whether it does what takes long and cannot be interrupted before it ends: so
            what users request meanwhile is not overdue.
    """

    database: Database
    run_id: str
    number: int
    is_closing: bool = False

    def job(self) -> Job:
        """The job in its current state.

        Raises:
            StaleAttemptError: it was deleted.
        """
        with self.database.read() as db:
            found = read(db, jobs.c.id == self.run_id)
        if not found:
            raise self._stale()
        return found[0]

    def start(self, worker_pid: int) -> None:
        now = time.time()
        with self.database.write() as db:
            self._hold(db)
            values = {"started_at": now, "heartbeat_at": now, "rate": None}
            change(db, self.run_id, worker_pid=worker_pid, **values)

    def beat(self, *, is_closing: bool = False) -> Job:
        """Report that the worker is alive; a dispatcher terminates one that is silent for long.

        Args:
            is_closing: as the attribute of the context that works, which is not this one.
        """
        now = time.time()
        with self.database.write() as db:
            job = self._hold(db)
            asked = {"want_at": now} if is_closing and job.want else {}
            change(db, self.run_id, heartbeat_at=now, **asked)
        return job

    def ask_to_rest(self, want: str, reason: str) -> None:
        """Ask for "pause" or "stop" as people do, for a reason that the job keeps.

        What somebody has asked for already counts more.
        """
        with self.database.write() as db:
            if not self._hold(db).want:
                change(db, self.run_id, want=want, want_at=time.time(), reason=reason)

    def report(self, progress: int, rate: float | None = None) -> str:
        """Store the progress; returns what users want: "", "pause" or "stop"."""
        with self.database.write() as db:
            job = self._hold(db)
            change(db, self.run_id, progress=progress, rate=rate)
        return job.want

    def keep(self, progress: int, state: bytes) -> None:
        """Replace the state from which a later attempt continues."""
        with self.database.write() as db:
            self._hold(db)
            self._replace(db, checkpoints, step=progress, data=state)

    def kept(self) -> tuple[int, bytes] | None:
        """The progress and state kept last, None before the first."""
        columns = (checkpoints.c.step, checkpoints.c.data)
        with self.database.read() as db:
            row = db.execute(sa.select(*columns).where(checkpoints.c.run_id == self.run_id)).first()
        return (row.step, row.data) if row else None

    def close(self, status: str, reason: str = "", result: Mapping[str, Any] | None = None) -> None:
        """Close the job with a final or paused status, and clear what was requested."""
        with self.database.write() as db:
            job = self._hold(db)
            asked_why = job.reason if status in model.RESUMABLE else ""
            self._close(db, status, reason or asked_why, result)

    def _close(
        self, db: sa.Connection, status: str, reason: str, result: Mapping[str, Any] | None
    ) -> None:
        kept = {"result": json.dumps(result)} if result is not None else {}
        values = {"status": status, "reason": reason, "want": "", "ended_at": time.time()}
        change(db, self.run_id, **values, **kept)

    def _hold(self, db: sa.Connection) -> Job:
        """The job, locked, which proves that this attempt still owns it."""
        mine = (jobs.c.attempt == self.number, jobs.c.status == model.RUNNING)
        found = locked(db, jobs.c.id == self.run_id, *mine)
        if not found:
            raise self._stale()
        return found[0]

    def _replace(self, db: sa.Connection, table: sa.Table, **values: object) -> None:
        db.execute(table.delete().where(table.c.run_id == self.run_id))
        db.execute(table.insert().values(run_id=self.run_id, attempt=self.number, **values))

    def _stale(self) -> StaleAttemptError:
        return StaleAttemptError(
            f"Attempt {self.number} no longer owns the run {self.run_id}: it was taken over, "
            "ended or deleted."
        )
