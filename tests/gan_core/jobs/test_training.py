"""The job that trains, in this process: what is kept when its end does not go as usual."""

import sqlite3
import time
from dataclasses import replace

import numpy as np
import pytest

import gan_core.training
from gan_core import train
from gan_core.errors import DataError, DivergedError, StoreBusyError
from gan_core.jobs import training
from gan_core.store import results
from gan_core.store.attempt import Attempt
from gan_core.training import Finished
from gan_core.workers import worker
from gan_core.workers.worker import run_attempt
from tests import stored

ME = "everybody"


@pytest.fixture
def work(store, queue, url, monkeypatch):
    """Let a worker work on the run that is next, in this process, which stays as it is."""
    monkeypatch.setattr("gan_core.workers.worker._be_nice", lambda: None)

    def on_next():
        claim = queue.claim()
        reason = run_attempt(url, claim.run_id, claim.attempt)
        return store.get(claim.run_id), reason

    return on_next


def test_weights_broken_by_the_last_update_cost_the_scores_and_nothing_else(
    store, queue, begun, url, configured, engine, monkeypatch
):
    monkeypatch.setattr("gan_core.workers.worker._be_nice", lambda: None)
    config = configured(epochs=2, engine=engine)
    *_, end = train(config)
    tensors = {
        name: np.full_like(array, np.nan) if name.startswith("generator") else array
        for name, array in end.checkpoint.tensors.items()
    }
    attempt = begun(config)
    attempt.append(1, end.losses)
    attempt.save(replace(end.checkpoint, tensors=tensors))
    attempt.close("paused")
    store.resume(attempt.run_id)
    claim = queue.claim()
    assert run_attempt(url, claim.run_id, claim.attempt) == ""
    run = store.get(attempt.run_id)
    assert (run.status, run.step, run.scores) == ("finished", 4, None)
    assert run.reason.startswith("no scores: ")
    assert results.checkpoint(store.database, run.id).step == 4
    assert stored.history(store.database, run).equals(end.history)


def test_all_is_stored_before_the_scores(store, work, configured, monkeypatch):
    """Whatever scoring meets, a training of hours is not lost with it."""
    seen = []

    def no_score(generator):
        seen.append(results.checkpoint(store.database, store.list()[0].id).step)
        raise DataError("row 1 is not a number")

    monkeypatch.setattr(training, "score", no_score)
    store.create(configured(epochs=3), ME)
    run, _ = work()
    assert (run.status, run.step, run.scores, seen) == ("finished", 6, None, [6])
    assert results.generator(store.database, run) is not None


@pytest.mark.parametrize("ask", ["pause", "stop"])
def test_a_run_asked_to_rest_while_it_is_scored_is_no_hung_one(
    store, queue, clock, url, configured, monkeypatch, ask
):
    run = store.create(configured(epochs=3), ME)
    claim = queue.claim()
    real, overdue = training.score, []

    def slow_score(generator):
        getattr(store, ask)(run.id)
        for _ in range(30):
            time.sleep(0.02)
            clock.now += 0.02
            overdue.append(queue.is_overdue(claim, 0.3))
        return real(generator)

    monkeypatch.setattr("gan_core.workers.worker._be_nice", lambda: None)
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(training, "score", slow_score)
    run_attempt(url, claim.run_id, claim.attempt)
    run = store.get(run.id)
    assert not any(overdue)
    assert (run.status, run.want) == ("finished", "")
    assert run.scores


def test_a_locked_store_does_not_hide_why_a_run_diverged(store, work, diverging, monkeypatch):
    def locked(self, checkpoint):
        raise StoreBusyError("The store is locked by another process.")

    monkeypatch.setattr(Attempt, "save", locked)
    store.create(diverging, ME)
    run, _ = work()
    assert run.status == "failed"
    assert run.reason.startswith("diverged at step ")


def test_why_a_run_failed_is_handed_on_where_the_store_is_locked(
    store, work, diverging, monkeypatch, tmp_path
):
    monkeypatch.setattr("gan_core.jobs.recorder.BUSY_TRIES", 1)
    lock = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    real = training.TrainingAttempt._save_what_is_good

    def then_lock(self, last):
        real(self, last)
        lock.execute("BEGIN IMMEDIATE")

    monkeypatch.setattr(training.TrainingAttempt, "_save_what_is_good", then_lock)
    monkeypatch.setattr(
        "gan_core.workers.worker.Database",
        lambda url: type(store.database)(url, busy_seconds=0.1),
    )
    store.create(diverging, ME)
    try:
        run, reason = work()
    finally:
        lock.close()
    assert run.status == "running"
    assert reason.startswith("diverged at step ")


def test_a_worker_keeps_no_history(store, work, configured, monkeypatch):
    """Fault 1: all steps were in its memory, 3.2 GB for the longest run."""
    ends, real = [], gan_core.training.train

    def noted(*given, **how):
        for event in real(*given, **how):
            if isinstance(event, Finished):
                ends.append(event)
            yield event

    monkeypatch.setattr(gan_core.training, "train", noted)
    store.create(configured(epochs=3), ME)
    run, _ = work()
    assert (run.status, [len(end.losses) for end in ends]) == ("finished", [0])


def test_a_run_that_diverges_keeps_its_last_good_state_and_so_does_its_resume(
    store, queue, work, diverging
):
    """Faults 3 and 13: it had no checkpoint, or one of seconds before."""
    store.create(diverging, ME)
    run, _ = work()
    assert (run.status, run.can_resume) == ("failed", True)
    assert run.reason.startswith(f"diverged at step {run.step + 1:,}: ")
    kept = results.checkpoint(store.database, run.id)
    assert kept.step == run.step
    store.resume(run.id)
    again, _ = work()
    assert (again.status, again.step, again.reason) == (run.status, run.step, run.reason)
    assert results.checkpoint(store.database, run.id).to_bytes() == kept.to_bytes()


def test_a_divergence_in_the_very_last_update_costs_no_checkpoint(store, work, diverging, engine):
    """Fault 13: 3 of 49 configs at rate 10. Only the loss of a next step shows it."""
    config = diverging.with_values({"training.engine": engine, "training.batch_size": 50})
    with pytest.raises(DivergedError) as caught:
        list(train(config))
    last = caught.value.step - 1
    for steps, status in ((last, "finished"), (last + 1, "failed")):
        store.create(config.with_values({"training.epochs": steps}), ME)
        run, _ = work()
        assert (run.total, run.status, run.step) == (steps, status, last)
        assert results.checkpoint_step(store.database, run.id) == last
    store.resume(run.id)
    again, _ = work()
    assert (again.status, again.step, again.reason) == ("failed", last, run.reason)
    assert results.checkpoint_step(store.database, run.id) == last
