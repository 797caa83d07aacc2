"""Several trainings seen as one: a list of configs, in the simplest case several seeds.

Each member is a job of its own, with its own worker, checkpoints and scores, so that they spread
over the slots and one that dies does not take others along. The group's own row says what was
requested; its status and progress are those of its members.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from gan_core.config import ExperimentConfig
from gan_core.store import history, model
from gan_core.store.database import Database
from gan_core.store.model import Job, Run

BUCKETS = 250  # buckets of the training; each is one point of the curves


def together(group: Job, members: Sequence[Run]) -> Run:
    """A group with the status, progress and rate of its members; the rest is its first one's.

    Progress, rate and losses are means over the members, so that the time left is right;
    if members differ in length, each counts by the fraction of its own training, in steps of the
    first one's.
    """
    first, n = members[0], len(members)
    status = status_of([run.status for run in members])
    reasons = [f"{run.label}: {run.reason}" for run in members if run.reason]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    ends = [run.ended_at for run in members if run.ended_at]
    running = [run for run in members if run.status == model.RUNNING]
    own = ("id", "kind", "owner", "name", "created_at", "group_id", "parent_id", "label")
    return replace(
        first,
        **{name: getattr(group, name) for name in own},
        status=status,
        want=next((run.want for run in members if run.want), ""),
        reason=reasons[0] + more if reasons and status in model.RESUMABLE else "",
        worker_pid=None,
        priority=min(run.priority for run in members),
        queued_at=min((run.queued_at for run in members if run.queued_at), default=None),
        started_at=min((run.started_at for run in members if run.started_at), default=None),
        ended_at=max(ends) if ends and status not in model.ACTIVE else None,
        progress=sum(run.step * first.total // run.total for run in members) // n,
        rate=sum((run.rate or 0.0) * first.total / run.total for run in running) / n or None,
        d_loss=_mean(run.d_loss for run in members),
        g_loss=_mean(run.g_loss for run in members),
        device=next((run.device for run in members if run.device), None),
        engine=next((run.engine for run in members if run.engine), None),
        until_step=None,
        speed=None,
        player=None,
        is_played=False,
        parent_step=None,
        result_json=None,
        labels=tuple(run.label for run in members),
        member_results=tuple(run.result_json for run in members if run.result_json),
    )


def labels_of(configs: Sequence[ExperimentConfig]) -> list[str]:
    """What distinguishes each config from the others, such as "seed 3"; all are different."""
    flat = [config.flat() for config in configs]
    known = dict.fromkeys(path for one in flat for path in one)  # in their order, each once
    paths = [path for path in known if len({one[path] for one in flat if path in one}) > 1]
    labels = [", ".join(_in_words(path, one) for path in paths if path in one) for one in flat]
    taken: dict[str, int] = {}
    for i, label in enumerate(labels):
        taken[label] = taken.get(label, 0) + 1
        if labels.count(label) > 1 or not label:
            labels[i] = f"{label} #{taken[label]}".strip()
    return labels


def _in_words(path: str, flat: Mapping[str, object]) -> str:
    value = flat[path]
    shown = "-".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
    return f"{path.removesuffix('.name').rpartition('.')[2]} {shown}"


def band(database: Database, members: Sequence[Run]) -> tuple[np.ndarray, np.ndarray]:
    """The curves of all members as median and band.

    Members of different lengths are compared at equal fractions of their own training, plotted
    along the first one's steps.

    Returns:
        the steps in the middle of each bucket, (n,), and (3, n_columns, n): median, 10 % and 90 %
        quantile of the members' means in each bucket, for each column of the history; as far as
        any member has got.
    """
    total = members[0].total_steps
    n_buckets = min(BUCKETS, *(run.total_steps for run in members))
    n_columns = max(len(run.config.columns) for run in members)
    curves = [
        _curve(database, run.id, run.attempt, run.step, run.total_steps, n_buckets)
        for run in members
        if run.step
    ]
    edges = np.linspace(0, total, n_buckets + 1)
    reached = max((curve.shape[1] for curve in curves), default=0)
    if not reached:  # no member has completed a bucket yet
        return np.empty(0), np.empty((3, n_columns, 0), np.float32)
    padded = np.full((len(curves), n_columns, reached), np.nan, np.float32)
    for row, curve in zip(padded, curves, strict=True):
        row[: len(curve), : curve.shape[1]] = curve
    quantiles = np.nanquantile(padded, (0.5, 0.1, 0.9), axis=0).astype(np.float32)
    return ((edges[:-1] + edges[1:]) / 2)[:reached], quantiles


def scores_by_member(members: Sequence[Run]) -> pd.DataFrame:
    """The overall scores of each member that has any: one row per member, one column per metric."""
    rows = {
        run.label: {name: score.overall for name, score in run.scores.scores.items()}
        for run in members
        if run.scores
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("member")


@lru_cache(maxsize=512)  # called again and again for members that have ended
def _curve(
    database: Database, run_id: str, attempt: int, step: int, total: int, n_buckets: int
) -> np.ndarray:
    """The mean of each complete bucket of a run's history, (n_columns, n)."""
    counts, sums = history.running_sums(database, run_id)
    edges = np.linspace(0, total, n_buckets + 1).astype(int)
    edges = edges[edges <= counts[-1]]
    at = np.array([np.interp(edges, counts, column) for column in sums.T])  # (n_columns, n + 1)
    return (np.diff(at) / np.diff(edges)).astype(np.float32)


def status_of(found: Sequence[str]) -> str:
    """The status of a group: training while any member does, finished when all are."""
    if model.RUNNING in found or (model.QUEUED in found and model.FINISHED in found):
        return model.RUNNING
    order = (model.QUEUED, model.PAUSED, model.FAILED, model.STOPPED)
    return next((status for status in order if status in found), model.FINISHED)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
