"""Jobs as rows: how they are read, and locked while they are changed."""

from collections.abc import Iterable
from dataclasses import fields

import sqlalchemy as sa

from gan_core.store.model import TRAINING, Job, Run
from gan_core.store.schema import jobs, trainings

_STORED = {"spec_json": jobs.c.spec, "result_json": jobs.c.result}
_OF_A_JOB = [f.name for f in fields(Job)]
_OF_A_RUN = [f.name for f in fields(Run) if f.name not in (*_OF_A_JOB, "labels", "member_results")]
_BESIDE = jobs.outerjoin(trainings, trainings.c.job_id == jobs.c.id)

SELECT = sa.select(
    *((_STORED[n] if n in _STORED else jobs.c[n]).label(n) for n in _OF_A_JOB),
    *(trainings.c[n] for n in _OF_A_RUN),
).select_from(_BESIDE)


def job_of(row: sa.Row) -> Job:  # type: ignore[type-arg]
    """A job or, if it is a training, the run."""
    if row.kind == TRAINING:
        return Run(**row._mapping)
    return Job(**{name: row._mapping[name] for name in _OF_A_JOB})


def read(db: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[Job]:
    """Jobs in the order in which they were created."""
    rows = db.execute(SELECT.where(*conditions).order_by(jobs.c.created_at, jobs.c.id))
    return [job_of(row) for row in rows]


def locked(db: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[Job]:
    """Jobs, locked until this transaction ends.

    Everybody locks rows in order of id, a job's row before those that belong to it:
    so no two transactions ever wait for each other.
    """
    query = SELECT.where(*conditions).order_by(jobs.c.id).with_for_update(of=jobs)
    return [job_of(row) for row in db.execute(query)]


def lock(db: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[str]:
    """The same, for their ids only."""
    query = sa.select(jobs.c.id).where(*conditions).order_by(jobs.c.id)
    return list(db.scalars(query.with_for_update()))


def change(db: sa.Connection, ids: str | Iterable[str], **values: object) -> None:
    """Change jobs that are locked; each column is in the table of jobs or in that of trainings."""
    chosen = [ids] if isinstance(ids, str) else list(ids)
    for table, key in ((jobs, jobs.c.id), (trainings, trainings.c.job_id)):
        mine = {name: value for name, value in values.items() if name in table.c}
        if mine and chosen:
            db.execute(table.update().where(key.in_(chosen)).values(mine))


def with_members(job_id: str) -> sa.ColumnElement[bool]:
    """A job, and its members if it is a group."""
    return sa.or_(jobs.c.id == job_id, jobs.c.group_id == job_id)
