"""What users request of jobs of any kind; a request to a group goes to all its members."""

import time
from collections.abc import Sequence

import sqlalchemy as sa

from gan_core.errors import LimitError, RunStateError
from gan_core.naming import clean_name
from gan_core.store import model, schema
from gan_core.store.groups import status_of
from gan_core.store.model import Job, check_id
from gan_core.store.reading import Reading
from gan_core.store.rows import change, lock, with_members
from gan_core.store.schema import jobs


class Steering(Reading):
    """Pause, stop, resume, rename, delete.

    All verbs raise `RunNotFoundError` if the user sees no such job, `AccessError` if it is somebody
    else's, and `RunStateError` if it is not in a state for that.
    """

    def pause(self, job_id: str) -> None:
        """Ask a job to pause where it is; a waiting one leaves the queue at once."""
        self._ask(job_id, "pause", model.PAUSED, (model.QUEUED, model.RUNNING))

    def stop(self, job_id: str) -> None:
        """Ask a job to end; what it has produced is kept."""
        self._ask(job_id, "stop", model.STOPPED, (model.QUEUED, model.RUNNING, model.PAUSED))

    def resume(self, job_id: str) -> None:
        """Put a paused, stopped or failed job back into the queue, to continue from its checkpoint.

        Without a checkpoint it starts over; a run that was doing a few steps continues to its end.
        One with a speed continues in slow motion, played by the user.

        Raises:
            LimitError: too many are waiting already.
        """
        with self.database.write() as db:
            held = self._hold(db, job_id)
            if not any(job.can_resume or _is_stepping(job) for job in held):
                raise RunStateError(f"This run is {_status(held)}; it cannot be resumed.")
            if isinstance(held[0], model.Run) and held[0].speed:
                self._play(db, held[0])
            else:
                self._go_on(db, held)

    def rename(self, job_id: str, name: str) -> None:
        with self.database.write() as db:
            self._hold(db, job_id)
            if not clean_name(name):
                raise RunStateError("A name needs at least one visible character.")
            change(db, job_id, name=clean_name(name))

    def delete(self, job_id: str) -> None:
        """Delete a job with all it produced. A running one loses its worker at its next write.

        It cannot be brought back (see `discard`); a discarded one can be deleted too. A group is
        deleted with its members, and with the last of them.
        """
        job_id = check_id(job_id)

        def everything(db: sa.Connection) -> None:
            lock(db, _family(job_id))
            held = self._hold(db, job_id, discarded=None)
            erase(db, [job.id for job in held])
            member = jobs.alias()
            empty = ~sa.exists().where(member.c.group_id == jobs.c.id)
            for group_id in {job.group_id for job in held if job.group_id} - {job_id}:
                db.execute(jobs.delete().where(jobs.c.id == group_id, empty))

        self.database.delete(everything)

    def _ask(self, job_id: str, want: str, at_once: str, allowed: tuple[str, ...]) -> None:
        """Request something of a running job, or do it at once to one that is not running."""
        now = time.time()
        with self.database.write() as db:
            held = self._hold(db, job_id)
            able = [job for job in held if job.status in allowed]
            played = [job.id for job in held if isinstance(job, model.Run) and job.in_slow_motion]
            change(db, played, is_played=False)
            if not able and not played:
                raise RunStateError(f"This run is {_status(held)}; there is nothing to {want}.")
            running = [job.id for job in able if job.status == model.RUNNING]
            resting = [job.id for job in able if job.status != model.RUNNING]
            change(db, running, want=want, want_at=now)
            change(db, resting, want="", status=at_once, ended_at=now)

    def _go_on(self, db: sa.Connection, held: Sequence[Job]) -> None:
        """Continue to the end, at full speed."""
        resting = [job.id for job in held if job.can_resume]
        stepping = [job.id for job in held if _is_stepping(job)]
        if resting:
            self._check_queue(db, len(resting), held[0].owner)
        values = {"status": model.QUEUED, "reason": "", "want": "", "queued_at": time.time()}
        change(db, resting, **values)
        single = jobs.c.priority == schema.SINGLE_STEPS
        priority = sa.case((single, schema.ALONE), else_=jobs.c.priority)
        moved = {"priority": priority, "until_step": None, "is_played": False, "player": None}
        change(db, [*resting, *stepping], **moved)

    def _play(self, db: sa.Connection, run: model.Run) -> None:
        """Make the user play a run in slow motion: it pauses, for his browser to ask for steps."""
        now = self._rule.clock()
        change(db, run.id, is_played=True, player=self.user, asked_at=now, reason="")
        if run.status == model.RUNNING and not run.is_stepping:
            change(db, run.id, want="pause", want_at=now)
        elif not run.is_stepping:
            change(db, run.id, status=model.PAUSED, want="")

    def _check_queue(self, db: sa.Connection, n_more: int, owner: str) -> None:
        """Refuse more than may wait; whoever else puts jobs into the queue waits for this."""
        self.database.alone(db)
        count = sa.select(sa.func.count()).where(jobs.c.status == model.QUEUED)
        waiting, theirs = db.scalar(count) or 0, db.scalar(count.where(jobs.c.owner == owner)) or 0
        if waiting + n_more > self.limits.max_queued:
            raise LimitError(
                f"{waiting:,} runs are waiting already; this server allows "
                f"{self.limits.max_queued:,}. Try again when some are done."
            )
        if theirs + n_more > self.limits.max_waiting:
            raise LimitError(
                f"{theirs:,} of your runs are waiting already and this adds {n_more:,}, this "
                f"server allows {self.limits.max_waiting:,} of one visitor. Try again when some "
                "are done, or delete some."
            )


def erase(db: sa.Connection, ids: Sequence[str]) -> None:
    """Delete the rows of jobs in all tables."""
    for table in schema.OF_A_JOB:
        key = table.c.job_id if table is schema.trainings else table.c.run_id
        db.execute(table.delete().where(key.in_(ids)))
    db.execute(jobs.delete().where(jobs.c.id.in_(ids)))


def _status(held: Sequence[Job]) -> str:
    """The status of a job, or of all members together."""
    return status_of([job.status for job in held if job.kind != model.GROUP])


def _is_stepping(job: Job) -> bool:
    return isinstance(job, model.Run) and job.is_stepping


def _family(job_id: str) -> sa.ColumnElement[bool]:
    """A job, its members, and the group that it is a member of."""
    group = sa.select(jobs.c.group_id).where(jobs.c.id == job_id).scalar_subquery()
    return sa.or_(with_members(job_id), jobs.c.id == group)
