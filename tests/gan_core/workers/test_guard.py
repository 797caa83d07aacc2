"""What a running job is asked where it passes a limit."""

import numpy as np
import pytest

from gan_core import ExperimentConfig
from gan_core.limits import Limits
from gan_core.store import model
from gan_core.store.store import Store
from gan_core.workers.guard import MEASURED_SECONDS, Guard
from gan_core.workers.worker import run_attempt

LONG = ExperimentConfig().with_values({"training.epochs": 1_000_000})


def asked(store, attempt):
    job = store.get(attempt.run_id)
    return job.want, job.reason


def test_wall_time(store, begun, clock):
    attempt = begun()
    guard = Guard(attempt, Limits(max_wall_seconds=100), clock)
    clock.now = 100
    guard.look(store.get(attempt.run_id))
    assert asked(store, attempt) == ("", "")
    clock.now = 101
    guard.look(store.get(attempt.run_id))
    want, why = asked(store, attempt)
    assert want == "stop"
    assert "worked on for 100 seconds, as long as this server allows" in why
    assert "Resume it" in why


@pytest.mark.parametrize(("rate", "want"), [(100, ""), (90, "stop")])
def test_the_estimate_is_corrected_by_what_is_measured(store, begun, clock, rate, want):
    """2,000,000 steps, of which 10,000 s are allowed: by far too slow is less than 100 a second."""
    attempt = begun(LONG)
    guard = Guard(attempt, Limits(max_run_seconds=10_000), clock)
    attempt.append(1, np.zeros((5, 4), np.float32))  # the first ones, after which it is measured
    clock.now = 1000  # in which it was compiled
    guard.look(store.get(attempt.run_id))
    attempt.append(6, np.zeros((rate * 40, 4), np.float32))
    clock.now += MEASURED_SECONDS - 1
    guard.look(store.get(attempt.run_id))
    assert asked(store, attempt) == ("", "")
    clock.now = 1040
    guard.look(store.get(attempt.run_id))
    found, why = asked(store, attempt)
    assert found == want
    assert not want or "the rest would take about 6 hours, this server allows 3 hours" in why


def test_a_disk_that_fills_up_pauses_what_trains(store, begun, clock):
    attempt = begun()
    guard = Guard(attempt, Limits(min_free_mb=1), clock)
    guard.look(store.get(attempt.run_id))
    assert asked(store, attempt) == ("", "")
    guard._limits = Limits(min_free_mb=10**9)
    guard.look(store.get(attempt.run_id))
    assert asked(store, attempt)[0] == "pause"
    assert "The disk has only" in asked(store, attempt)[1]


def test_a_worker_stops_with_its_checkpoint_and_goes_on_when_resumed(
    store, queue, configured, monkeypatch
):
    monkeypatch.setenv("GAN_FORGE_MAX_WALL_SECONDS", "1")
    run = store.create(configured(epochs=100_000))
    claim = queue.claim()
    assert run_attempt(store.database.url, claim.run_id, claim.attempt) == ""
    stopped = store.get(run.id)
    assert (stopped.status, stopped.want) == (model.STOPPED, "")
    assert "as long as this server allows" in stopped.reason
    assert 0 < stopped.step < stopped.total
    store.resume(run.id)
    claim = queue.claim()
    run_attempt(store.database.url, claim.run_id, claim.attempt)
    assert store.get(run.id).step > stopped.step
    Store(store.database).delete(run.id)
