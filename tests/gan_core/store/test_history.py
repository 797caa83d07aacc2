import base64
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from gan_core.live.updates import live_update
from gan_core.store import history
from gan_core.store.attempt import Attempt
from gan_core.store.history import AS_IT_IS, SHORT, continued, curves, running_sums
from gan_core.store.schema import chunks, history_levels
from tests import stored

N = 150_000
STEPS = np.random.default_rng(0).normal(size=(N, 4)).astype(np.float32)


def append(attempt, until, first_step=1, size=1777):
    while first_step <= until:
        last = min(until, first_step + size - 1)
        attempt.append(first_step, STEPS[first_step - 1 : last])
        first_step = last + 1


def forget_levels(store):
    """As a store of the version that kept none."""
    with store.database.write() as db:
        db.execute(history_levels.delete())


def kept(store, attempt):
    with store.database.read() as db:
        rows = db.execute(history_levels.select().order_by(history_levels.c.index)).all()
    return [tuple(row) for row in rows if row.run_id == attempt.run_id]


def test_parts_are_the_history_and_never_all_of_it(store, begun):
    attempt = begun()
    append(attempt, 60_000)
    found = list(history.parts(store.database, attempt.run_id, 99, 50_000))
    assert np.array_equal(np.concatenate([rows for _, rows in found]), STEPS[99:50_000])
    assert found[0][0] == 100
    assert max(len(rows) for _, rows in found) <= 2**15


def test_a_history_of_fewer_columns_than_now_is_filled_up(store, begun):
    attempt = begun()
    attempt.append(1, STEPS[:5000])
    wider = np.concatenate([STEPS, STEPS[:, :1]], axis=1)[5000:6000]
    attempt.append(5001, wider)
    rows = np.concatenate([rows for _, rows in history.parts(store.database, attempt.run_id)])
    assert rows.shape == (6000, 5)
    assert np.isnan(rows[:5000, 4]).all()
    assert np.array_equal(rows[5000:], wider)
    assert curves(store.database, attempt.run_id, max_points=500)[1].shape[1] == 5


def test_short_histories_have_nothing_beside_them(store, begun):
    attempt = begun()
    append(attempt, SHORT)
    assert kept(store, attempt) == []
    append(attempt, SHORT + 1, SHORT + 1)
    assert kept(store, attempt)


@pytest.mark.parametrize("n", [2000, 4000, 9000, N])
@pytest.mark.parametrize("old", [False, True], ids=["kept", "made when it is asked for"])
def test_curves_are_rows_of_the_history_evenly_and_with_every_peak(store, begun, n, old):
    attempt = begun()
    append(attempt, n)
    if old:
        forget_levels(store)
    steps, rows = curves(store.database, attempt.run_id)
    assert np.array_equal(rows, STEPS[steps - 1])
    assert len(steps) <= 2048
    assert np.diff(steps).max() <= 2 * n / 128
    assert np.array_equal(rows.min(axis=0), STEPS[:n].min(axis=0))
    assert np.array_equal(rows.max(axis=0), STEPS[:n].max(axis=0))


def test_a_closer_look_shows_more(store, begun):
    attempt = begun()
    append(attempt, N)
    for first, last in ((70_000, 70_500), (1000, 60_000), (20_000, 20_000 + AS_IT_IS)):
        steps, rows = curves(store.database, attempt.run_id, first, last)
        assert np.array_equal(rows, STEPS[steps - 1])
        assert np.diff(steps).max() <= max(1, (last - first) / 50)
    assert len(curves(store.database, attempt.run_id, N + 1)[0]) == 0


def test_an_attempt_that_goes_on_makes_what_one_alone_makes(store, begun, queue):
    alone, broken = begun(), begun()
    append(alone, 30_000)
    append(broken, 20_000)
    broken.close("failed")
    store.resume(broken.run_id)
    claim = queue.claim()
    again = Attempt(store.database, claim.run_id, claim.attempt)
    with store.database.read() as db:
        ends = sorted(db.scalars(chunks.select().with_only_columns(chunks.c.last_step)))
    step = next(end for end in ends if end > 15_000)
    again.begin(step, os.getpid(), "cpu", "torch")  # the last steps are undone
    assert continued(store.database, again.run_id, step).last_step == step
    append(again, 30_000, step + 1)
    one, other = ([row[1:] for row in kept(store, attempt)] for attempt in (alone, again))
    assert one == other


def test_a_run_of_the_version_before_gets_its_levels_when_it_goes_on(store, begun):
    attempt = begun()
    append(attempt, 20_000)
    expected = kept(store, attempt)
    forget_levels(store)
    attempt.begin(20_000, os.getpid(), "cpu", "torch")
    assert kept(store, attempt) == expected


def test_a_write_that_failed_leaves_no_trace(store, begun, monkeypatch):
    attempt = begun()
    append(attempt, 40_000)
    with monkeypatch.context() as patch:
        patch.setattr(history, "keep", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            attempt.append(40_001, STEPS[40_000:41_000])
    append(attempt, 41_000, 40_001)
    other = begun()
    append(other, 40_000)
    append(other, 41_000, 40_001)
    one, two = ([row[1:] for row in kept(store, which)] for which in (attempt, other))
    assert one == two


def test_sums_are_those_of_all_steps(store, begun):
    attempt = begun()
    for n in (3000, 50_000):
        append(attempt, n, attempt and store.get(attempt.run_id).step + 1)
        counts, sums = running_sums(store.database, attempt.run_id)
        assert (counts[0], counts[-1]) == (0, n)
        expected = np.concatenate([np.zeros((1, 4)), STEPS.astype(float).cumsum(axis=0)])
        np.testing.assert_allclose(sums, expected[counts], atol=1e-6)


def test_a_file_is_written_part_by_part(store, begun, tmp_path):
    attempt = begun()
    append(attempt, N)
    run, file = store.get(attempt.run_id), tmp_path / "history.parquet"
    history.write_parquet(store.database, run, file)
    pd.testing.assert_frame_equal(pd.read_parquet(file), stored.history(store.database, run))


MEASURE = """
import json, pathlib, sys, tracemalloc
from gan_core.live.updates import live_update
from gan_core.store import history
from gan_core.store.groups import band
from gan_core.store.schema import history_levels
from gan_core.store.store import Store
store = Store.open(sys.argv[1])
run = store.get(sys.argv[2])
live_update(store, run, attempt=1, since=4_999_990, shown=9**9)  # imports
def largest(*since):
    sizes = []
    for one in since:
        sizes.append(len(json.dumps(live_update(store, run, attempt=1, since=one, shown=9**9))))
    band(store.database, [run])
    return max(sizes)
tracemalloc.start()
size = largest(0, 100, 4_000_000)
with store.database.write() as db:  # as of the version that kept none
    db.execute(history_levels.delete())
largest(0)
history.write_parquet(store.database, run, pathlib.Path(sys.argv[3]))
print(json.dumps([size, tracemalloc.get_traced_memory()[1]]))
"""


def test_five_million_steps_need_little_memory(store, begun, url, tmp_path, configured):
    attempt = begun(configured(epochs=1_000_000, batch_size=10))
    part = STEPS[:25_000]  # half a second at least
    for i in range(200):
        attempt.append(1 + 25_000 * i, part)
    command = [sys.executable, "-c", MEASURE, url, attempt.run_id, str(tmp_path / "h.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    size, peak = json.loads(done.stdout)
    assert size < 80_000
    assert peak < 20 * 2**20


def test_a_viewer_of_a_long_run_gets_even_curves_whenever_it_begins(store, begun, configured):
    """One that watched from the start, one that came late, one that comes at the end."""
    attempt = begun(configured(epochs=N))
    watchers = {"early": (0, 0), "late": (0, 60_000)}
    seen = {name: {} for name in watchers}
    since = dict.fromkeys(watchers, 0)

    def ask(name, begin):
        run = store.get(attempt.run_id)
        if run.step < begin:
            return
        update = live_update(store, run, attempt=1, since=since[name], shown=0)
        assert len(json.dumps(update)) < 80_000
        if update["mode"] == "replace":
            seen[name].clear()
        else:
            assert update["after"] == since[name]
        since[name] = update["step"]
        packed = (update.get(name, "") for name in ("x", "d_loss"))
        x, d_loss = (np.frombuffer(base64.b64decode(column), "<f4") for column in packed)
        seen[name].update(zip(x, d_loss, strict=True))

    for first in range(1, N, 1777):
        append(attempt, min(N, first + 1776), first)
        for name, (_, begin) in watchers.items():
            ask(name, begin)
    attempt.close("paused")
    watchers["last"], seen["last"], since["last"] = (0, 0), {}, 0
    for name in watchers:
        ask(name, 0)
        assert seen[name] == seen["early"]
        assert since[name] == N
        steps = np.array(sorted(seen[name]))
        gaps = np.diff(steps) * store.get(attempt.run_id).steps_per_epoch
        assert gaps.max() <= 2 * N / 128
        early, later = ((steps < 20_000).sum(), ((steps >= 20_000) & (steps < 40_000)).sum())
        assert 0.5 < early / later < 2
        assert (min(seen[name].values()), max(seen[name].values())) == (
            STEPS[:, 0].min(),
            STEPS[:, 0].max(),
        )
