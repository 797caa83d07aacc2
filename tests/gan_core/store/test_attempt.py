import os
import time

import numpy as np
import pytest

from gan_core import ExperimentConfig, train
from gan_core.errors import StaleAttemptError
from gan_core.store import model, results
from gan_core.store.attempt import Attempt
from gan_core.store.queue import Claim
from gan_core.training.events import history_frame
from tests import stored

STEPS = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def trained(configured):
    *_, end = train(configured(epochs=2))
    return end


def append_all(attempt, sizes, first_step=1):
    for size in sizes:
        attempt.append(first_step, STEPS[first_step - 1 : first_step - 1 + size])
        first_step += size


def test_config_is_the_runs(begun, configured):
    config = configured({"seed": 9}, epochs=4)
    assert begun(config).config() == config


def test_begin_notes_who_computes(store, begun):
    before = time.time()
    run = store.get(begun().run_id)
    assert (run.worker_pid, run.device, run.engine) == (os.getpid(), "cpu", "torch")
    assert before <= run.started_at <= time.time()
    assert (run.step, run.rate) == (0, None)


def test_append_notes_where_the_run_stands_and_returns_what_is_wanted(store, begun):
    attempt = begun()
    assert attempt.append(1, STEPS[:10], rate=123.5).want == ""
    run = store.get(attempt.run_id)
    assert (run.step, run.rate) == (10, 123.5)
    assert (run.d_loss, run.g_loss) == (float(STEPS[9, 0]), float(STEPS[9, 1]))
    store.pause(attempt.run_id)
    assert attempt.append(11, STEPS[10:11]).want == "pause"
    store.stop(attempt.run_id)
    assert attempt.append(12, STEPS[11:12]).want == "stop"


@pytest.mark.parametrize("sizes", [(60,), (1, 2, 57), (20, 20, 20), (1,) * 60])
def test_losses_round_trip_after_any_step(store, begun, sizes):
    attempt = begun()
    append_all(attempt, sizes)
    for after in range(62):
        first_step, losses = stored.losses(store.database, attempt.run_id, after)
        assert first_step == after + 1
        assert losses.dtype == np.float32
        assert losses.shape == (max(0, 60 - after), 4)
        assert np.array_equal(losses, STEPS[after:])


def test_chunks_of_four_columns_and_of_five_are_one_history(store, begun, configured):
    """Version 1 kept no column for the penalties' share; the width of a chunk says what it has."""
    attempt = begun(configured({"penalties": ["r1"]}))
    wide = np.column_stack([STEPS, STEPS[:, 0]])
    attempt.append(1, STEPS[:10])
    attempt.append(11, wide[10:30])
    _, losses = stored.losses(store.database, attempt.run_id)
    assert np.array_equal(losses[:, :4], STEPS[:30])
    assert np.isnan(losses[:10, 4]).all()
    assert np.array_equal(losses[10:], wide[10:30])
    history = stored.history(store.database, store.get(attempt.run_id))
    assert list(history)[2:] == ["d_loss", "g_loss", "d_real", "d_fake", "penalty"]


def test_losses_of_a_run_that_has_none(store, begun):
    first_step, losses = stored.losses(store.database, begun().run_id)
    assert (first_step, losses.shape) == (1, (0, 4))
    assert stored.losses(store.database, "AAAAAAAAAAAA")[1].shape == (0, 4)


def test_history_is_that_of_the_training(store, begun, trained, configured):
    attempt = begun(configured(epochs=2))
    losses = trained.history.iloc[:, 2:].to_numpy()
    attempt.append(1, losses[:3])
    attempt.append(4, losses[3:])
    assert stored.history(store.database, store.get(attempt.run_id)).equals(trained.history)


def test_history_of_a_run_that_has_none_has_the_columns(store, begun):
    history = stored.history(store.database, store.get(begun().run_id))
    assert list(history) == list(history_frame(STEPS, 1, 2, ExperimentConfig().columns))
    assert history.empty


def test_checkpoint_and_generator_round_trip(store, begun, trained, configured):
    attempt = begun(configured(epochs=2))
    run = store.get(attempt.run_id)
    assert results.checkpoint(store.database, run.id) is None
    assert results.generator(store.database, run) is None
    for checkpoint in (trained.checkpoint, trained.checkpoint):  # the second replaces the first
        attempt.save(checkpoint)
    found = results.checkpoint(store.database, run.id)
    assert (found.step, found.config) == (4, trained.checkpoint.config)
    for name, array in trained.checkpoint.tensors.items():
        assert np.array_equal(found.tensors[name], array)
    generator = results.generator(store.database, run)
    assert generator.sample(30).equals(trained.sample(30))


def test_preview_is_the_latest(store, begun):
    attempt = begun()
    assert results.preview(store.database, attempt.run_id) is None
    for first_step, n_rows in ((1, 5), (11, 3)):
        rows = np.random.default_rng(n_rows).normal(size=(n_rows, 4))
        attempt.append(first_step, STEPS[:10], preview=rows)
    attempt.append(21, STEPS[:10])
    preview = results.preview(store.database, attempt.run_id)
    assert preview.step == 20
    assert np.array_equal(preview.rows, rows.astype(np.float32))


def test_networks_and_snapshots_round_trip(store, begun, trained):
    attempt, checkpoint = begun(), trained.checkpoint
    assert results.latest_players(store.database, attempt.run_id) is None
    kept = {0: checkpoint.to_bytes(), 10: checkpoint.to_bytes()}
    attempt.append(1, STEPS[:10], networks=checkpoint.players(), kept=kept)
    players = results.latest_players(store.database, attempt.run_id)
    assert players.step == 10
    expected = (checkpoint.part("generator"), checkpoint.part("discriminator"))
    for found in (players, results.snapshot(store.database, attempt.run_id, 0)):
        for weights, theirs in zip((found.generator, found.discriminator), expected, strict=True):
            assert weights.keys() == theirs.keys()
            assert all(np.array_equal(weights[k], theirs[k]) for k in theirs)
    assert results.snapshot_steps(store.database, attempt.run_id) == [0, 10]
    again = results.snapshot_checkpoint(store.database, attempt.run_id, 10)
    assert again.tensors.keys() == checkpoint.tensors.keys()
    assert results.snapshot(store.database, attempt.run_id, 5) is None


def test_only_a_running_run_is_watched_and_knows_it(store, begun):
    attempt = begun()
    assert not attempt.append(1, STEPS[:10]).watched
    results.watch(store.database, attempt.run_id)
    assert attempt.append(11, STEPS[:10]).watched
    attempt.close(model.PAUSED)
    results.watch(store.database, attempt.run_id)  # nobody hears it, and nothing breaks


def next_attempt(store, queue, attempt):
    attempt.close(model.FAILED, "for a test")
    store.resume(attempt.run_id)
    claim = queue.claim()
    assert claim == Claim(attempt.run_id, attempt.number + 1)
    return Attempt(store.database, claim.run_id, claim.attempt)


@pytest.mark.parametrize("step", [0, 20, 40, 60])
def test_begin_drops_the_history_after_the_checkpoint(store, queue, begun, step):
    attempt, other = begun(), begun()
    for one in (attempt, other):
        append_all(one, (20, 20, 20))
    film = [0, 10, 20, 30, 60]
    attempt.append(61, STEPS[:1], kept=dict.fromkeys(film, b""))
    second = next_attempt(store, queue, attempt)
    second.begin(step, 1, "cpu", "torch")
    assert store.get(attempt.run_id).step == step
    assert results.snapshot_steps(store.database, attempt.run_id) == [s for s in film if s <= step]
    assert np.array_equal(stored.losses(store.database, attempt.run_id)[1], STEPS[:step])
    append_all(second, (60 - step,) if step < 60 else (), step + 1)
    assert np.array_equal(stored.losses(store.database, attempt.run_id)[1], STEPS)
    assert np.array_equal(stored.losses(store.database, other.run_id)[1], STEPS)


WRITES = {
    "begin": lambda attempt, trained: attempt.begin(0, 1, "cpu", "torch"),
    "append": lambda attempt, trained: attempt.append(21, STEPS[20:30], preview=STEPS),
    "save": lambda attempt, trained: attempt.save(trained.checkpoint),
    "end": lambda attempt, trained: attempt.close(model.FINISHED),
}
LOST = {
    "taken over": lambda store, queue, attempt: next_attempt(store, queue, attempt),
    "ended": lambda store, queue, attempt: attempt.close(model.PAUSED),
    "requeued": lambda store, queue, attempt: (
        attempt.close(model.PAUSED),
        store.resume(attempt.run_id),
    ),
    "given up": lambda store, queue, attempt: queue.ended(Claim(attempt.run_id, 1), "gone"),
}


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("write", WRITES)
def test_an_attempt_that_lost_its_run_writes_nothing(store, queue, begun, trained, lost, write):
    attempt = begun()
    append_all(attempt, (20,))
    LOST[lost](store, queue, attempt)
    before = store.get(attempt.run_id)
    with pytest.raises(StaleAttemptError, match="Attempt 1 no longer owns the run"):
        WRITES[write](attempt, trained)
    assert store.get(attempt.run_id) == before
    assert np.array_equal(stored.losses(store.database, attempt.run_id)[1], STEPS[:20])
    assert results.checkpoint(store.database, attempt.run_id) is None
    assert results.preview(store.database, attempt.run_id) is None


@pytest.mark.parametrize("write", [*WRITES, "config"])
def test_an_attempt_at_a_deleted_run_writes_nothing(store, begun, trained, write):
    attempt = begun()
    store.delete(attempt.run_id)
    with pytest.raises(StaleAttemptError):
        if write == "config":
            attempt.config()
        else:
            WRITES[write](attempt, trained)
    assert store.list() == []
    assert len(stored.losses(store.database, attempt.run_id)[1]) == 0


def test_a_new_run_after_a_deleted_one_begins_empty(store, begun):
    attempt = begun()
    append_all(attempt, (20,))
    store.delete(attempt.run_id)
    again = begun(ExperimentConfig())
    assert len(stored.losses(store.database, again.run_id)[1]) == 0
