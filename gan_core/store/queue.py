"""The queue from the side of a dispatcher: claim runs, keep them, give back orphans."""

import socket
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

import psutil
import sqlalchemy as sa

from gan_core.store import model
from gan_core.store.database import Database
from gan_core.store.schema import QUEUE_ORDER, checkpoints, dispatchers, runs

SILENT_SECONDS = 15.0  # not seen for so long, longer than a write may wait: dead
BEGIN_SECONDS = 60.0  # before a worker has begun; seconds even where the forkserver starts anew
MAX_RESTARTS = 3  # of a run whose server died under it, before a person has to look


@dataclass(frozen=True)
class Claim:
    """A run that this dispatcher has to start."""

    run_id: str
    attempt: int


@dataclass(frozen=True)
class DispatcherInfo:
    """A dispatcher as it last announced itself."""

    id: str
    host: str
    pid: int
    slots: int
    device: str
    torch_version: str
    seen_at: float


class Queue:
    """Atomic operations of one dispatcher on the store.

    Args:
        database: the store's database.
        me: how this dispatcher announces itself.
    """

    def __init__(self, database: Database, me: DispatcherInfo) -> None:
        self._database = database
        self._me = me
        self._watch: sa.PoolProxiedConnection | None = None
        self._seen: object = None

    def may_have_changed(self) -> bool:
        """Whether the store may have changed since this was last asked; for the price of 10 us.

        SQLite counts the commits of others; other databases are taken to change always.
        """
        if not self._database.is_sqlite:
            return True
        if self._watch is None:
            self._watch = self._database.engine.raw_connection()
        before = self._seen
        try:
            self._seen = self._watch.cursor().execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return True  # a look will tell what is wrong
        return self._seen != before

    def announce(self, device: str = "", torch_version: str = "") -> None:
        """Say that this dispatcher lives, and what it found; forget those long silent."""
        self._me = replace(
            self._me, device=device, torch_version=torch_version, seen_at=time.time()
        )
        values = asdict(self._me)
        with self._database.write() as db:
            old = dispatchers.c.seen_at < time.time() - 3600
            db.execute(dispatchers.delete().where(sa.or_(dispatchers.c.id == self._me.id, old)))
            db.execute(dispatchers.insert().values(**values))

    def claim(self, *, short: bool = False) -> Claim | None:
        """Take the run that has waited longest, None if none waits.

        Args:
            short: take only one that is to do a few steps and rest again.
        """
        allowed = runs.c.until_step.is_not(None) if short else sa.true()
        first = (
            sa.select(runs.c.id, runs.c.attempt)
            .where(runs.c.status == model.QUEUED, allowed)
            .order_by(*QUEUE_ORDER)
            .limit(1)
        )
        with self._database.read() as db:  # a look is cheaper than the write lock
            if db.execute(first).first() is None:
                return None
        with self._database.write() as db:
            row = db.execute(first.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            taken = {
                "status": model.RUNNING,
                "attempt": row.attempt + 1,
                "dispatcher": self._me.id,
                "worker_pid": None,
                "want": "",
            }
            db.execute(runs.update().where(runs.c.id == row.id).values(**taken))
        return Claim(row.id, row.attempt + 1)

    def give_back(self, claim: Claim) -> None:
        """Let a run wait again in its old place, because no worker could be started for it."""
        mine = sa.and_(runs.c.id == claim.run_id, runs.c.attempt == claim.attempt)
        running = sa.and_(mine, runs.c.status == model.RUNNING)
        with self._database.write() as db:
            db.execute(runs.update().where(running).values(status=model.QUEUED))

    def ended(self, claim: Claim, reason: str) -> None:
        """Note that an attempt's process is gone; a run that still counts as running has failed.

        A worker that ended in order has said so itself before. One that was to stop and had to be
        killed is stopped, not failed.
        """
        mine = sa.and_(runs.c.id == claim.run_id, runs.c.attempt == claim.attempt)
        with self._database.write() as db:
            running = sa.and_(mine, runs.c.status == model.RUNNING)
            want = db.scalar(sa.select(runs.c.want).where(running))
            status = {"stop": model.STOPPED, "pause": model.PAUSED}.get(want or "", model.FAILED)
            why = (reason or "its worker ended without a result") if status == model.FAILED else ""
            values = {"status": status, "reason": why, "want": "", "ended_at": time.time()}
            db.execute(runs.update().where(running).values(**values))

    def is_overdue(self, claim: Claim, seconds: float) -> bool:
        """Whether a worker should have let go: its run was deleted, or asked to rest long ago."""
        query = sa.select(runs.c.attempt, runs.c.status, runs.c.want, runs.c.want_at)
        with self._database.read() as db:
            row = db.execute(query.where(runs.c.id == claim.run_id)).one_or_none()
        if row is None or row.attempt != claim.attempt:
            return True
        asked = row.status == model.RUNNING and row.want and row.want_at
        return bool(asked) and row.want_at < time.time() - seconds

    def lost_its_worker(self, claim: Claim, seconds: float) -> bool:
        """Whether an attempt counts as running while its process, on this host, does not exist.

        Args:
            claim: the attempt.
            seconds: how long ago it was given to a worker.
        """
        query = sa.select(runs.c.worker_pid).where(
            runs.c.id == claim.run_id,
            runs.c.attempt == claim.attempt,
            runs.c.status == model.RUNNING,
        )
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        if row is None:
            return False
        if row.worker_pid is None:
            return seconds > BEGIN_SECONDS
        return not psutil.pid_exists(row.worker_pid)

    def adopt_orphans(self) -> int:
        """Requeue runs whose dispatcher died; they go on from their last checkpoint.

        Returns:
            how many.
        """
        with self._database.read() as db:
            claimed = set(
                db.scalars(
                    sa.select(runs.c.dispatcher).where(runs.c.status == model.RUNNING).distinct()
                )
            )
            known = {row.id: row for row in db.execute(sa.select(dispatchers))}
        dead = [i for i in claimed - {self._me.id} if i is None or not _lives(known.get(i))]
        if not dead:
            return 0
        orphan = sa.and_(runs.c.status == model.RUNNING, runs.c.dispatcher.in_(dead))
        progress = sa.exists().where(checkpoints.c.run_id == runs.c.id)
        hopeless = sa.and_(orphan, runs.c.want == "", runs.c.attempt >= MAX_RESTARTS, ~progress)
        with self._database.write() as db:
            reason = "the server died under it several times before it came to a checkpoint"
            failed = {"status": model.FAILED, "reason": reason, "ended_at": time.time()}
            db.execute(runs.update().where(hopeless).values(**failed))
            asked = sa.case(
                (runs.c.want == "pause", model.PAUSED),
                (runs.c.want == "stop", model.STOPPED),
                else_=model.QUEUED,
            )
            ended = sa.case((runs.c.want == "", None), else_=time.time())
            values = {"status": asked, "want": "", "worker_pid": None, "ended_at": ended}
            return db.execute(runs.update().where(orphan).values(**values)).rowcount


def live_dispatchers(database: Database) -> list[DispatcherInfo]:
    """The dispatchers that work on this store now."""
    with database.read() as db:
        rows = db.execute(sa.select(dispatchers).order_by(dispatchers.c.host, dispatchers.c.pid))
        found = [DispatcherInfo(**row._mapping) for row in rows]
    return [info for info in found if _lives(info)]


def is_unattended(database: Database, found: Iterable[model.Run]) -> bool:
    """Whether one of these runs waits while there is no dispatcher that could start it."""
    long_ago = time.time() - SILENT_SECONDS  # one that has just started need not say so yet
    waits = any(run.status == model.QUEUED and (run.queued_at or 0) < long_ago for run in found)
    return waits and not live_dispatchers(database)


def _lives(info: "DispatcherInfo | sa.Row | None") -> bool:  # type: ignore[type-arg]
    if info is None or info.seen_at < time.time() - SILENT_SECONDS:
        return False
    return info.host != socket.gethostname() or psutil.pid_exists(info.pid)
