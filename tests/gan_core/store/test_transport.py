"""Steps by hand, settings that change on the way, forks: the store's side and a real worker's."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gan_core import train
from gan_core.config.schedule import Edit
from gan_core.errors import ConfigError, LimitError, RunNotFoundError, RunStateError
from gan_core.limits import Limits
from gan_core.live.updates import live_update, seen
from gan_core.store import model, results
from gan_core.store.attempt import Attempt
from gan_core.store.queue import Claim
from gan_core.store.schema import chunks
from gan_core.store.store import Store
from gan_core.store.trainings import MAX_ADVANCE
from gan_core.training import Progress
from gan_core.workers.worker import run_attempt
from tests import stored

ME = "everybody"


@pytest.fixture
def work(store, queue, url, monkeypatch):
    """Let a worker work on the run that is next, in this process, which stays as it is."""
    monkeypatch.setattr("gan_core.workers.worker._be_nice", lambda: None)

    def on_next():
        claim = queue.claim()
        run_attempt(url, claim.run_id, claim.attempt)
        return store.get(claim.run_id)

    return on_next


@pytest.fixture
def paused(store, work, configured):
    """A run that stands after two steps."""

    def make(**training):
        run = store.create(configured(**{"epochs": 20, "engine": "fast", **training}), ME)
        store.pause(run.id)
        store.advance(run.id, 2)
        return work()

    return make


def state(store, run):
    return results.checkpoint(store.database, run.id)


def moved(one, other, player):
    return any(
        not np.array_equal(array, other.part(player)[key])
        for key, array in one.part(player).items()
    )


def test_a_run_is_advanced_step_by_step_and_is_the_same_run(store, work, paused):
    run = paused()
    assert (run.status, run.step, run.until_step) == ("paused", 2, None)
    for steps in (1, 1, 5):
        store.advance(run.id, steps)
        now = store.get(run.id)
        assert (now.status, now.is_stepping, now.shown_status) == ("queued", True, "paused")
        run = work()
    assert (run.status, run.step, run.config.schedule) == ("paused", 9, ())
    store.resume(run.id)
    run = work()
    assert (run.status, run.step) == ("finished", 40)
    *_, whole = train(run.config)
    assert stored.history(store.database, run).equals(whole.history)


def test_the_last_steps_end_a_run_as_always(store, work, paused):
    run = paused(epochs=2)
    store.advance(run.id, 100)
    run = work()
    assert (run.status, run.step, run.until_step) == ("finished", 4, None)
    assert run.scores


@pytest.mark.parametrize("player", ["d", "g"])
def test_one_player_learns_for_a_step_and_the_record_says_so(store, work, paused, player):
    run = paused()
    before = state(store, run)
    for steps in (1, 2):
        store.advance(run.id, steps, player)
        run = work()
    after = state(store, run)
    still = {"d": "generator", "g": "discriminator"}[player]
    learner = {"d": "discriminator", "g": "generator"}[player]
    assert not moved(before, after, still)
    assert moved(before, after, learner)
    assert run.config.schedule == (
        Edit(2, (("training.players", player),)),
        Edit(5, (("training.players", "both"),)),
    )
    store.resume(run.id)
    run = work()
    *_, replay = train(run.config)
    assert stored.history(store.database, run).equals(replay.history)


def test_a_run_told_to_go_on_while_it_steps_goes_on(store, queue, paused, work):
    run = paused()
    store.advance(run.id, 1)
    store.resume(run.id)  # before its worker began
    assert store.get(run.id).until_step is None
    assert work().status == "finished"
    run = paused()
    store.advance(run.id, 1)
    attempt = begin(store, queue)
    store.resume(run.id)  # while it does its step
    attempt.rest_at_goal()
    assert store.get(run.id).status == "queued"
    assert work().status == "finished"


def begin(store, queue):
    claim = queue.claim()
    attempt = Attempt(store.database, claim.run_id, claim.attempt)
    attempt.begin(store.get(claim.run_id).step, 1, "cpu", "torch")
    return attempt


def test_a_run_that_steps_can_be_stopped(store, queue, paused):
    run = paused()
    store.advance(run.id, 1)
    attempt = begin(store, queue)
    store.stop(run.id)
    attempt.rest_at_goal()
    assert store.get(run.id).status == "stopped"


def test_what_cannot_be_advanced(store, paused, work):
    run = paused()
    for steps in (0, MAX_ADVANCE + 1):
        with pytest.raises(RunStateError, match="advances by 1 to 1,000 steps"):
            store.advance(run.id, steps)
    with pytest.raises(ConfigError, match=r"training\.players must be one of both, d, g"):
        store.advance(run.id, 1, "x")
    assert store.get(run.id) == run
    store.resume(run.id)
    with pytest.raises(RunStateError, match="is queued; only a paused one"):
        store.advance(run.id)
    work()
    with pytest.raises(RunStateError, match="is finished; only a paused one"):
        store.advance(run.id)
    with pytest.raises(RunNotFoundError):
        store.advance("AAAAAAAAAAAA")


def test_steps_by_hand_go_before_whole_runs_and_have_a_place_of_their_own(store, queue, paused):
    run = paused()
    waiting = store.create(run.config, ME)
    assert queue.claim(short=True) is None
    store.advance(run.id, 1)
    assert queue.claim(short=True) == Claim(run.id, 2)
    assert queue.claim() == Claim(waiting.id, 1)


def test_a_viewer_sees_a_paused_run_and_goes_on_from_what_it_has(store, paused, work):
    run = paused()
    first = seen(store, run)
    store.advance(run.id, 3)
    now = store.get(run.id)
    update = live_update(store, now, attempt=1, since=2, shown=2)
    assert (update["status"], update["stepping"], seen(store, now)) == ("paused", True, first)
    run = work()
    update = live_update(store, run, attempt=1, since=2, shown=2)
    assert (update["after"], update["step"], update["stepping"]) == (2, 5, False)
    assert (update["attempt"], run.attempt, seen(store, run)) == (1, 2, first)


def test_after_lost_steps_a_viewer_begins_anew(store, paused, queue):
    run = paused()
    late = {"attempt": 1, "seq": 99, "first_step": 3, "last_step": 4, "data": bytes(32)}
    with store.database.write() as db:  # as if it had been killed at 4
        db.execute(chunks.insert().values(run_id=run.id, **late))
    store.resume(run.id)
    begin(store, queue)
    assert store.get(run.id).unbroken_from == 2


def test_a_resting_run_is_edited_where_it_stands(store, paused, work):
    run = paused()
    store.edit(run.id, {"optimizer.lr_g": 0.01})
    store.edit(run.id, {"training.n_critic": 2, "optimizer.lr_g": 0.02})
    changed = (("optimizer.lr_g", 0.02), ("training.n_critic", 2))
    assert store.get(run.id).config.schedule == (Edit(2, changed),)
    assert seen(store, store.get(run.id)) != seen(store, run)
    assert live_update(store, store.get(run.id), attempt=1, since=2, shown=2)["edits"] == [
        [1.0, dict(changed)]
    ]
    store.resume(run.id)
    run = work()
    *_, replay = train(run.config)
    assert stored.history(store.database, run).equals(replay.history)


def test_a_training_run_takes_edits_up_and_its_record_trains_the_same_numbers(
    store, work, configured, eventually
):
    """Edits come in while a real worker trains; what it noted gives the same bits in a replay."""
    run = store.create(configured(epochs=1_000_000, engine="fast"), ME)
    changes = [{"optimizer.lr_g": 0.003}, {"training.n_critic": 2, "training.input_noise": 0.1}]

    def visit():
        for number, change in enumerate(changes, 1):
            step = store.get(run.id).step
            eventually(lambda step=step: store.get(run.id).step > step)
            store.edit(run.id, change)
            eventually(lambda number=number: len(store.get(run.id).edits) == number)
        store.pause(run.id)

    with ThreadPoolExecutor(1) as visitor:
        visit = visitor.submit(visit)
        run = work()
        visit.result()
    first, second = run.config.schedule
    assert [dict(edit.changes) for edit in (first, second)] == changes
    assert 0 < first.step < second.step <= run.step
    for event in train(run.config, stops=[run.step]):
        if isinstance(event, Progress) and event.step == run.step:
            break
    original, replay = state(store, run), event.checkpoint()
    assert all(np.array_equal(v, original.tensors[k]) for k, v in replay.tensors.items())
    assert np.array_equal(
        stored.losses(store.database, run.id, run.step - len(event.losses))[1], event.losses
    )


def test_an_edit_of_the_last_moment_is_not_lost(store, begun, configured):
    attempt = begun(configured(epochs=20))
    losses = np.ones((4, 4), np.float32)
    attempt.append(1, losses)
    store.edit(attempt.run_id, {"optimizer.lr_d": 0.01})
    assert store.get(attempt.run_id).config.schedule == ()
    assert attempt.append(5, losses).want == "edit"
    attempt.close(model.PAUSED)
    assert store.get(attempt.run_id).config.schedule == (Edit(8, (("optimizer.lr_d", 0.01),)),)


def test_what_cannot_be_edited(store, begun, configured):
    attempt = begun(configured(epochs=20))
    for changes in ({"seed": 1}, {"optimizer.lr_d": 100}, {"loss.label_smoothing": 0.9}):
        with pytest.raises(ConfigError):
            store.edit(attempt.run_id, changes)
    assert attempt.append(1, np.ones((1, 4), np.float32)).want == ""
    attempt.close(model.FINISHED)
    with pytest.raises(RunStateError, match="is finished; its settings can no longer change"):
        store.edit(attempt.run_id, {"optimizer.lr_d": 0.01})


def test_a_fork_goes_on_from_its_parents_state_and_remembers_it(store, paused, work):
    parent = paused()
    store.advance(parent.id, 10)
    parent = work()
    begin_at = state(store, parent)
    config = parent.config.with_values({"optimizer.lr_g": 0.01, "training.epochs": 10})
    child = store.fork(parent.id, begin_at, config, "ada")
    assert (child.parent_id, child.parent_step, child.step) == (parent.id, 12, 12)
    assert (child.owner, child.name) == ("ada", f"{parent.name} from 6")
    # Only what may change differs: the child's config is the whole course, and trains it anew.
    assert child.config.schedule == (Edit(12, (("optimizer.lr_g", 0.01),)),)
    at_first = results.latest_players(store.database, child.id)  # to be seen before a worker begins
    assert at_first.step == 12
    assert at_first.generator.keys() == begin_at.generator_weights().keys()
    child = work()
    assert (child.status, child.step) == ("finished", 20)
    *_, course = train(child.config)
    own = stored.history(store.database, child)
    assert own.step.tolist() == list(range(13, 21))
    assert own.equals(course.history.iloc[12:].reset_index(drop=True))
    assert store.get(parent.id) == parent


def test_a_fork_with_another_loss_and_average_goes_on_too(store, paused, work):
    parent = paused()
    changes = {"loss.name": "hinge", "training.ema_decay": 0.9, "training.batch_size": 10}
    child = store.fork(parent.id, state(store, parent), parent.config.with_values(changes), ME)
    assert child.config == parent.config.with_values(changes)
    assert (child.step, child.total_steps) == (2, 100)
    child = work()
    assert (child.status, child.reason) == ("finished", "")
    assert int(state(store, child).tensors["adam_d.updates"]) == 100


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"generator.hidden_dims": [8]}, "generator.hidden_dims", "16 x 10.*32 x 16.*4 x 32"),
        ({"discriminator.hidden_dims": [8]}, "discriminator.hidden_dims", "same widths"),
        ({"data.source": "wine", "data.classes": []}, "data.features", "same features"),
        ({"training.epochs": 1}, "training.epochs", "beyond step 2"),
    ],
)
def test_what_cannot_be_forked(store, paused, changes, path, words):
    parent = paused()
    with pytest.raises(ConfigError, match=words) as caught:
        store.fork(parent.id, state(store, parent), parent.config.with_values(changes), ME)
    assert caught.value.path == path
    assert len(store.list()) == 1


def test_a_fork_on_other_rows_is_named_after_them(store, paused):
    parent = paused()
    changes = {"data.classes": ["virginica"]}
    child = store.fork(parent.id, state(store, parent), parent.config.with_values(changes), ME)
    assert child.name == "Iris · virginica 2"


def test_a_fork_is_limited_by_what_it_has_left_to_do(store, paused):
    parent = paused()
    small = Store(store.database, Limits(max_run_seconds=1))
    small.fork(parent.id, state(store, parent), parent.config, ME)
    longer = parent.config.with_values({"training.epochs": 1_000_000})
    with pytest.raises(LimitError, match="would take about"):
        small.fork(parent.id, state(store, parent), longer, ME)
