"""Reading the store: one job, all jobs, the queue."""

from collections.abc import Sequence
from itertools import islice

import sqlalchemy as sa

from gan_core.errors import AccessError, RunNotFoundError
from gan_core.limits import Limits
from gan_core.store import model
from gan_core.store.access import RULE, Rule
from gan_core.store.database import Database
from gan_core.store.groups import together
from gan_core.store.model import AWAY_SECONDS, Job, Run, check_id
from gan_core.store.rows import SELECT, job_of, locked, read, with_members
from gan_core.store.schema import jobs
from gan_core.store.turns import place


class Reading:
    """What every user of the store can read.

    The user may see and change what the rule says; None is the server itself, which may do
    everything.
    """

    def __init__(
        self,
        database: Database,
        limits: Limits | None = None,
        user: str | None = None,
        rule: Rule = RULE,
    ) -> None:
        self.database = database
        self.limits = limits or Limits.from_environment()
        self.user = user
        self._rule = rule

    def get(self, run_id: object) -> Run:
        """One training, or a group of them; `RunNotFoundError` as `job`."""
        run = self.job(run_id)
        if isinstance(run, Run):
            return run
        raise _not_found(run.id)

    def job(self, job_id: object) -> Job:
        """One job of any kind; `RunNotFoundError` if the user sees none with this id."""
        job_id = check_id(job_id)
        with self.database.read() as db:
            rows = read(db, with_members(job_id))
        found = next((job for job in rows if job.id == job_id), None)
        if found is None or not self.may_see(found):
            raise _not_found(job_id)
        return _whole(found, rows)

    def members(self, group: Job) -> Sequence[Run]:
        """The runs of a group, each on its own, in the order of their configs."""
        self.job(group.id)
        with self.database.read() as db:
            return [job for job in read(db, jobs.c.group_id == group.id) if isinstance(job, Run)]

    def lead(self, run: Run) -> Run:
        """The run whose networks represent a run: for a group, its first member."""
        return self.members(run)[0] if run.is_group else run

    def list(self, limit: int = 1000) -> Sequence[Run]:
        """Trainings and groups of them, newest first."""
        return [job for job in self.all_jobs(limit) if isinstance(job, Run)]

    def all_jobs(self, limit: int = 1000) -> Sequence[Job]:
        """Jobs of all kinds, newest first; a group counts as one."""
        query = SELECT.where(jobs.c.group_id.is_(None), jobs.c.deleted_at.is_(None))
        newest = query.order_by(jobs.c.created_at.desc(), jobs.c.id)
        with self.database.read() as db:
            seen = (job for job in map(job_of, db.execute(newest)) if self.may_see(job))
            found = list(islice(seen, limit))
            groups = [job.id for job in found if job.kind == model.GROUP]
            members = read(db, jobs.c.group_id.in_(groups)) if groups else []
        return [_whole(job, members) for job in found]

    def newest(self, since: float) -> Run | None:
        """The run that the user himself created last, unless that was before a time."""
        theirs = sa.and_(jobs.c.owner == self.user, jobs.c.created_at > since)
        runs = sa.and_(jobs.c.kind.in_((model.TRAINING, model.GROUP)), jobs.c.group_id.is_(None))
        with self.database.read() as db:
            found = read(db, theirs, runs)
        return self.get(found[-1].id) if found else None

    def counts(self) -> dict[str, int]:
        """Number of jobs in each status, of all users."""
        query = sa.select(jobs.c.status, sa.func.count()).where(jobs.c.deleted_at.is_(None))
        query = query.group_by(jobs.c.status)
        with self.database.read() as db:
            found = {status: count for status, count in db.execute(query)}
        return {status: found.get(status, 0) for status in model.STATUSES}

    def place_in_queue(self, job: Job) -> int:
        """1 for the job that starts next, 0 for one not waiting; for a group, its first's."""
        if job.status != model.QUEUED:
            return 0
        with self.database.read() as db:
            return db.scalar(place(job.id)) or 0

    def may_see(self, job: Job) -> bool:
        """Whether the user sees a job; a discarded one is seen by nobody."""
        return job.deleted_at is None and self._sees(job)

    def may_change(self, job: Job) -> bool:
        """Whether the user may steer a job; if not, verbs refuse, whatever a page shows."""
        return job.deleted_at is None and self._may_change(job)

    def plays(self, job: Job) -> bool:
        """Whether the user is who plays it, or would go on if he opened its page again."""
        return isinstance(job, Run) and job.player == self.user

    def is_moving(self, job: Job) -> bool:
        """Whether a run is in slow motion: its player is there, or is the user."""
        if not isinstance(job, Run) or not job.in_slow_motion:
            return False
        return self.plays(job) or job.player_at(self._rule.clock()) is not None

    def _sees(self, job: Job) -> bool:
        """What the rule says of seeing a job, discarded or not."""
        return self.user is None or self._rule.may_see(self.user, job)

    def _may_change(self, job: Job) -> bool:
        """What the rule says of changing a job, discarded or not."""
        rule, user = self._rule, self.user
        if user is None:
            return True
        allowed = self._sees(job) and rule.may_change(user, job)
        return allowed and not rule.is_played_by_another(user, job)

    def _hold(
        self, db: sa.Connection, job_id: object, *, discarded: bool | None = False
    ) -> Sequence[Job]:
        """A job that the user may change, with its members: locked, in order of id.

        Args:
            db: a write transaction.
            job_id: the job.
            discarded: whether it has to be a discarded one; None: either.
        """
        job_id = check_id(job_id)
        held = locked(db, with_members(job_id))
        job = next((job for job in held if job.id == job_id), None)
        if job is None or not self._sees(job):
            raise _not_found(job_id)
        if discarded is not None and discarded != (job.deleted_at is not None):
            raise _not_found(job_id)
        if not self._may_change(job):
            if self.user is not None and self._rule.is_played_by_another(self.user, job):
                raise AccessError(
                    f"Somebody else is playing the run {job.name!r}. It can be steered by others "
                    f"when he has asked for no step for {AWAY_SECONDS / 60:g} minutes. Until then, "
                    "fork it, or train its settings."
                )
            raise AccessError(
                f"The run {job.name!r} is not yours to change. Fork it, or duplicate its settings."
            )
        return held


def _whole(job: Job, rows: Sequence[Job]) -> Job:
    """A job as users see it: a group combines its members."""
    if job.kind != model.GROUP:
        return job
    return together(job, [row for row in rows if row.group_id == job.id and isinstance(row, Run)])


def _not_found(job_id: str) -> RunNotFoundError:
    return RunNotFoundError(
        f"There is no run {job_id!r} on this server. It may have been deleted, or the link "
        "is for another server. Choose a run on the Runs page."
    )
