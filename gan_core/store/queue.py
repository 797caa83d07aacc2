"""The queue as a dispatcher uses it: claim jobs, keep them, requeue orphans."""

import os
import secrets
import socket
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field

import sqlalchemy as sa

from gan_core.store import model
from gan_core.store.changes import Unchanged, Watch
from gan_core.store.database import Database
from gan_core.store.discarding import purge
from gan_core.store.rows import change, lock
from gan_core.store.schema import checkpoints, dispatchers, jobs
from gan_core.store.turns import next_in_turn

SILENT_SECONDS = 15.0  # not heard of for so long, longer than a write may wait: dead
BEGIN_SECONDS = 60.0  # before a worker has started; takes seconds even if the forkserver restarts
MAX_RESTARTS = 3  # of a job whose server died under it, before a person has to look


@dataclass(frozen=True)
class Claim:
    """A job that this dispatcher has to start."""

    run_id: str
    attempt: int


@dataclass(frozen=True)
class DispatcherInfo:
    """A dispatcher as it last announced itself: by default a new one in this process."""

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    slots: int = 1
    device: str = ""
    torch_version: str = ""
    seen_at: float = 0.0


class Queue:
    """Atomic operations of one dispatcher on the store.

    Args:
        database: the store's database.
        me: how this dispatcher announces itself.
        clock: seconds that only go forward.
        max_active: jobs of one owner that may run at once; None: any number.

    Attributes:
        may_have_changed: whether the store may have, since this was last asked; takes 10 us.
    """

    def __init__(
        self,
        database: Database,
        me: DispatcherInfo,
        clock: Callable[[], float] = time.monotonic,
        max_active: int | None = None,
    ) -> None:
        self._database = database
        self._me = me
        self._max_active = max_active
        self.may_have_changed = Watch(database).may_have_changed
        self._unchanged = Unchanged(clock)

    def announce(self, device: str = "", torch_version: str = "") -> None:
        """Say that this dispatcher lives, and what it found; forget those long silent."""
        now = time.time()
        found = {"device": device, "torch_version": torch_version, "seen_at": now}
        with self._database.write() as db:
            mine, old = dispatchers.c.id == self._me.id, dispatchers.c.seen_at < now - 3600
            db.execute(dispatchers.delete().where(sa.or_(mine, old)))
            db.execute(dispatchers.insert().values(asdict(self._me) | found))

    def purge(self) -> None:
        """Erase the jobs that were discarded a day ago."""
        purge(self._database)

    def leave(self) -> None:
        """Say that this dispatcher ends, its workers with it; another one takes its jobs over."""
        with self._database.write() as db:
            db.execute(dispatchers.delete().where(dispatchers.c.id == self._me.id))

    def claim(self, *, short: bool = False) -> Claim | None:
        """Take the job whose turn it is (see `gan_core.store.turns`), None if none may start.

        It is to be a short one, that does a few steps and pauses again, or any.
        """
        first = next_in_turn(self._max_active, short=short)
        with self._database.read() as db:  # a look is cheaper than the write lock
            if db.execute(first).first() is None:
                return None
        with self._database.write() as db:
            # One that is held, for instance to be edited, is waited for if there is no other.
            row = db.execute(first.with_for_update(of=jobs, skip_locked=True)).first()
            row = row or db.execute(first.with_for_update(of=jobs)).first()
            if row is None:
                return None
            taken = {"status": model.RUNNING, "attempt": row.attempt + 1, "want": ""}
            change(db, row.id, dispatcher=self._me.id, worker_pid=None, **taken)
        return Claim(row.id, row.attempt + 1)

    def give_back(self, claim: Claim) -> None:
        """Requeue a job in its old place, because no worker could be started for it."""
        with self._database.write() as db:
            db.execute(jobs.update().where(_works_on(claim)).values(status=model.QUEUED))

    def ended(self, claim: Claim, reason: str) -> None:
        """Record that an attempt's process is gone; a job still marked as running has failed.

        A worker that ended in order has said so itself before. One that was to stop and had to be
        killed is stopped, not failed.
        """
        for what in ("asked", "alive"):
            self._unchanged.forget((what, claim))
        with self._database.write() as db:
            mine = sa.select(jobs.c.want, jobs.c.reason).where(_works_on(claim)).with_for_update()
            row = db.execute(mine).first()
            if row is None:
                return
            status = {"stop": model.STOPPED, "pause": model.PAUSED}.get(row.want, model.FAILED)
            if status == model.FAILED:
                why = reason or "its worker ended without a result"
            else:
                why = row.reason  # of who asked it to rest
            values = {"status": status, "reason": why, "want": "", "ended_at": time.time()}
            change(db, claim.run_id, **values)

    def is_overdue(self, claim: Claim, seconds: float) -> bool:
        """Whether a worker should have let go: its job was deleted, or asked to rest long ago."""
        query = sa.select(jobs.c.attempt, jobs.c.status, jobs.c.want, jobs.c.want_at)
        with self._database.read() as db:
            row = db.execute(query.where(jobs.c.id == claim.run_id)).one_or_none()
        if row is None or row.attempt != claim.attempt:
            return True
        waited = self._unchanged.seconds(("asked", claim), (row.want, row.want_at))
        return row.status == model.RUNNING and bool(row.want) and waited > seconds

    def lost_its_worker(self, claim: Claim, seconds: float) -> bool:
        """Whether an attempt that a worker got so long ago runs, and nothing is heard of it."""
        query = sa.select(jobs.c.worker_pid, jobs.c.heartbeat_at).where(_works_on(claim))
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        if row is None:
            return False
        if row.worker_pid is None:
            return seconds > BEGIN_SECONDS
        return self._unchanged.seconds(("alive", claim), row.heartbeat_at) > SILENT_SECONDS

    def adopt_orphans(self, mine: Collection[Claim]) -> int:
        """Requeue jobs that nobody works on; they continue from their last checkpoint.

        Those are the jobs of dispatchers that died, and those of this one that it does not know:
        it has just started in the place of one that died, or could not give them back.

        Args:
            mine: the claims that this dispatcher has given to workers.
        """
        attempt = (jobs.c.id, jobs.c.attempt)
        running = sa.select(*attempt, jobs.c.dispatcher).where(jobs.c.status == model.RUNNING)
        with self._database.read() as db:
            claimed = {Claim(id_, number): theirs for id_, number, theirs in db.execute(running)}
            seen = {row.id: row.seen_at for row in db.execute(sa.select(dispatchers))}
        dead = {one for one in claimed.values() if self._is_dead(one, seen)}
        unknown = {c for c, theirs in claimed.items() if theirs == self._me.id} - {*mine}
        lost = unknown | {claim for claim, theirs in claimed.items() if theirs in dead}
        if not lost:
            return 0
        with self._database.write() as db:
            these = sa.tuple_(*attempt).in_([(claim.run_id, claim.attempt) for claim in lost])
            orphans = lock(db, jobs.c.status == model.RUNNING, these)
            _give_back(db, orphans)
        return len(orphans)

    def _is_dead(self, dispatcher: str | None, seen: Mapping[str, float]) -> bool:
        if dispatcher == self._me.id:
            return False
        if dispatcher is None or dispatcher not in seen:
            return True
        return self._unchanged.seconds(dispatcher, seen[dispatcher]) > SILENT_SECONDS


def _works_on(claim: Claim) -> sa.ColumnElement[bool]:
    mine = sa.and_(jobs.c.id == claim.run_id, jobs.c.attempt == claim.attempt)
    return sa.and_(mine, jobs.c.status == model.RUNNING)


def _give_back(db: sa.Connection, orphans: list[str]) -> None:
    """Grant orphans' pending requests, else requeue them, but not forever."""
    now = time.time()
    progress = sa.exists().where(checkpoints.c.run_id == jobs.c.id)
    hopeless = sa.and_(jobs.c.want == "", jobs.c.attempt >= MAX_RESTARTS, ~progress)
    mine = jobs.c.id.in_(orphans)
    reason = "the server died several times before the job reached a checkpoint"
    failed = {"status": model.FAILED, "reason": reason, "ended_at": now}
    db.execute(jobs.update().where(mine, hopeless).values(**failed))
    asked = sa.case(
        (jobs.c.want == "pause", model.PAUSED),
        (jobs.c.want == "stop", model.STOPPED),
        else_=model.QUEUED,
    )
    ended = sa.case((jobs.c.want == "", None), else_=now)
    values = {"status": asked, "want": "", "worker_pid": None, "ended_at": ended}
    db.execute(jobs.update().where(mine, jobs.c.status == model.RUNNING).values(**values))


def live_dispatchers(database: Database) -> list[DispatcherInfo]:
    with database.read() as db:
        rows = db.execute(sa.select(dispatchers).order_by(dispatchers.c.host, dispatchers.c.pid))
        found = [DispatcherInfo(**row._mapping) for row in rows]
    # Nearness, not age: one that died before the clock was set back does not live for ever.
    return [info for info in found if abs(info.seen_at - time.time()) < SILENT_SECONDS]


def is_unattended(database: Database, found: Iterable[model.Job]) -> bool:
    """Whether one of these jobs waits while there is no dispatcher that could start it."""
    long_ago = time.time() - SILENT_SECONDS  # one that has just started need not say so yet
    waits = any(job.status == model.QUEUED and (job.queued_at or 0) < long_ago for job in found)
    return waits and not live_dispatchers(database)
