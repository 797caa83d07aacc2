import threading
import time

import pytest
import sqlalchemy as sa

from gan_core import ExperimentConfig, train
from gan_core.errors import StaleAttemptError
from gan_core.store import model, schema
from gan_core.store.attempt import Attempt
from gan_core.store.database import Database
from gan_core.store.queue import (
    BEGIN_SECONDS,
    MAX_RESTARTS,
    SILENT_SECONDS,
    Claim,
    live_dispatchers,
)
from gan_core.store.rows import lock
from gan_core.store.store import Store

ME = "everybody"


@pytest.fixture(scope="module")
def checkpoint(configured):
    *_, end = train(configured(epochs=1))
    return end.checkpoint


def test_first_come_first_served(store, queue):
    runs = [store.create(ExperimentConfig(), ME) for _ in range(4)]
    assert [queue.claim() for _ in range(5)] == [*(Claim(run.id, 1) for run in runs), None]
    assert store.counts()["running"] == 4


def test_a_change_of_the_store_is_noticed_once_whoever_made_it(store, queue, url, eventually):
    queue.may_have_changed()
    assert not queue.may_have_changed()
    assert store.list() == []  # to read is no change
    assert not queue.may_have_changed()
    other = Store(Database(url))
    run = other.create(ExperimentConfig(), ME)
    eventually(queue.may_have_changed, 0.5)  # before it would look anyway
    assert not queue.may_have_changed()
    store.pause(run.id)
    eventually(queue.may_have_changed, 0.5)
    assert queue.claim() is None
    assert not queue.may_have_changed()
    other.database.engine.dispose()


def test_a_claim_forgets_what_was_wanted_before_and_counts_attempts(store, queue):
    run = store.create(ExperimentConfig(), ME)
    queue.claim()
    store.pause(run.id)
    queue.ended(Claim(run.id, 1), "")
    assert store.get(run.id).status == "paused"
    store.resume(run.id)
    assert queue.claim() == Claim(run.id, 2)
    now = store.get(run.id)
    assert (now.status, now.want, now.attempt, now.worker_pid) == ("running", "", 2, None)


def test_no_run_is_claimed_twice_and_each_claims_in_order(store, queue_of, url):
    order = [store.create(ExperimentConfig(), ME).id for _ in range(60)]
    barrier, claims = threading.Barrier(4), []

    def claim_all(queue, mine):
        barrier.wait()
        while claim := queue.claim():
            mine.append(claim)

    threads = []
    for _ in range(4):
        claims.append([])
        queue = queue_of(Store(Database(url)))
        threads.append(threading.Thread(target=claim_all, args=(queue, claims[-1])))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [claim.run_id for mine in claims for claim in mine]
    assert sorted(taken) == sorted(order)
    assert {claim.attempt for mine in claims for claim in mine} == {1}
    for mine in claims:
        places = [order.index(claim.run_id) for claim in mine]
        assert places == sorted(places)


@pytest.mark.parametrize(
    ("want", "reason", "status", "why"),
    [
        ("", "its worker process died (signal 9)", "failed", "its worker process died (signal 9)"),
        ("", "", "failed", "its worker ended without a result"),
        ("pause", "its worker stopped responding and was terminated", "paused", ""),
        ("stop", "its worker stopped responding and was terminated", "stopped", ""),
    ],
)
def test_a_vanished_worker_leaves_its_run_as_was_wanted_else_failed(
    store, begun, queue, want, reason, status, why
):
    attempt = begun()
    if want:
        {"pause": store.pause, "stop": store.stop}[want](attempt.run_id)
    queue.ended(Claim(attempt.run_id, attempt.number), reason)
    run = store.get(attempt.run_id)
    assert (run.status, run.reason, run.want) == (status, why, "")
    assert run.ended_at >= run.started_at
    assert run.can_resume


@pytest.mark.parametrize("status", [model.FINISHED, model.FAILED, model.PAUSED, model.STOPPED])
def test_what_a_worker_said_itself_stays(store, begun, queue, status):
    attempt = begun()
    attempt.close(status, "its own reason")
    before = store.get(attempt.run_id)
    queue.ended(Claim(attempt.run_id, attempt.number), "its worker process died")
    assert store.get(attempt.run_id) == before


def test_the_end_of_an_older_attempt_says_nothing_of_the_newer(store, begun, queue):
    attempt = begun()
    attempt.close(model.PAUSED)
    store.resume(attempt.run_id)
    assert queue.claim() == Claim(attempt.run_id, 2)
    queue.ended(Claim(attempt.run_id, 1), "its worker process died")
    assert store.get(attempt.run_id).status == "running"


def test_the_end_of_a_deleted_run_is_nothing(store, begun, queue):
    attempt = begun()
    store.delete(attempt.run_id)
    queue.ended(Claim(attempt.run_id, attempt.number), "")
    assert store.list() == []


def test_overdue_is_who_was_asked_long_ago_or_has_no_run_any_more(store, begun, queue, clock):
    attempt, other = begun(), begun()
    claim = Claim(attempt.run_id, attempt.number)
    assert not queue.is_overdue(claim, 0)
    store.stop(attempt.run_id)
    assert not queue.is_overdue(claim, 60)
    clock.now += 61
    assert queue.is_overdue(claim, 60)
    assert not queue.is_overdue(Claim(other.run_id, other.number), -1)
    attempt.close(model.STOPPED)
    assert not queue.is_overdue(claim, 0)
    assert queue.is_overdue(Claim(attempt.run_id, attempt.number - 1), 60)
    store.delete(attempt.run_id)
    assert queue.is_overdue(claim, 60)


def test_a_running_attempt_of_which_nothing_is_heard_has_lost_its_worker(store, queue, clock):
    store.create(ExperimentConfig(), ME)
    claim = queue.claim()
    attempt = Attempt(store.database, claim.run_id, claim.attempt)
    assert not queue.lost_its_worker(claim, BEGIN_SECONDS - 1)
    assert queue.lost_its_worker(claim, BEGIN_SECONDS + 1)
    attempt.begin(0, 1, "cpu", "torch")
    for _ in range(10):
        assert not queue.lost_its_worker(claim, BEGIN_SECONDS + 1)
        clock.now += SILENT_SECONDS
        attempt.beat()
    assert not queue.lost_its_worker(claim, 0)
    clock.now += SILENT_SECONDS + 1
    assert queue.lost_its_worker(claim, 0)
    attempt.close(model.STOPPED)
    assert not queue.lost_its_worker(claim, BEGIN_SECONDS + 1)
    with pytest.raises(StaleAttemptError):
        attempt.beat()


def test_a_clock_that_is_set_back_makes_no_worker_immortal(store, begun, queue, clock, monkeypatch):
    """Fault 13: whoever was asked, or beat, an hour in the future was waited for that hour."""
    attempt, claim = begun(), Claim(store.list()[0].id, 1)
    hour = time.time() + 3600
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: hour)
        attempt.beat()
        store.stop(attempt.run_id)
    assert not queue.is_overdue(claim, 5)
    assert not queue.lost_its_worker(claim, 0)
    clock.now += SILENT_SECONDS + 1
    assert queue.is_overdue(claim, 5)
    assert queue.lost_its_worker(claim, 0)


def test_dispatchers_announce_themselves_and_leave(store, queue_of):
    queues = [queue_of(store) for _ in range(3)]
    for queue in queues:
        queue.announce()
    assert len(live_dispatchers(store.database)) == 3
    queues[0].leave()
    assert len(live_dispatchers(store.database)) == 2
    for seconds in (SILENT_SECONDS + 1, -2 * SILENT_SECONDS - 2):  # also after a clock was set back
        silence(store, seconds)
        assert live_dispatchers(store.database) == []
    queues[1].announce()
    assert len(live_dispatchers(store.database)) == 1


def test_those_long_silent_are_forgotten(store, queue_of):
    queue_of(store)
    silence(store, 3601)
    queue_of(store)
    with store.database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(schema.dispatchers)) == 1


def silence(store, seconds):
    """As if no dispatcher had been seen for so long."""
    with store.database.write() as db:
        seen_at = schema.dispatchers.c.seen_at
        db.execute(schema.dispatchers.update().values(seen_at=seen_at - seconds))


@pytest.fixture
def orphan(store, queue_of):
    """A run whose dispatcher is gone, as its attempt."""

    def make():
        store.create(ExperimentConfig(), ME)
        claim = lose(queue_of(store))
        return Attempt(store.database, claim.run_id, claim.attempt)

    return make


def lose(queue):
    """What a dispatcher takes before it dies."""
    claim = queue.claim()
    queue.leave()
    return claim


@pytest.mark.parametrize(
    ("want", "status"), [("", "queued"), ("pause", "paused"), ("stop", "stopped")]
)
def test_orphans_go_where_they_were_asked_to_else_back_to_the_queue(
    store, queue, orphan, want, status
):
    attempt = orphan()
    if want:
        {"pause": store.pause, "stop": store.stop}[want](attempt.run_id)
    assert queue.adopt_orphans([]) == 1
    run = store.get(attempt.run_id)
    assert (run.status, run.want, run.worker_pid, run.reason) == (status, "", None, "")
    with pytest.raises(StaleAttemptError):
        attempt.close(model.FINISHED)
    assert queue.adopt_orphans([]) == 0


def test_an_orphan_keeps_its_place_before_those_who_came_later(store, queue, orphan):
    attempt = orphan()
    later = store.create(ExperimentConfig(), ME)
    queue.adopt_orphans([])
    assert [queue.claim(), queue.claim()] == [Claim(attempt.run_id, 2), Claim(later.id, 1)]


def test_a_silent_dispatcher_is_dead_however_near_its_time_is_to_ours(store, queue_of, clock):
    store.create(ExperimentConfig(), ME)
    silent, other = queue_of(store), queue_of(store)
    run_id = silent.claim().run_id
    for _ in range(5):
        assert other.adopt_orphans([]) == 0
        clock.now += SILENT_SECONDS
        silent.announce()
    silence(store, -3600)  # its clock is an hour ahead
    assert other.adopt_orphans([]) == 0
    clock.now += SILENT_SECONDS + 1
    assert other.adopt_orphans([]) == 1
    assert store.get(run_id).status == "queued"


def test_own_runs_are_orphans_only_if_no_worker_has_them(store, begun, queue, clock):
    attempt = begun()
    clock.now += SILENT_SECONDS + 1
    assert queue.adopt_orphans([Claim(attempt.run_id, attempt.number)]) == 0
    assert store.get(attempt.run_id).status == "running"
    assert queue.adopt_orphans([]) == 1
    assert store.get(attempt.run_id).status == "queued"


def test_a_run_that_takes_its_server_down_again_and_again_fails(store, queue, queue_of):
    run = store.create(ExperimentConfig(), ME)
    for _ in range(MAX_RESTARTS):
        assert store.get(run.id).status == "queued"
        assert lose(queue_of(store)).run_id == run.id
        queue.adopt_orphans([])
    failed = store.get(run.id)
    assert failed.status == "failed"
    assert "several times" in failed.reason
    assert failed.can_resume


def test_a_run_with_a_checkpoint_is_requeued_however_often(store, queue, queue_of, checkpoint):
    run = store.create(ExperimentConfig(), ME)
    for number in range(1, MAX_RESTARTS + 3):
        assert lose(queue_of(store)) == Claim(run.id, number)
        Attempt(store.database, run.id, number).save(checkpoint)
        queue.adopt_orphans([])
    assert store.get(run.id).status == "queued"


def test_a_stopped_orphan_is_stopped_even_the_last_time(store, queue, queue_of):
    run = store.create(ExperimentConfig(), ME)
    for _ in range(MAX_RESTARTS - 1):
        lose(queue_of(store))
        queue.adopt_orphans([])
    lose(queue_of(store))
    store.stop(run.id)
    queue.adopt_orphans([])
    now = store.get(run.id)
    assert (now.status, now.want, now.reason) == ("stopped", "", "")


def test_of_a_job_that_is_held_the_next_is_taken(store, queue, url):
    first, second = (store.create(ExperimentConfig(), ME) for _ in range(2))
    if store.database.is_sqlite:  # which locks everything
        return
    with store.database.write() as db:
        lock(db, schema.jobs.c.id == first.id)
        assert queue.claim().run_id == second.id


def test_the_reason_of_a_rest_that_the_server_asked_for_is_kept(store, begun, queue):
    one, other, wanted = begun(), begun(), begun()
    for attempt in (one, other):
        attempt.ask_to_rest("stop", "too long")
    store.pause(wanted.run_id)
    wanted.ask_to_rest("stop", "too long")  # somebody was first
    one.close(model.STOPPED)
    queue.ended(Claim(other.run_id, other.number), "killed")
    wanted.close(model.PAUSED)
    found = [store.get(attempt.run_id) for attempt in (one, other, wanted)]
    assert [(run.status, run.reason) for run in found] == [
        (model.STOPPED, "too long"),
        (model.STOPPED, "too long"),
        (model.PAUSED, ""),
    ]
    assert all(run.can_resume for run in found)
    store.resume(one.run_id)
    assert store.get(one.run_id).reason == ""
