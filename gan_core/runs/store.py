"""The store of runs: the only thing that the web server and the workers share."""

import json
import secrets
import time
from pathlib import Path

import sqlalchemy as sa

from gan_core.config import ExperimentConfig
from gan_core.errors import LimitError, RunNotFoundError, RunStateError
from gan_core.limits import Limits
from gan_core.runs import model, schema
from gan_core.runs.database import Database, database_url
from gan_core.runs.model import Run, check_id
from gan_core.runs.schema import runs

MAX_NAME = 120


class Store:
    """Runs from the side of people: create, look, ask, delete.

    Args:
        database: where they are kept.
        limits: what one may ask for.
    """

    def __init__(self, database: Database, limits: Limits | None = None) -> None:
        self.database = database
        self.limits = limits or Limits.from_environment()

    @classmethod
    def open(cls, url: str | sa.URL | None = None) -> "Store":
        """Open the store, creating or migrating its tables.

        Raises:
            StoreError: it cannot be used; the message says why.
        """
        database = Database(url or database_url())
        database.prepare()
        return cls(database)

    def create(self, config: ExperimentConfig, owner: str, name: str = "") -> Run:
        """Put a new run into the queue.

        Raises:
            LimitError: larger than this server allows, or too many wait already.
        """
        self.limits.check(config)
        if folder := self.folder():
            self.limits.check_disk(folder)
        table = config.table()
        per_epoch = config.steps_per_epoch(table.n_rows)
        now = time.time()
        with self.database.write() as db:
            waiting = db.scalar(_count().where(runs.c.status == model.QUEUED)) or 0
            if waiting >= self.limits.max_queued:
                raise LimitError(
                    f"{waiting:,} runs are waiting already, this server allows "
                    f"{self.limits.max_queued:,}. Try again when some are done."
                )
            run_id = secrets.token_urlsafe(9)
            number = (db.scalar(_count()) or 0) + 1
            db.execute(
                runs.insert().values(
                    id=run_id,
                    owner=owner,
                    name=_clean(name) or f"{table.title} {number}",
                    status=model.QUEUED,
                    config=json.dumps(config.to_dict()),
                    created_at=now,
                    queued_at=now,
                    total_steps=config.training.epochs * per_epoch,
                    steps_per_epoch=per_epoch,
                )
            )
        return self.get(run_id)

    def get(self, run_id: object) -> Run:
        """One run.

        Raises:
            RunNotFoundError: there is none with this id, or it cannot be an id.
        """
        run_id = check_id(run_id)
        with self.database.read() as db:
            row = db.execute(sa.select(*_COLUMNS).where(runs.c.id == run_id)).one_or_none()
        if row is None:
            raise RunNotFoundError(
                f"There is no run {run_id!r} on this server. It may have been deleted, or the link "
                "is of another server. Choose a run on the Runs page."
            )
        return Run(*row)

    def list(self, limit: int = 1000) -> list[Run]:
        """All runs, newest first."""
        query = sa.select(*_COLUMNS).order_by(runs.c.created_at.desc(), runs.c.id).limit(limit)
        with self.database.read() as db:
            return [Run(*row) for row in db.execute(query)]

    def counts(self) -> dict[str, int]:
        """Number of runs in each status."""
        query = sa.select(runs.c.status, sa.func.count()).group_by(runs.c.status)
        with self.database.read() as db:
            found = {status: count for status, count in db.execute(query)}
        return {status: found.get(status, 0) for status in model.STATUSES}

    def place_in_queue(self, run: Run) -> int:
        """1 for the run that starts next, 0 for one that does not wait."""
        if run.status != model.QUEUED:
            return 0
        earlier = sa.or_(
            runs.c.queued_at < run.queued_at,
            sa.and_(runs.c.queued_at == run.queued_at, runs.c.id < run.id),
        )
        with self.database.read() as db:
            return 1 + (db.scalar(_count().where(runs.c.status == model.QUEUED, earlier)) or 0)

    def pause(self, run_id: str) -> None:
        """Ask a run to stand still where it is; a waiting one leaves the queue at once.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: it neither trains nor waits.
        """
        self._ask(run_id, "pause", model.PAUSED, (model.QUEUED, model.RUNNING))

    def stop(self, run_id: str) -> None:
        """Ask a run to end; what it has is kept.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: it has ended already.
        """
        self._ask(run_id, "stop", model.STOPPED, (model.QUEUED, model.RUNNING, model.PAUSED))

    def resume(self, run_id: str) -> None:
        """Put a paused, stopped or failed run back into the queue, to go on from its checkpoint.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: it is finished, or not at rest.
        """
        with self.database.write() as db:
            done = db.execute(
                runs.update()
                .where(runs.c.id == check_id(run_id), runs.c.status.in_(model.RESUMABLE))
                .values(status=model.QUEUED, reason="", want="", queued_at=time.time())
            ).rowcount
        if not done:
            raise RunStateError(f"This run is {self.get(run_id).status}; it cannot be resumed.")

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: the name is empty.
        """
        if not _clean(name):
            raise RunStateError("A name needs at least one visible character.")
        self.get(run_id)
        with self.database.write() as db:
            db.execute(runs.update().where(runs.c.id == run_id).values(name=_clean(name)))

    def delete(self, run_id: str) -> None:
        """Delete a run with all it made. A running one loses its worker at its next write.

        Raises:
            RunNotFoundError: no such run.
        """
        self.get(run_id)
        with self.database.write() as db:
            for table in schema.OF_A_RUN:
                db.execute(table.delete().where(table.c.run_id == run_id))
            db.execute(runs.delete().where(runs.c.id == run_id))

    def folder(self) -> Path | None:
        """The folder of a SQLite store; None for a database server."""
        file = sa.engine.make_url(self.database.url).database
        return Path(file).parent if self.database.is_sqlite and file else None

    def _ask(self, run_id: str, want: str, at_once: str, allowed: tuple[str, ...]) -> None:
        """Ask a running run for something, or do it at once to one that is not running."""
        run_id, now = check_id(run_id), time.time()
        with self.database.write() as db:
            status = db.scalar(sa.select(runs.c.status).where(runs.c.id == run_id))
            if status in allowed:
                change: dict[str, object] = {"want": want, "want_at": now}
                if status != model.RUNNING:
                    change = {"want": "", "status": at_once, "ended_at": now}
                db.execute(runs.update().where(runs.c.id == run_id).values(**change))
        if status is None:
            self.get(run_id)  # raises with the right message
        if status not in allowed:
            raise RunStateError(f"This run is {status}; there is nothing to {want}.")


_COLUMNS = (
    runs.c.id,
    runs.c.owner,
    runs.c.name,
    runs.c.status,
    runs.c.reason,
    runs.c.want,
    runs.c.config,
    runs.c.attempt,
    runs.c.worker_pid,
    runs.c.created_at,
    runs.c.queued_at,
    runs.c.started_at,
    runs.c.ended_at,
    runs.c.step,
    runs.c.total_steps,
    runs.c.steps_per_epoch,
    runs.c.rate,
    runs.c.device,
    runs.c.engine,
    runs.c.d_loss,
    runs.c.g_loss,
    runs.c.scores,
)


def _count() -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(runs)


def _clean(name: str) -> str:
    return " ".join(name.split())[:MAX_NAME]
