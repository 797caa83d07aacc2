"""A run that is repeated with several seeds, seen as one run.

Each repetition is a run of its own, with its own worker, checkpoints and scores, so that they
spread over the slots and one that dies takes no other along. The first one stands for all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import sqlalchemy as sa

from gan_core.store import history, model
from gan_core.store.database import Database
from gan_core.store.model import Run
from gan_core.store.schema import runs

STRETCHES = 250  # of the training; each has one point of the curves


def together(first: Run, others: Iterable[Run]) -> Run:
    """The first run with status, progress and rate of the whole group.

    Steps, rate and losses are means over the members, so that the time left comes out right.
    """
    members = [first, *others]
    status = _status([run.status for run in members])
    reasons = [f"seed {run.config.seed}: {run.reason}" for run in members if run.reason]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    ends = [run.ended_at for run in members if run.ended_at]
    return replace(
        first,
        status=status,
        want=next((run.want for run in members if run.want), ""),
        reason=reasons[0] + more if reasons and status == model.FAILED else "",
        step=sum(run.step for run in members) // len(members),
        rate=_mean(run.rate or 0.0 if run.status == model.RUNNING else 0.0 for run in members)
        or None,
        d_loss=_mean(run.d_loss for run in members),
        g_loss=_mean(run.g_loss for run in members),
        device=next((run.device for run in members if run.device), None),
        engine=next((run.engine for run in members if run.engine), None),
        ended_at=max(ends) if ends and status not in model.ACTIVE else None,
    )


def ids_of(db: sa.Connection, run_id: str) -> list[str]:
    """The ids of a run and of those that repeat it."""
    query = sa.select(runs.c.id).where(runs.c.group_id == run_id).order_by(runs.c.created_at)
    return [run_id, *db.scalars(query)]


def band(database: Database, members: Sequence[Run]) -> tuple[np.ndarray, np.ndarray]:
    """The curves of all members as median and band.

    Args:
        database: the store's.
        members: runs of the same length.

    Returns:
        the steps in the middle of each stretch, (n,), and (3, n_columns, n): median, 10 % and 90 %
        quantile of the members' mean in each stretch, of each column of the history; as far as
        any member has come.
    """
    total = members[0].total_steps
    stretches = min(STRETCHES, total)
    n_columns = len(members[0].config.columns)
    curves = [
        _curve(database, run.id, run.attempt, run.step, total, stretches)
        for run in members
        if run.step
    ]
    edges = np.linspace(0, total, stretches + 1)
    if not curves:
        return np.empty(0), np.empty((3, n_columns, 0), np.float32)
    reached = max(curve.shape[1] for curve in curves)
    padded = np.full((len(curves), n_columns, reached), np.nan, np.float32)
    for row, curve in zip(padded, curves, strict=True):
        row[: len(curve), : curve.shape[1]] = curve
    quantiles = np.nanquantile(padded, (0.5, 0.1, 0.9), axis=0).astype(np.float32)
    return ((edges[:-1] + edges[1:]) / 2)[:reached], quantiles


def scores_by_seed(members: Sequence[Run]) -> pd.DataFrame:
    """The overall scores of each member that has any: a row a seed, a column a metric."""
    rows = {
        run.config.seed: {name: score.overall for name, score in run.scores.scores.items()}
        for run in members
        if run.scores
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("seed").sort_index()


@lru_cache(maxsize=512)  # of a member at rest it is asked again and again
def _curve(
    database: Database, run_id: str, attempt: int, step: int, total: int, stretches: int
) -> np.ndarray:
    """The mean of each complete stretch of a run's history, (n_columns, n)."""
    counts, sums = history.running_sums(database, run_id)
    edges = np.linspace(0, total, stretches + 1).astype(int)
    edges = edges[edges <= counts[-1]]
    at = np.array([np.interp(edges, counts, column) for column in sums.T])  # (n_columns, n + 1)
    return (np.diff(at) / np.diff(edges)).astype(np.float32)


def _status(found: Sequence[str]) -> str:
    """The status of a group: training while any member does, finished when all are."""
    if model.RUNNING in found or (model.QUEUED in found and model.FINISHED in found):
        return model.RUNNING
    order = (model.QUEUED, model.PAUSED, model.FAILED, model.STOPPED)
    return next((status for status in order if status in found), model.FINISHED)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
