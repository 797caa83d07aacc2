"""The losses of every step of a run: read in parts, or as curves of few points."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from gan_core.objectives import Objective
from gan_core.store.database import Database
from gan_core.store.levels import (
    Levels,
    bucket_length,
    bucket_type,
    joined,
    points,
    summarised,
)
from gan_core.store.model import Run
from gan_core.store.schema import chunks, history_levels
from gan_core.training.events import history_frame, widened

SHORT = 1 << 15  # steps; a history up to this length, half a megabyte, has no levels
AS_IT_IS = 1 << 16  # steps of a longer one that may be read when zooming in: 1 MB
_BATCH = 1 << 15  # steps read at once: half a megabyte

# Built once: they are executed several times a second for each viewer.
_mine = chunks.c.run_id == sa.bindparam("run")
_edge = sa.select(
    chunks.c.first_step, chunks.c.last_step, sa.func.length(chunks.c.data).label("size")
).where(_mine)
_EDGES = sa.union_all(
    sa.select(_edge.order_by(chunks.c.last_step).limit(1).subquery()),
    sa.select(_edge.order_by(chunks.c.last_step.desc()).limit(1).subquery()),
)
_BETWEEN = (
    sa.select(chunks.c.first_step, chunks.c.last_step, chunks.c.data)
    .where(_mine, chunks.c.last_step > sa.bindparam("after"))
    .where(chunks.c.first_step <= sa.bindparam("until"))
    .order_by(chunks.c.last_step)
)


@dataclass(frozen=True)
class Extent:
    """The first and last stored steps of a run."""

    first: int
    last: int  # the one before `first` if there is none
    n_columns: int  # of the latest steps; earlier ones may have fewer

    @property
    def n_steps(self) -> int:
        return self.last - self.first + 1


def extent(database: Database, run_id: str) -> Extent:
    with database.read() as db:
        edges = db.execute(_EDGES, {"run": run_id}).all()
    if not edges:
        return Extent(1, 0, len(Objective.columns))
    first, last = sorted(edges, key=lambda edge: edge.last_step)
    return Extent(first.first_step, last.last_step, last.size // 4 // _n_steps(last))


def parts(
    database: Database,
    run_id: str,
    after: int = 0,
    until: int | None = None,
    n_columns: int | None = None,
) -> Iterator[tuple[int, np.ndarray]]:
    """The stored steps after one until another, half a megabyte at a time.

    Yields:
        the number of the first step, and float32 (n_steps, n_columns): as many columns as the
        latest steps have, unless told otherwise.
    """
    if until is None or n_columns is None:
        whole = extent(database, run_id)
        after, until = max(after, whole.first - 1), whole.last if until is None else until
        n_columns = n_columns or whole.n_columns
    while after < until:
        end = min(until, after + _BATCH)
        with database.read() as db:
            found = db.execute(_BETWEEN, {"run": run_id, "after": after, "until": end}).all()
        if not found:
            return
        origin = found[0].first_step - 1
        rows = np.concatenate([_rows(row, n_columns) for row in found])
        begin, end = max(after, origin), min(end, origin + len(rows))
        yield begin + 1, rows[begin - origin : end - origin]
        after = end


def write_parquet(database: Database, run: Run, path: Path) -> None:
    writer = ParquetHistory(path, run.steps_per_epoch, run.config.columns)
    for first_step, rows in parts(database, run.id):
        writer.add(first_step, rows)
    writer.close()


class ParquetHistory:
    """A Parquet file of the table `history_frame`, written as steps arrive."""

    def __init__(self, path: Path, steps_per_epoch: int, columns: Sequence[str]) -> None:
        import pyarrow as pa  # 40 MB, needed only for writing such a file
        import pyarrow.parquet as pq

        self._table = pa.Table.from_pandas
        self._steps_per_epoch, self._columns = steps_per_epoch, columns
        empty = history_frame(np.empty((0, len(columns)), np.float32), 1, 1, columns)
        self._schema = pa.Schema.from_pandas(empty, preserve_index=False)
        self._writer = pq.ParquetWriter(path, self._schema)
        self._waiting: list[np.ndarray] = []
        self._first_step = 1

    def add(self, first_step: int, rows: np.ndarray) -> None:
        if not self._waiting:
            self._first_step = first_step
        self._waiting.append(rows)
        if sum(map(len, self._waiting)) >= 1 << 16:  # a row group
            self._write()

    def close(self) -> None:
        """Write what is left; only then is the file complete."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        if self._waiting:
            rows = np.concatenate(self._waiting)
            frame = history_frame(rows, self._first_step, self._steps_per_epoch, self._columns)
            self._writer.write_table(self._table(frame, self._schema, preserve_index=False))
            self._waiting = []


def curves(
    database: Database,
    run_id: str,
    from_step: int = 1,
    to_step: int | None = None,
    max_points: int = 2048,
) -> tuple[np.ndarray, np.ndarray]:
    """A run's history between two steps, thinned evenly so that no extreme is lost.

    The range is divided into buckets of equal length; each keeps the steps at which a column is
    smallest or largest. The result depends only on what is stored and requested.

    Returns:
        steps (m,) and float32 rows (m, n_columns), m <= max_points: rows of the history itself.
    """
    whole = extent(database, run_id)
    from_step = max(whole.first, from_step)
    to_step = whole.last if to_step is None else min(whole.last, to_step)
    n_steps, most = to_step - from_step + 1, max(1, max_points // (2 * whole.n_columns))
    if n_steps <= AS_IT_IS:
        rows = between(database, run_id, from_step, to_step, whole.n_columns)
        if n_steps <= max_points:
            return np.arange(from_step, from_step + len(rows)), rows
        return points(summarised(from_step, rows, from_step - 1, bucket_length(n_steps, most)))
    levels = _levels(database, run_id, whole)
    begin = (from_step - whole.first) // levels.length
    end = -(-(to_step - whole.first + 1) // levels.length)
    return points(joined(levels.buckets[begin:end], bucket_length(end - begin, most)))


def running_sums(database: Database, run_id: str) -> tuple[np.ndarray, np.ndarray]:
    """The cumulative sums of a run's columns along its steps.

    Returns:
        how many steps (n,), from 0 to all, and float64 (n, n_columns): their sums.
    """
    whole = extent(database, run_id)
    if whole.n_steps <= SHORT:
        rows = between(database, run_id, whole.first, whole.last, whole.n_columns)
        sums, counts = rows.astype(np.float64), np.ones(len(rows), np.int64)
    else:
        buckets = _levels(database, run_id, whole).buckets
        sums, counts = buckets["sums"], buckets["n"]
    start = np.zeros((1, whole.n_columns))
    return np.append(0, counts.cumsum()), np.concatenate([start, sums.cumsum(axis=0)])


def continued(database: Database, run_id: str, step: int, n_columns: int | None = None) -> Levels:
    """The levels of a run's history up to a step, from which its worker continues."""
    whole = extent(database, run_id)
    if n_columns:
        whole = replace(whole, n_columns=n_columns)
    first = whole.first if whole.n_steps else step + 1
    length = bucket_length(max(1, step - first + 1))
    found = _stored(database, run_id, whole)
    if found is None or found.length > length:
        found = Levels(first - 1, whole.n_columns, length)
    found.cut(step)
    for _, rows in parts(database, run_id, found.last_step, step, whole.n_columns):
        found.add(rows)
    return found


def keep(db: sa.Connection, run_id: str, levels: Levels | None) -> None:
    """Write what has changed in the levels of a run's history; a short one has none."""
    mine = history_levels.c.run_id == run_id
    if levels is None or levels.is_unwritten:
        db.execute(history_levels.delete().where(mine))
    if levels is None:
        return
    pages = dict(levels.pages())
    db.execute(history_levels.delete().where(mine, history_levels.c.index.in_(list(pages))))
    level = levels.length.bit_length() - 1
    common = {"run_id": run_id, "level": level, "n_columns": levels.n_columns}
    values = [{**common, "index": index, "data": data} for index, data in pages.items()]
    if values:
        db.execute(history_levels.insert(), values)


def _levels(database: Database, run_id: str, whole: Extent) -> Levels:
    """The buckets of a long history."""
    found = _stored(database, run_id, whole)
    if found is None or found.last_step != whole.last:
        return _built(database, run_id, whole)  # stored by a version that kept none
    return found


def _stored(database: Database, run_id: str, whole: Extent) -> Levels | None:
    mine = sa.select(history_levels).where(history_levels.c.run_id == run_id)
    with database.read() as db:
        rows = db.execute(mine.order_by(history_levels.c.index)).all()
    if not rows or rows[0].n_columns != whole.n_columns:
        return None
    found = Levels(whole.first - 1, whole.n_columns, 1 << rows[0].level)
    data = b"".join(row.data for row in rows)
    found.buckets = np.frombuffer(data, bucket_type(found.n_columns))
    return found


@lru_cache(maxsize=16)  # 200 KB each
def _built(database: Database, run_id: str, whole: Extent) -> Levels:
    return continued(database, run_id, whole.last)


def between(
    database: Database, run_id: str, from_step: int, to_step: int, n_columns: int
) -> np.ndarray:
    """The rows of some stored steps, if there is memory for them (else `parts`)."""
    found = [rows for _, rows in parts(database, run_id, from_step - 1, to_step, n_columns)]
    return np.concatenate([np.empty((0, n_columns), np.float32), *found])


def _rows(chunk: sa.Row, n_columns: int) -> np.ndarray:  # type: ignore[type-arg]
    """The steps of a chunk; columns that it does not have yet are NaN."""
    return widened(np.frombuffer(chunk.data, "<f4").reshape(_n_steps(chunk), -1), n_columns)


def _n_steps(chunk: sa.Row) -> int:  # type: ignore[type-arg]
    return chunk.last_step - chunk.first_step + 1
