"""Whose turn it is: the order in which waiting jobs start."""

from typing import Any

import sqlalchemy as sa

from gan_core.store import model
from gan_core.store.schema import QUEUE_ORDER, SINGLE_STEPS, jobs

# Of each owner how many jobs run; and which of his a waiting job will be when it runs, if none ends
# before: those of his that run, and those of his that wait before it.
_running = (
    sa.select(jobs.c.owner, sa.func.count().label("n"))
    .where(jobs.c.status == model.RUNNING)
    .group_by(jobs.c.owner)
    .subquery("running")
)
_before = sa.func.row_number().over(partition_by=jobs.c.owner, order_by=QUEUE_ORDER)
waiting = (
    sa.select(*QUEUE_ORDER, (_before + sa.func.coalesce(_running.c.n, 0)).label("nth"))
    .select_from(jobs.outerjoin(_running, _running.c.owner == jobs.c.owner))
    .where(jobs.c.status == model.QUEUED)
    .subquery("waiting")
)

# Single steps; then turns between owners: who has fewest running, and who waited longest.
IN_TURN = (
    sa.case((waiting.c.priority == SINGLE_STEPS, 0), else_=1),
    waiting.c.nth,
    waiting.c.priority,
    waiting.c.queued_at,
    waiting.c.id,
)


def next_in_turn(max_active: int | None, *, short: bool = False) -> sa.Select[Any, Any]:
    """Id and attempt of the job that starts next, as `Queue` and `Queue.claim` are told."""
    is_short = waiting.c.priority == SINGLE_STEPS
    may_start = sa.true() if max_active is None else waiting.c.nth <= max_active
    return (
        sa.select(jobs.c.id, jobs.c.attempt)
        .join(waiting, waiting.c.id == jobs.c.id)
        # Asked again of the row once it is locked, when another one may have taken it.
        .where(jobs.c.status == model.QUEUED)
        .where(is_short if short else sa.or_(is_short, may_start))
        .order_by(*IN_TURN)
        .limit(1)
    )


def place(job_id: str) -> sa.Select[Any]:
    """The place of a waiting job, 1 for that which starts next; nothing for another job."""
    places = sa.select(waiting.c.id, sa.func.row_number().over(order_by=IN_TURN).label("place"))
    counted = places.subquery("places")
    return sa.select(counted.c.place).where(counted.c.id == job_id)
