"""Creating jobs in the store."""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gan_core.config import ExperimentConfig
from gan_core.errors import AccessError, ConfigError
from gan_core.naming import MAX_NAME, clean_name
from gan_core.problem import resolve
from gan_core.store import model, schema
from gan_core.store.access import EVERYBODY
from gan_core.store.groups import labels_of
from gan_core.store.model import Job, Run
from gan_core.store.schema import jobs, trainings
from gan_core.store.steering import Steering

if TYPE_CHECKING:  # the dispatcher does without; kinds of job are a layer above
    from gan_core.jobs import Kind
    from gan_core.training import Checkpoint


class Creation(Steering):
    """Create, fork.

    All verbs raise `LimitError` for what is larger than this server allows, or if too many are
    waiting already, and `AccessError` if the owner is somebody else.
    """

    def submit(self, spec: "Kind", owner: str | None = None, name: str = "") -> Job:
        """Put a job of any kind into the queue; its owner is the user, its name made if empty."""
        owner = self._owner(owner)
        spec.check(self.limits)
        row = _queued(time.time()) | {"kind": spec.name, "owner": owner, "total": spec.total}
        row |= {"spec": json.dumps(spec.to_dict())}
        with self._room_for(1, owner) as db:
            name = clean_name(name) or f"{spec.name} {_number(db)}"
            db.execute(jobs.insert().values(**row, name=name))
        return self.job(row["id"])

    def create(
        self,
        config: ExperimentConfig,
        owner: str | None = None,
        name: str = "",
        repeats: int = 1,
        *,
        paused: bool = False,
        speed: int = 0,
    ) -> Run:
        """Put a new run into the queue.

        Args:
            config: the experiment.
            owner: as `submit`, and so the name.
            name: likewise.
            repeats: train it with this many seeds, the config's and those after it, as a group.
            paused: leave it paused before its first step, to be advanced or resumed.
            speed: as `Trainings.set_speed`, of a run that is not repeated: in slow motion, it is
                paused and the user plays it.

        Raises:
            ConfigError: a seed would exceed the largest one.
        """
        self.limits.check_repeats(repeats)
        if repeats > 1:
            seeds = [config.with_values({"seed": config.seed + i}) for i in range(repeats)]
            return self.create_group(seeds, owner, name, paused=paused)
        owner = self._owner(owner)
        cost = self.limits.check(resolve(config))
        run = _training(config, time.time(), paused=paused or speed > 0)
        if speed:
            played = {"is_played": True, "player": self.user, "asked_at": self._rule.clock()}
            run |= {"speed": speed, **played}
        with self._room_for(1, owner, cost.size) as db:
            name = clean_name(name) or f"{resolve(config).table.title} {_number(db)}"
            _insert(db, [run | {"owner": owner, "name": name}])
        return self.get(run["id"])

    def create_group(
        self,
        configs: Sequence[ExperimentConfig],
        owner: str | None = None,
        name: str = "",
        *,
        paused: bool = False,
    ) -> Run:
        """Put several trainings into the queue, to be viewed together, each as `create`.

        Whatever differs between their configs becomes their labels.

        Raises:
            ConfigError: there are none.
        """
        if not configs:
            raise ConfigError("configs", "A group needs at least one config. Got none.")
        owner = self._owner(owner)
        self.limits.check_repeats(len(configs))
        cost = self.limits.check(*(resolve(c.with_values({"seed": 0})) for c in configs))
        now = time.time()
        group = _queued(now) | {"status": model.OF_MEMBERS, "kind": model.GROUP, "owner": owner}
        spec = {"configs": [config.to_dict() for config in configs]}
        members = [
            # In this order; the first waits like a single run, the others after everything else.
            _training(config, now + 1e-6 * (i + 1), paused=paused)
            | {"priority": schema.MEMBER if i else schema.ALONE}
            for i, config in enumerate(configs)
        ]
        group |= {"spec": json.dumps(spec), "total": sum(int(m["total"]) for m in members)}
        with self._room_for(len(configs), owner, cost.size) as db:
            name = clean_name(name) or f"{resolve(configs[0]).table.title} {_number(db)}"
            for member, label in zip(members, labels_of(configs), strict=True):
                member |= {"group_id": group["id"], "owner": owner, "label": label[:MAX_NAME]}
                member["name"] = f"{name} · {label}"[:MAX_NAME]
            db.execute(jobs.insert().values(**group, name=name))
            _insert(db, members)
        return self.get(group["id"])

    def fork(
        self,
        run_id: str,
        checkpoint: "Checkpoint",
        config: ExperimentConfig,
        owner: str | None = None,
        name: str = "",
    ) -> Run:
        """Put a new run into the queue that continues from a state of another one.

        Its earlier history is its parent's; its own starts with the next step. It is named after
        its parent or, if it learns from other rows, after them.

        Args:
            run_id: the parent, which the user only needs to see.
            checkpoint: the state, of any step of the parent.
            config: the settings from there on.
            owner: as `submit`, and so the name.
            name: likewise.

        Raises:
            ConfigError: the settings do not fit the state, as in `Checkpoint.forked`.
        """
        owner = self._owner(owner)
        parent, state = self.get(run_id), checkpoint.forked(config)
        cost = self.limits.check(resolve(state.config), start=state.step)
        epoch = -(-state.step // parent.steps_per_epoch)
        title = resolve(state.config).table.title
        as_parent = state.config.data == parent.config.data
        child = _training(state.config, time.time()) | {"owner": owner}
        child |= {"parent_id": parent.id, "parent_step": state.step, "progress": state.step}
        data = {"run_id": child["id"], "attempt": 0, "step": state.step}
        with self._room_for(1, owner, cost.size) as db:
            own = f"{parent.name[: MAX_NAME - 20]} from {epoch:,}" if as_parent else ""
            child["name"] = clean_name(name) or own or f"{title} {_number(db)}"
            _insert(db, [child])
            db.execute(schema.checkpoints.insert().values(**data, data=state.to_bytes()))
            db.execute(schema.players.insert().values(**data, data=state.players()))
        return self.get(child["id"])

    def _owner(self, owner: str | None) -> str:
        if self.user is not None and owner not in (None, self.user):
            raise AccessError(f"You are {self.user!r} and cannot start runs for {owner!r}.")
        return self.user or owner or EVERYBODY

    @contextmanager
    def _room_for(self, n: int, owner: str, size: int = 0) -> Iterator[sa.Connection]:
        """A transaction that puts n jobs of so many bytes into the queue, if there is room."""
        self.limits.check_disk(self.database.free_bytes(), size)
        with self.database.write() as db:
            self._check_queue(db, n, owner)
            yield db


def _queued(now: float) -> dict[str, Any]:
    """The row of a new job."""
    times = {"created_at": now, "queued_at": now}
    return {"id": secrets.token_urlsafe(9), "status": model.QUEUED, **times}


def _training(config: ExperimentConfig, now: float, *, paused: bool = False) -> dict[str, Any]:
    """The row of a new training, and its row of `trainings`."""
    problem = resolve(config)
    return _queued(now) | {
        "status": model.PAUSED if paused else model.QUEUED,
        "kind": model.TRAINING,
        "spec": json.dumps(config.to_dict()),
        "total": problem.total_steps,
        "steps_per_epoch": problem.steps_per_epoch,
    }


def _insert(db: sa.Connection, runs: Sequence[Mapping[str, Any]]) -> None:
    """Insert trainings into both tables."""
    both = [(jobs, "id"), (trainings, "job_id")]
    for table, key in both:
        names = table.c.keys()
        rows = ({**run, key: run["id"]} for run in runs)
        db.execute(table.insert(), [{n: row[n] for n in names if n in row} for row in rows])


def _number(db: sa.Connection) -> int:
    """The number in the default name of a new job: one more than the last one's, or than all jobs.

    So there are no two of a name, though jobs are deleted.
    """
    alone = jobs.c.group_id.is_(None)
    newest = sa.select(jobs.c.name).where(alone).order_by(jobs.c.created_at.desc()).limit(1)
    found = re.search(r" (\d{1,9})$", db.scalar(newest) or "")
    count = db.scalar(sa.select(sa.func.count()).where(alone)) or 0
    return 1 + max(count, int(found[1]) if found else 0)
