"""The store of runs: the only thing that the web server and the workers share."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from gan_core.config import ExperimentConfig
from gan_core.errors import LimitError, RunNotFoundError, RunStateError
from gan_core.limits import Limits
from gan_core.naming import MAX_NAME, clean_name
from gan_core.problem import Problem, resolve
from gan_core.store import model, schema
from gan_core.store.database import Database, database_url
from gan_core.store.edits import ask_for, write_config
from gan_core.store.groups import ids_of, together
from gan_core.store.model import Run, check_id
from gan_core.store.schema import QUEUE_ORDER, runs

if TYPE_CHECKING:  # the dispatcher does without
    from gan_core.training import Checkpoint

MAX_ADVANCE = 1000  # steps at once: others may wait for the slot meanwhile


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

    def create(
        self,
        config: ExperimentConfig,
        owner: str,
        name: str = "",
        repeats: int = 1,
        *,
        paused: bool = False,
    ) -> Run:
        """Put a new run into the queue.

        Args:
            config: the experiment.
            owner: who starts it.
            name: for people; made up when empty.
            repeats: train it with so many seeds, the config's and those after it, as one run.
            paused: let it stand before its first step, to be advanced or resumed.

        Raises:
            LimitError: larger than this server allows, or too many wait already.
            ConfigError: a seed would lie beyond the largest one.
        """
        problem = resolve(config)
        self.limits.check(problem)
        self.limits.check_repeats(repeats)
        if folder := self.folder():
            self.limits.check_disk(folder)
        seeds = [config.with_values({"seed": config.seed + i}) for i in range(repeats)]
        run_id, now = secrets.token_urlsafe(9), time.time()
        with self.database.write() as db:
            self._check_queue(db, repeats)
            number = 1 + (db.scalar(_count().where(runs.c.group_id.is_(None))) or 0)
            name = clean_name(name) or f"{problem.table.title} {number}"
            db.execute(
                runs.insert(),
                [
                    {
                        "id": secrets.token_urlsafe(9) if i else run_id,
                        "owner": owner,
                        "name": f"{name} · seed {one.seed}"[:MAX_NAME] if i else name,
                        "group_id": run_id if i else None,
                        "members": 1 if i else repeats,
                        **_queued(one, problem, now + 1e-6 * i),  # in this order
                        **({"status": model.PAUSED} if paused else {}),
                    }
                    for i, one in enumerate(seeds)
                ],
            )
        return self.get(run_id)

    def fork(
        self,
        run_id: str,
        checkpoint: "Checkpoint",
        config: ExperimentConfig,
        owner: str,
        name: str = "",
    ) -> Run:
        """Put a new run into the queue that goes on from a state of another one.

        Its history before is its parent's, its own begins with the next step.

        Args:
            run_id: the parent.
            checkpoint: the state, of any step of the parent.
            config: the settings from there on.
            owner: who forks.
            name: of the new run.

        Raises:
            RunNotFoundError: no such run.
            ConfigError: the settings do not fit the state; as `Checkpoint.forked`.
            LimitError: as `create`.
        """
        parent, state = self.get(run_id), checkpoint.forked(config)
        problem = resolve(state.config)
        self.limits.check(problem)
        if folder := self.folder():
            self.limits.check_disk(folder)
        child_id, epoch = secrets.token_urlsafe(9), -(-state.step // parent.steps_per_epoch)
        with self.database.write() as db:
            self._check_queue(db, 1)
            db.execute(
                runs.insert().values(
                    id=child_id,
                    owner=owner,
                    name=clean_name(name) or f"{parent.name[: MAX_NAME - 20]} from {epoch:,}",
                    parent_id=parent.id,
                    parent_step=state.step,
                    step=state.step,
                    **_queued(state.config, problem, time.time()),
                )
            )
            data = {"attempt": 0, "step": state.step, "data": state.to_bytes()}
            db.execute(schema.checkpoints.insert().values(run_id=child_id, **data))
        return self.get(child_id)

    def _check_queue(self, db: sa.Connection, n_more: int) -> None:
        waiting = db.scalar(_count().where(runs.c.status == model.QUEUED)) or 0
        if waiting + n_more > self.limits.max_queued:
            raise LimitError(
                f"{waiting:,} runs are waiting already, this server allows "
                f"{self.limits.max_queued:,}. Try again when some are done."
            )

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
        return self._whole([Run(*row)])[0]

    def members(self, run: Run) -> list[Run]:
        """The runs of a group, each as it is by itself, in the order of their seeds."""
        mine = sa.or_(runs.c.id == run.id, runs.c.group_id == run.id)
        query = sa.select(*_COLUMNS).where(mine)
        with self.database.read() as db:
            found = [Run(*row) for row in db.execute(query)]
        return sorted(found, key=lambda member: member.config.seed)

    def _whole(self, found: Sequence[Run]) -> list[Run]:
        """Runs as people see them: one that is repeated stands for its group."""
        leads = [run.id for run in found if run.members > 1]
        if not leads:
            return list(found)
        with self.database.read() as db:
            rows = db.execute(sa.select(*_COLUMNS).where(runs.c.group_id.in_(leads)))
            others = [Run(*row) for row in rows]
        return [
            together(run, [one for one in others if one.group_id == run.id])
            if run.members > 1
            else run
            for run in found
        ]

    def list(self, limit: int = 1000) -> list[Run]:
        """All runs, newest first; a group of repetitions is one."""
        query = sa.select(*_COLUMNS).where(runs.c.group_id.is_(None))
        newest = query.order_by(runs.c.created_at.desc(), runs.c.id).limit(limit)
        with self.database.read() as db:
            found = [Run(*row) for row in db.execute(newest)]
        return self._whole(found)

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
        is_whole = run.until_step is None
        mine = (is_whole, run.group_id is not None, run.queued_at or 0.0, run.id)
        earlier = sa.tuple_(*QUEUE_ORDER) < sa.tuple_(*map(sa.literal, mine))
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

        One that does a few steps only goes on to its end.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: it is finished, or not at rest.
        """
        with self.database.write() as db:
            mine = runs.c.id.in_(ids_of(db, check_id(run_id)))
            resumable = sa.and_(mine, runs.c.status.in_(model.RESUMABLE))
            n = db.scalar(_count().where(resumable)) or 0
            if n:
                self._check_queue(db, n)
            values = {"status": model.QUEUED, "reason": "", "want": "", "queued_at": time.time()}
            db.execute(runs.update().where(resumable).values(until_step=None, **values))
            stepping = sa.and_(
                mine, runs.c.status.in_(model.ACTIVE), runs.c.until_step.is_not(None)
            )
            n += db.execute(runs.update().where(stepping).values(until_step=None)).rowcount
        if not n:
            raise RunStateError(f"This run is {self.get(run_id).status}; it cannot be resumed.")

    def advance(self, run_id: str, steps: int = 1, players: str | None = None) -> None:
        """Let a paused or stopped run do a few steps, and be paused again.

        Args:
            run_id: the run.
            steps: how many, 1 to `MAX_ADVANCE`; the run's last step ends it as always.
            players: who learns in these steps, "both", "d" or "g"; recorded as a change of the
                setting and back. None: as the settings say.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: it is not at rest, or repeated with several seeds, or the number of
                steps is out of range.
            ConfigError: players is none of these.
        """
        if not 1 <= steps <= MAX_ADVANCE:
            raise RunStateError(f"A run advances by 1 to {MAX_ADVANCE:,} steps. Got {steps:,}.")
        self._check_single(run_id)
        columns = (runs.c.status, runs.c.step, runs.c.total_steps, runs.c.config)
        with self.database.write() as db:
            run = db.execute(sa.select(*columns).where(runs.c.id == run_id)).one_or_none()
            if run is None or run.status not in (model.PAUSED, model.STOPPED):
                status = run.status if run else "deleted"
                raise RunStateError(f"This run is {status}; only a paused one can be advanced.")
            until = min(run.step + steps, run.total_steps)
            if players is not None:
                path = "training.players"
                config = ExperimentConfig.from_json(run.config)
                after = config.at(until).training.players
                config = config.with_edit(run.step, {path: players})
                if until < run.total_steps:
                    config = config.with_edit(until, {path: after})
                write_config(db, run_id, config)
            queued = {"status": model.QUEUED, "reason": "", "want": "", "queued_at": time.time()}
            db.execute(runs.update().where(runs.c.id == run_id).values(until_step=until, **queued))

    def edit(self, run_id: str, changes: Mapping[str, object]) -> None:
        """Change settings of a run from where it stands; recorded in its config's schedule.

        A running one takes it up a moment later, at the step that it has come to by then.

        Args:
            run_id: the run.
            changes: new values by dotted name, of settings that are declared editable.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: it is finished, or repeated with several seeds.
            ConfigError: a setting cannot change while a run trains, or its value is wrong.
        """
        self._check_single(run_id)
        columns = (runs.c.id, runs.c.status, runs.c.step, runs.c.config, runs.c.edit)
        with self.database.write() as db:
            run = db.execute(sa.select(*columns).where(runs.c.id == run_id)).one_or_none()
            if run is None or run.status == model.FINISHED:
                status = run.status if run else "deleted"
                raise RunStateError(f"This run is {status}; its settings cannot change any more.")
            if run.status == model.RUNNING:
                ask_for(db, run, changes)
            else:
                config = ExperimentConfig.from_json(run.config).with_edit(run.step, changes)
                write_config(db, run_id, config)

    def _check_single(self, run_id: str) -> None:
        """Steps by hand and changes on the way are for one course of numbers."""
        if self.get(run_id).members > 1:
            raise RunStateError(
                "This run is repeated with several seeds, which stand at different steps. Only a "
                "run with one seed can be stepped or changed on the way."
            )

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: the name is empty.
        """
        name = clean_name(name)
        if not name:
            raise RunStateError("A name needs at least one visible character.")
        self.get(run_id)
        with self.database.write() as db:
            db.execute(runs.update().where(runs.c.id == run_id).values(name=name))

    def delete(self, run_id: str) -> None:
        """Delete a run with all it made. A running one loses its worker at its next write.

        Raises:
            RunNotFoundError: no such run.
        """
        self.get(run_id)
        with self.database.write() as db:
            ids = ids_of(db, run_id)
            for table in schema.OF_A_RUN:
                db.execute(table.delete().where(table.c.run_id.in_(ids)))
            db.execute(runs.delete().where(runs.c.id.in_(ids)))

    def folder(self) -> Path | None:
        """The folder of a SQLite store; None for a database server."""
        file = sa.engine.make_url(self.database.url).database
        return Path(file).parent if self.database.is_sqlite and file else None

    def _ask(self, run_id: str, want: str, at_once: str, allowed: tuple[str, ...]) -> None:
        """Ask a running run for something, or do it at once to one that is not running."""
        with self.database.write() as db:
            mine = runs.c.id.in_(ids_of(db, check_id(run_id)))
            found = set(db.scalars(sa.select(runs.c.status).where(mine)))
            changes: dict[str, object]
            for status in found.intersection(allowed):
                changes = {"want": want, "want_at": time.time()}
                if status != model.RUNNING:
                    changes = {"want": "", "status": at_once, "ended_at": time.time()}
                db.execute(runs.update().where(mine, runs.c.status == status).values(**changes))
        if not found.intersection(allowed):
            status = self.get(run_id).status  # raises the right error where there is no such run
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
    runs.c.group_id,
    runs.c.members,
    runs.c.until_step,
    runs.c.parent_id,
    runs.c.parent_step,
    runs.c.unbroken_from,
)


def _queued(config: ExperimentConfig, problem: Problem, now: float) -> dict[str, object]:
    return {
        "status": model.QUEUED,
        "config": json.dumps(config.to_dict()),
        "created_at": now,
        "queued_at": now,
        "total_steps": problem.total_steps,
        "steps_per_epoch": problem.steps_per_epoch,
    }


def _count() -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(runs)
