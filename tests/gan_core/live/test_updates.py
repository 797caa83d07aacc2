import base64
import json

import numpy as np
import pytest

from gan_core.data import load_table
from gan_core.live.updates import MAX_POINTS, N_BINS, bin_edges, densities, live_update
from gan_core.store import model
from gan_core.store.schema import jobs

CURVES = ("d_loss", "g_loss", "d_real", "d_fake")
STEPS = np.random.default_rng(0).uniform(size=(30_000, 4)).astype(np.float32)
REAL = load_table().values


def unpacked(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


@pytest.fixture
def update_of(store):
    def ask(attempt, number=1, since=0, shown=0):
        run = store.get(attempt.run_id)
        update = live_update(store, run, attempt=number, since=since, shown=shown)
        json.dumps(update, allow_nan=False)
        return update

    return ask


def test_a_viewer_gets_what_came_after_its_last_step(begun, update_of):
    attempt = begun()
    attempt.append(1, STEPS[:10], rate=100.0)
    attempt.append(11, STEPS[10:16], rate=100.0)
    update = update_of(attempt)
    assert (update["status"], update["attempt"]) == ("running", 1)
    assert (update["after"], update["step"], update["epochs_done"]) == (0, 16, 8)
    assert unpacked(update["x"]).tolist() == [step / 2 for step in range(1, 17)]
    for i, name in enumerate(CURVES):
        assert np.array_equal(unpacked(update[name]), STEPS[:16, i])
    later = update_of(attempt, since=12)
    assert (later["after"], later["step"]) == (12, 16)
    assert np.array_equal(unpacked(later["d_loss"]), STEPS[12:16, 0])


def test_a_viewer_that_has_all_gets_nothing(begun, update_of):
    attempt = begun()
    attempt.append(1, STEPS[:10])
    update = update_of(attempt, since=10)
    assert (update["after"], update["step"]) == (10, 10)
    assert not {"x", *CURVES} & update.keys()


def test_a_viewer_of_an_older_attempt_begins_anew(begun, update_of):
    attempt = begun()
    attempt.append(1, STEPS[:10], preview=REAL)
    update = update_of(attempt, number=0, since=8, shown=10)
    assert update["after"] == 0
    assert len(unpacked(update["x"])) == 10
    assert update["shown"] == 10


def test_an_update_is_small_however_long_the_run(begun, update_of):
    attempt = begun()
    attempt.append(1, STEPS, preview=REAL)
    update = update_of(attempt)
    assert len(unpacked(update["x"])) <= MAX_POINTS
    assert len(json.dumps(update)) < 100_000
    for i, name in enumerate(CURVES):
        assert unpacked(update[name]).max() == STEPS[:, i].max()
        assert unpacked(update[name]).min() == STEPS[:, i].min()


def test_histograms_come_only_when_they_are_newer(begun, update_of):
    attempt = begun()
    attempt.append(1, STEPS[:10])
    assert "densities" not in update_of(attempt)
    attempt.append(11, STEPS[10:20], preview=REAL)
    assert update_of(attempt, shown=10)["shown"] == 20
    assert "densities" not in update_of(attempt, shown=20)


def test_waiting_and_ended_runs(store, begun, update_of, queue, configured):
    waiting = [store.create(configured(), "everybody") for _ in range(2)][1]
    update = live_update(store, waiting, attempt=0, since=0, shown=0)
    assert (update["status"], update["place"], update["step"]) == ("queued", 2, 0)
    queue.claim(), queue.claim()
    attempt = begun()
    attempt.append(1, STEPS[:10], rate=50.0)
    assert update_of(attempt)["rate"] == 50.0
    attempt.close(model.PAUSED)
    update = update_of(attempt)
    assert (update["status"], update["rate"], update["seconds_left"]) == ("paused", None, None)


def test_a_viewer_knows_whether_anybody_starts_what_waits(store, queue, configured):
    run = store.create(configured())
    with store.database.write() as db:
        db.execute(jobs.update().values(queued_at=run.queued_at - 60))
    for leave, unattended in ((lambda: None, False), (queue.leave, True)):
        leave()
        update = live_update(store, store.get(run.id), attempt=0, since=0, shown=0)
        assert update["unattended"] == unattended


def test_densities_have_area_1_in_the_bins_of_the_real_rows():
    rows = np.random.default_rng(0).uniform(REAL.min(axis=0), REAL.max(axis=0), (500, 4))
    for found, edges, real in zip(densities(REAL, rows), bin_edges(REAL), REAL.T, strict=True):
        assert len(found) == N_BINS == len(edges) - 1
        assert (edges[0], edges[-1]) == (real.min(), real.max())
        assert np.dot(found, np.diff(edges)) == pytest.approx(1, abs=1e-4)


def test_densities_are_numpys_and_miss_no_row_at_the_edge():
    for found, real in zip(densities(REAL, REAL), REAL.T, strict=True):
        np.testing.assert_allclose(found, np.histogram(real, N_BINS, density=True)[0], atol=1e-6)
    rounded = REAL.astype(np.float32)  # 5.8 becomes 5.8000002
    assert densities(REAL, rounded) == densities(REAL, np.clip(rounded, REAL.min(0), REAL.max(0)))


def test_rows_beyond_the_real_ones_are_in_no_bin():
    """As an encoder without bounds lets G make them; a bin at the edge must not swallow them."""
    beyond = np.vstack([REAL, REAL.max(0) + np.ptp(REAL, axis=0), REAL.min(0) - 1.0])
    share = len(REAL) / len(beyond)
    np.testing.assert_allclose(
        densities(REAL, beyond), share * np.array(densities(REAL, REAL)), atol=2e-6
    )
