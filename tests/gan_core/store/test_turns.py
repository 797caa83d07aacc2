"""Whose turn it is in the queue."""

import pytest

from gan_core import ExperimentConfig
from gan_core.errors import LimitError
from gan_core.store import model

ME = "everybody"


def in_order(store, queue):
    """The owners of what starts, in order, as `place_in_queue` foretold it."""
    runs = [run for job in store.list() for run in (store.members(job) if job.is_group else [job])]
    waiting = [run for run in runs if run.status == model.QUEUED]
    foretold = sorted(waiting, key=store.place_in_queue)
    started = []
    while claim := queue.claim():
        started.append(store.get(claim.run_id))
    assert [run.id for run in started] == [run.id for run in foretold]
    return [run.owner for run in started]


def test_two_groups_of_one_visitor_do_not_hold_up_another(store, queue, configured):
    """Fault 7: two groups of 100 seeds filled the queue, and the next student was refused."""
    store.create(configured(epochs=1), "ada", repeats=100)
    with pytest.raises(LimitError, match="100 of your runs are waiting already and this adds 100"):
        store.create(configured(epochs=1), "ada", repeats=100)
    assert store.get(queue.claim().run_id).owner == "ada"
    run = store.create(configured(epochs=1), "grace")
    assert store.place_in_queue(run) == 1
    assert queue.claim().run_id == run.id


def test_owners_take_turns_single_runs_before_members(store, queue):
    store.create(ExperimentConfig(), "ada", repeats=3)
    for owner in ("ada", "grace", "grace"):
        store.create(ExperimentConfig(), owner)
    store.create(ExperimentConfig(), "emmy", repeats=2)
    assert in_order(store, queue) == ["ada", "grace", "emmy", "ada", "grace", "emmy", *2 * ["ada"]]


def test_who_has_fewest_running_is_next(store, queue):
    for _ in range(2):
        store.create(ExperimentConfig(), "ada")
        queue.claim()
    for owner in ("ada", "grace", "grace", "ada", "grace"):
        store.create(ExperimentConfig(), owner)
    assert in_order(store, queue) == ["grace", "grace", "ada", "grace", "ada"]


def test_single_steps_by_hand_jump_all_turns(store, queue):
    run = store.create(ExperimentConfig(), "ada", paused=True)
    store.create(ExperimentConfig(), "grace")
    store.create(ExperimentConfig(), "ada")
    store.advance(run.id)
    assert store.place_in_queue(store.get(run.id)) == 1
    assert in_order(store, queue) == ["ada", "grace", "ada"]


def test_no_more_of_one_owner_run_at_once_than_allowed(store, queue_of):
    queue = queue_of(store, max_active=2)
    runs = [store.create(ExperimentConfig(), "ada") for _ in range(3)]
    claims = [queue.claim() for _ in range(3)]
    assert [claim and claim.run_id for claim in claims] == [runs[0].id, runs[1].id, None]
    stepped = store.create(ExperimentConfig(), "ada", paused=True)
    store.advance(stepped.id)
    assert queue.claim().run_id == stepped.id  # someone is waiting in front of the screen
    other = store.create(ExperimentConfig(), "grace")
    assert queue.claim().run_id == other.id
    for claim in claims[:2]:
        queue.ended(claim, "gone")
    assert queue.claim().run_id == runs[2].id
