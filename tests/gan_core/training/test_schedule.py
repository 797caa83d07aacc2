"""Settings that change while a run trains: who learns, how fast, with how much noise."""

import numpy as np
import pytest

from gan_core import train
from gan_core.errors import CheckpointError
from gan_core.problem import resolve
from gan_core.training import Checkpoint, Finished, Progress

WINE = {"data.source": "wine", "data.classes": [], "training.batch_size": 64}
EDITS = (  # noise comes in blocks of 256 and 204 steps here, orders in blocks of 276
    (3, {"training.players": "d"}),
    (5, {"training.players": "g", "optimizer.lr_g": 0.001}),
    (8, {"training.players": "both"}),
    (190, {"training.n_critic": 3, "loss.label_smoothing": 0.1}),
    (203, {"training.input_noise": 0.2}),
    (230, {"training.n_critic": 1, "training.input_noise": 0.0}),
    (260, {"optimizer.lr_d": 0.0005}),
)


@pytest.fixture(scope="module")
def config(configured, engine):
    return edited(configured(WINE, epochs=100, ema_decay=0.9, engine=engine), EDITS)


def edited(config, edits):
    for step, changes in edits:
        config = config.with_edit(step, changes)
    return config


def states_of(config, steps, **how):
    """The end of a training, and its state after some steps."""
    saved = {}
    for event in train(config, chunk_seconds=1e-9, **how):
        if isinstance(event, Progress) and event.step in steps:
            saved[event.step] = event.checkpoint()
    return event, saved


@pytest.fixture(scope="module")
def whole(config):
    return states_of(config, {4, 5, 8, 100, 190, 203, 210, 299})


def same(one, other):
    assert one.keys() == other.keys()
    return [name for name in one if np.array_equal(one[name], other[name])]


def of_g(name):
    return name.startswith(("generator.", "adam_g.", "ema."))


def test_only_d_learns_and_then_only_g(whole):
    """One step each: every tensor of the one has moved, and not a bit of the other's."""
    _, saved = whole
    before, after_d, after_g = (saved[step].tensors for step in (4, 5, 8))
    assert same(before, after_d) == [name for name in before if of_g(name)]
    assert same(after_d, after_g) == [name for name in before if not of_g(name)]


def test_a_player_that_stands_still_from_the_start_keeps_its_first_weights(configured, engine):
    free = configured(epochs=1, engine=engine)
    for player, still in (("d", "generator"), ("g", "discriminator")):
        only = free.with_values({"training.players": player, "training.n_critic": 2})
        end, saved = states_of(only, {1})
        for name, weight in saved[1].part(still).items():
            assert np.array_equal(end.checkpoint.part(still)[name], weight)
        assert not any(array.any() for array in end.checkpoint.part(f"adam_{still[0]}").values())


def test_a_frozen_d_judges_g_as_it_stood(configured, engine):
    """G's first loss against D's first weights, which no other step of the game shows."""
    free = configured(epochs=1, engine=engine)
    frozen = free.with_values({"training.players": "g"})
    (one, _), (other, _) = states_of(free, ()), states_of(frozen, ())
    assert one.history.d_loss[0] == other.history.d_loss[0]  # D's loss is of before its update
    assert one.history.g_loss[0] != other.history.g_loss[0]


# While D alone learns; where D has had fewer updates than steps, and more; before the last step.
@pytest.mark.parametrize("cut", [4, 190, 210, 299])
def test_resumed_anywhere_a_run_with_edits_has_the_same_bits(config, whole, cut):
    end, saved = whole
    *_, resumed = train(config, resume=Checkpoint.from_bytes(saved[cut].to_bytes()))
    assert resumed.history.equals(end.history.iloc[cut:].reset_index(drop=True))
    assert_same_state(resumed.checkpoint, end.checkpoint)


def test_edited_while_it_trains_it_is_what_its_record_gives_in_a_replay(configured, engine, whole):
    """Each edit is put in at the moment when it comes, as a worker does it."""
    config = configured(WINE, epochs=100, ema_decay=0.9, engine=engine)
    checkpoint, parts, coming = None, [], dict(EDITS)
    while not checkpoint or checkpoint.step < 300:
        for event in train(config, resume=checkpoint, chunk_seconds=0.001):
            if isinstance(event, Progress):
                changes = [coming.pop(step) for step in list(coming) if step <= event.step]
                parts.append(event.losses)
                if changes or event.step == 300:
                    for change in changes:
                        config = config.with_edit(event.step, change)
                    checkpoint = Checkpoint(config, event.step, event.checkpoint().tensors)
                    break
    *_, replay = train(config)
    assert len(config.schedule) >= 3
    assert np.array_equal(np.concatenate(parts), replay.history.iloc[:, 2:].to_numpy())
    assert_same_state(checkpoint, replay.checkpoint)


def assert_same_state(one, other):
    assert one.step == other.step
    assert same(one.tensors, other.tensors) == list(other.tensors)


def test_both_engines_agree_over_a_schedule(configured):
    runs = []
    for engine in ("fast", "torch"):
        edits = [e for e in EDITS if e[0] < 260]
        config = edited(configured(epochs=120, ema_decay=0.9, engine=engine), edits)
        *_, end = train(config)
        runs.append(end)
    fast, torch = (end.history.iloc[:, 2:].to_numpy() for end in runs)
    np.testing.assert_allclose(fast, torch, rtol=1e-4)
    counts = [
        {k: int(v) for k, v in end.checkpoint.tensors.items() if k.endswith("updates")}
        for end in runs
    ]
    # 3 steps of 240 without D, n_critic 3 from step 190 to 230; 2 of 240 without G.
    assert counts == [{"adam_g.updates": 238, "adam_d.updates": 240 - 3 + 2 * 40}] * 2


@pytest.mark.parametrize("loss", ["bce", "relativistic"])
def test_both_engines_agree_with_noise_on_ds_inputs(configured, loss):
    """With a penalty, which is taken at the rows that D sees."""
    changes = {"loss.name": loss, "penalties": ["gp"], "training.input_noise": 0.3}
    histories = []
    for engine in ("fast", "torch"):
        *_, end = train(configured(changes, epochs=15, n_critic=2, engine=engine))
        histories.append(end.history.iloc[:, 2:].to_numpy())
    np.testing.assert_allclose(*histories, rtol=1e-4)


def test_noise_changes_the_game_and_no_noise_does_not(configured, engine):
    plain, none, some = (
        next(e for e in train(configured(epochs=1, engine=engine, **noise)) if is_last(e)).history
        for noise in ({}, {"input_noise": 0.0}, {"input_noise": 0.1})
    )
    assert plain.equals(none)
    assert (plain.d_loss != some.d_loss).all()
    assert (plain.g_loss != some.g_loss).all()


def is_last(event):
    return isinstance(event, Finished)


def test_an_edit_to_what_is_in_force_is_none(configured, engine):
    config = configured(epochs=2, engine=engine)
    assert config.with_edit(1, {"training.players": "both"}) == config


def test_a_checkpoint_fits_what_comes_later_and_not_another_past(config, whole):
    _, saved = whole
    later = config.with_edit(100, {"optimizer.lr_g": 0.01}).with_edit(299, {"optimizer.lr_d": 0.1})
    saved[100].check_fits(resolve(later))
    for other in (config.with_edit(99, {"optimizer.lr_g": 0.01}), config.at(100)):
        with pytest.raises(CheckpointError, match="other settings"):
            saved[100].check_fits(resolve(other))
    with pytest.raises(CheckpointError, match="other settings: schedule differ"):
        saved[203].check_fits(resolve(config.with_edit(100, {"optimizer.lr_g": 0.01})))
