"""Deleting jobs so that they can be brought back for a day."""

import time
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from gan_core.errors import RunStateError
from gan_core.store import model, schema
from gan_core.store.database import Database
from gan_core.store.model import Job
from gan_core.store.rows import change, lock, read, with_members
from gan_core.store.schema import jobs
from gan_core.store.steering import Steering, erase

KEPT_SECONDS = 24 * 3600.0


class Discarding(Steering):
    """Discard, restore.

    A discarded job is seen by nobody and takes part in nothing, but all it produced is still there,
    and takes space, until it is restored, deleted or, after a day, erased by the server.
    """

    def discard(self, job_id: str) -> None:
        """Hide a job, with its members if it is a group; one that is still going is stopped.

        Also on a full disk, as `delete`.
        """

        def hide(db: sa.Connection) -> None:
            held = self._hold(db, job_id)
            if any(job.id == job_id and job.group_id for job in held):
                raise RunStateError("This run is one of a group. Delete the whole group.")
            now = time.time()
            ids = [job.id for job in held]
            running = [job.id for job in held if job.status == model.RUNNING]
            change(db, running, want="stop", want_at=now)
            waiting = [job.id for job in held if job.status == model.QUEUED]
            change(db, waiting, want="", status=model.STOPPED, ended_at=now)
            change(db, ids, deleted_at=now)

        self.database.delete(hide)

    def restore(self, job_id: str) -> None:
        """Bring back a discarded job with all it produced; one that was going is stopped."""
        with self.database.write() as db:
            held = self._hold(db, job_id, discarded=True)
            change(db, [job.id for job in held], deleted_at=None)

    def discarded(self) -> Sequence[Job]:
        """The discarded jobs that the user may restore, the last one first; a group is one."""
        with self.database.read() as db:
            found = read(db, jobs.c.deleted_at.is_not(None), jobs.c.group_id.is_(None))
        mine = [job for job in found if self._may_change(job)]
        return sorted(mine, key=lambda job: job.deleted_at or 0.0, reverse=True)

    def size(self, job_ids: Iterable[str]) -> int:
        """The bytes of all that jobs, and members of groups, have produced."""
        total = 0
        with self.database.read() as db:
            for job_id in job_ids:
                family = sa.select(jobs.c.id).where(with_members(job_id))
                for table in schema.OF_A_JOB:
                    if "data" in table.c:
                        bytes_ = sa.func.coalesce(sa.func.sum(sa.func.length(table.c.data)), 0)
                        total += db.scalar(sa.select(bytes_).where(table.c.run_id.in_(family))) or 0
        return total


def purge(database: Database) -> None:
    """Erase what was discarded a day ago."""
    old = jobs.c.deleted_at < time.time() - KEPT_SECONDS
    with database.read() as db:
        if not db.scalar(sa.select(sa.exists().where(old))):
            return
    database.delete(lambda db: erase(db, lock(db, old)))  # some may just have been restored
