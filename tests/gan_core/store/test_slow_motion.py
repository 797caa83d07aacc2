"""A run that somebody plays: its speed and its player are in the store, and others only watch."""

import pytest

from gan_core.errors import AccessError, RunStateError
from gan_core.live.updates import live_update
from gan_core.store import model
from gan_core.store.access import Rule
from gan_core.store.attempt import Attempt
from gan_core.store.model import AWAY_SECONDS
from gan_core.store.store import Store


@pytest.fixture
def visitors(store, clock):
    """The server's rule with a clock that a test sets: ``visitors("ada")`` is ada's store."""
    rule = Rule()
    rule.clock = clock
    clock.now = 1e9
    return lambda name: Store(store.database, user=name, rule=rule)


@pytest.fixture
def played(visitors, configured):
    """The lecture's run, of which grace is the player at 5 updates a second."""
    run = visitors("owner").create(configured(epochs=20), paused=True)
    visitors("grace").set_speed(run.id, 5)
    visitors("grace").resume(run.id)
    return run.id


STEERING = {
    "pause": lambda store, run: store.pause(run),
    "stop": lambda store, run: store.stop(run),
    "resume": lambda store, run: store.resume(run),
    "advance": lambda store, run: store.advance(run),
    "set_speed": lambda store, run: store.set_speed(run, 0),
    "play": lambda store, run: store.play(run, 1),
    "edit": lambda store, run: store.edit(run, {"optimizer.lr_g": 0.01}),
    "rename": lambda store, run: store.rename(run, "mine"),
    "delete": lambda store, run: store.delete(run),
}


@pytest.mark.parametrize("verb", STEERING)
def test_nobody_but_player_and_owner_steers_a_run_that_is_played(visitors, played, clock, verb):
    bob, before = visitors("bob"), visitors("bob").get(played)
    assert bob.is_moving(before)
    assert not bob.may_change(before)
    with pytest.raises(AccessError, match=r"Somebody else is playing .* for 3 minutes"):
        STEERING[verb](bob, played)
    assert bob.get(played) == before
    clock.now += AWAY_SECONDS - 1
    assert not bob.may_change(before)
    clock.now += 2  # grace has asked for no step for three minutes
    assert bob.may_change(before)
    assert not bob.is_moving(before)
    if verb == "play":
        with pytest.raises(RunStateError, match="somebody else plays it"):
            bob.play(played, 1)
    elif verb == "pause":
        bob.pause(played)
        assert not bob.get(played).in_slow_motion
    else:
        STEERING[verb](bob, played)


def test_the_owner_steers_whoever_plays(visitors, played):
    owner = visitors("owner")
    owner.pause(played)
    run = owner.get(played)
    assert (run.status, run.is_played, run.speed, run.player) == ("paused", False, 5, "grace")
    assert not visitors("bob").may_change(run)  # grace only explains something
    owner.resume(played)
    run = owner.get(played)
    assert owner.plays(run)
    with pytest.raises(AccessError):
        visitors("grace").play(played, 1)


def test_every_request_for_steps_keeps_the_player_there(visitors, played, clock, queue):
    grace, bob = visitors("grace"), visitors("bob")
    for _ in range(3):
        clock.now += AWAY_SECONDS - 1
        assert grace.play(played, 1)
        _does_its_steps(grace, queue, played)
        assert not bob.may_change(bob.get(played))


def test_resume_keeps_the_speed_and_whoever_resumes_plays(visitors, played, clock):
    clock.now += AWAY_SECONDS + 1
    assert visitors("grace").is_moving(visitors("grace").get(played))  # as she left it
    bob = visitors("bob")
    bob.resume(played)
    run = bob.get(played)
    assert (run.status, run.speed, run.player) == ("paused", 5, "bob")
    assert bob.is_moving(run)
    assert not visitors("grace").may_change(run)
    bob.stop(played)
    assert visitors("grace").may_change(bob.get(played))  # there is nothing to end any more
    visitors("grace").resume(played)
    run = bob.get(played)
    assert (run.status, run.in_slow_motion, run.player) == ("paused", True, "grace")


def test_from_full_speed_to_slow_motion_and_back(visitors, begun, store):
    attempt = begun()
    ada = visitors("ada")
    ada.set_speed(attempt.run_id, 20)
    run = ada.get(attempt.run_id)
    assert (run.status, run.want, ada.is_moving(run)) == ("running", "pause", True)
    ada.set_speed(attempt.run_id, 0)  # before its worker has paused
    run = ada.get(attempt.run_id)
    assert (run.status, run.want, run.is_played, run.player) == ("running", "", False, None)
    ada.set_speed(attempt.run_id, 20)
    attempt.close(model.PAUSED)
    assert ada.play(attempt.run_id, 1)
    ada.set_speed(attempt.run_id, 0)
    run = ada.get(attempt.run_id)
    assert (run.status, run.until_step, run.is_played, run.speed) == ("queued", None, False, None)
    assert visitors("bob").may_change(run)


def test_a_speed_that_a_resting_run_is_given_waits_for_resume(visitors, configured):
    ada = visitors("ada")
    run = ada.create(configured(epochs=20), paused=True)
    ada.set_speed(run.id, 1)
    assert not ada.is_moving(ada.get(run.id))
    for speed in (-1, 1001):
        with pytest.raises(RunStateError, match="0 to 1,000 updates a second"):
            ada.set_speed(run.id, speed)


def test_single_steps_are_the_players_too(visitors, configured, clock):
    ada, bob = visitors("ada"), visitors("bob")
    run = visitors("owner").create(configured(epochs=20), paused=True)
    ada.advance(run.id, 1)
    with pytest.raises(AccessError):
        bob.resume(run.id)
    clock.now += AWAY_SECONDS + 1
    bob.resume(run.id)


def _does_its_steps(store, queue, run_id):
    claim = queue.claim()
    attempt = Attempt(store.database, claim.run_id, claim.attempt)
    run = store.get(run_id)
    attempt.report(run.until_step)
    attempt.rest_at_goal()
    return store.get(run_id).step - run.step


@pytest.mark.parametrize("n_tabs", [1, 3])
def test_it_goes_at_its_speed_in_however_many_tabs(visitors, played, clock, queue, n_tabs):
    grace, done = visitors("grace"), 0
    for _ in range(10 * 10):  # ten seconds, ten requests a second in each tab
        clock.now += 0.1
        for _ in range(n_tabs):
            if grace.play(played, 2):
                done += _does_its_steps(grace, queue, played)
        if done >= 38:
            break
    assert clock.now - 1e9 == pytest.approx(38 / 5, abs=0.5)


def test_what_was_missed_is_not_made_up_for(visitors, played, clock, queue):
    grace = visitors("grace")
    clock.now += 60  # the page was hidden
    assert grace.play(played, 1000)
    assert _does_its_steps(grace, queue, played) <= 4


def test_a_watcher_is_told_when_it_moves_and_when_the_player_has_gone(visitors, played, clock):
    bob = visitors("bob")

    def told():
        update = live_update(bob, bob.get(played), attempt=0, since=0, shown=0)
        return update["moving"], update["seen"]

    moves, first = told()
    assert moves
    visitors("grace").set_speed(played, 1)
    slower = told()[1]
    visitors("grace").pause(played)
    rests, paused = told()
    assert not rests
    clock.now += AWAY_SECONDS + 1
    free = told()[1]
    assert len({first, slower, paused, free}) == 4
