"""The next update for a viewer of a live run: small, however long the run.

A viewer says which step of which attempt it has. For a short run it gets what came after. A long
one is divided into buckets of equal length, each sent, once it is complete or the run rests, as
the steps at which a curve is smallest or largest, so that no peak is lost: those of the new buckets
("append") or, if the run has grown so much that buckets became longer, of the whole run
("replace"). So curves are the same, whenever one started to watch. Histograms come as
densities, only when newer than those it shows.
"""

import base64
from typing import Any

import numpy as np

from gan_core.problem import resolve
from gan_core.store import results
from gan_core.store.groups import band
from gan_core.store.history import AS_IT_IS, curves, extent
from gan_core.store.levels import bucket_length
from gan_core.store.model import FINISHED, Run
from gan_core.store.queue import is_unattended
from gan_core.store.store import Store
from gan_core.training.events import widened

MAX_POINTS = 2048  # of a curve sent as a whole
N_BINS = 10  # the tutorial's
HISTOGRAM_ROWS = 500  # generated rows: enough for stable bars; 8 KB for four features


def live_update(store: Store, run: Run, *, attempt: int, since: int, shown: int) -> dict[str, Any]:
    """What is new in a run.

    The viewer has the steps of an attempt, of which another one may have undone some, until
    `since`, and shows the histograms of a step.

    Returns:
        plain values for JSON; arrays are float32, little-endian, in base64.
    """
    if run.is_group:
        return {**_standing(store, run), **_group_update(store, run, since, shown)}
    after = since if attempt == run.unbroken_from else 0
    update = {**_standing(store, run), "attempt": run.unbroken_from, **_curves(store, run, after)}
    latest = results.preview(store.database, run.id)
    if latest and (latest.step > shown or attempt != run.unbroken_from):
        update["shown"] = latest.step
        update["densities"] = densities(resolve(run.config).table.values, latest.rows)
    return update


def _curves(store: Store, run: Run, after: int) -> dict[str, Any]:
    """The curves after a step, or as a whole."""
    if after and after == run.step:  # most polls of a slow run: nothing to read
        return {"mode": "append", "after": after, "step": after}
    whole = extent(store.database, run.id)
    most = MAX_POINTS // (2 * whole.n_columns)
    last, length = whole.last, 1
    if whole.n_steps > MAX_POINTS:
        length = bucket_length(whole.n_steps, most)
        if run.is_active and not run.is_stepping:
            last = whole.first - 1 + whole.n_steps // length * length
            length = bucket_length(last - whole.first + 1, most)
    known, new = after - whole.first + 1, last - after
    is_longer = length > 1 and length != bucket_length(max(1, known), most)
    is_whole = known <= 0 or is_longer or new > AS_IT_IS
    if not is_whole and new <= 0:
        return {"mode": "append", "after": after, "step": after}
    first = whole.first if is_whole else after + 1
    n_points = 2 * whole.n_columns * -(-(last - first + 1) // length)
    steps, rows = curves(store.database, run.id, first, last, max_points=n_points)
    columns = run.config.columns
    rows = widened(rows, len(columns))
    return {
        "mode": "replace" if is_whole else "append",
        "after": 0 if is_whole else after,
        "step": last,
        "x": _packed(steps / run.steps_per_epoch),
        **{name: _packed(column) for name, column in zip(columns, rows.T, strict=True)},
    }


def _standing(store: Store, run: Run) -> dict[str, Any]:
    """The state of a run."""
    return {
        "status": run.shown_status,
        "stepping": run.is_stepping,
        "moving": store.is_moving(run),
        "seen": seen(store, run),
        "epochs_done": run.epoch,
        "rate": run.rate if run.is_active else None,
        "seconds_left": run.seconds_left,
        "place": store.place_in_queue(run),
        "unattended": is_unattended(store.database, [run]),
        "edits": [[edit["step"] / run.steps_per_epoch, edit["set"]] for edit in run.edits],
    }


def _group_update(store: Store, run: Run, since: int, shown: int) -> dict[str, Any]:
    """Median and band of the curves and histograms of a group, if they are newer than shown."""
    update: dict[str, Any] = {"attempt": 0, "after": since, "step": since}
    if not run.step or (run.is_active and run.step == since and shown):
        return update  # at rest it is sent again: members finish after their last step
    members = store.members(run)
    steps, quantiles = band(store.database, members)
    update["step"] = run.step
    update["band"] = {
        "x": _packed(steps / run.steps_per_epoch),
        "finished": sum(member.status == FINISHED for member in members),
        "members": len(members),
        **{name: [_packed(q[i]) for q in quantiles] for i, name in enumerate(run.config.columns)},
    }
    real = resolve(run.config).table.values
    latest = [results.preview(store.database, member.id) for member in members]
    found = np.array([densities(real, one.rows) for one in latest if one])
    if len(found):
        middle, low, high = np.quantile(found, (0.5, 0.1, 0.9), axis=0).round(6).tolist()
        update |= {"shown": run.step, "densities": middle, "low": low, "high": high}
    return update


def seen(store: Store, run: Run) -> str:
    """What badges and buttons depend on; when it changes, a page has to be redrawn."""
    moves = f"{run.speed or ''}/{store.is_moving(run):d}{store.plays(run):d}"
    parts = (run.shown_status, run.want, run.device or "", len(run.edits), moves)
    return "/".join(map(str, (*parts, f"{store.may_change(run):d}")))


def bin_edges(real: np.ndarray) -> list[list[float]]:
    """The edges of each feature's histogram bins: ten over the range of the real rows.

    Generated rows share them; rows outside are not shown.
    """
    return [np.histogram_bin_edges(column, N_BINS).tolist() for column in real.T]


def densities(real: np.ndarray, rows: np.ndarray) -> list[list[float]]:
    """Histograms of rows (n, n_features) as densities, in the bins of the real rows."""
    widths = (np.diff(edges) for edges in bin_edges(real))
    return [
        np.round(counts / (len(rows) * width), 6).tolist()
        for counts, width in zip(histograms(real, rows), widths, strict=True)
    ]


def histograms(real: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The number of rows (n, n_features) in each bin of the real rows: (n_features, 10).

    Rows outside, which G can make with an unbounded encoder, are in none.
    """
    found = []
    for column, real_column in zip(rows.T, real.T, strict=True):
        edges = np.histogram_bin_edges(real_column, N_BINS)
        slack = 1e-6 * (edges[-1] - edges[0])  # float32 may round to just outside
        near = column[(column >= edges[0] - slack) & (column <= edges[-1] + slack)]
        found.append(np.histogram(np.clip(near, edges[0], edges[-1]), edges)[0])
    return np.array(found)


def _packed(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
