import numpy as np
import pytest

from gan_core import train
from gan_core.errors import CheckpointError
from gan_core.training import Checkpoint, Progress, Started

# Three batches of wine an epoch; a block of orders is 92 epochs = 276 steps, one of noise 204.
WINE = {"data.source": "wine", "data.classes": [], "training.batch_size": 64}
EPOCHS = 100
CUTS = {
    1: "the first step",
    2: "inside an epoch",
    99: "the end of an epoch",
    203: "before the last noise of a block",
    204: "before a new block of noise",
    276: "before a new block of orders",
    277: "inside the first epoch of a block of orders",
    299: "before the last step",
    300: "the end",
}


@pytest.fixture(scope="module")
def config(configured, engine):
    return configured(WINE, epochs=EPOCHS, engine=engine)


@pytest.fixture(scope="module")
def whole(config):
    """A training without interruption, and its checkpoints as bytes."""
    saved = {}
    for event in train(config, chunk_seconds=1e-9):
        if isinstance(event, Progress) and event.step in CUTS:
            saved[event.step] = event.checkpoint().to_bytes()
    assert saved.keys() == CUTS.keys()
    return event, saved


@pytest.mark.parametrize("cut", CUTS, ids=CUTS.values())
def test_resumed_training_makes_the_same_numbers_to_the_last_bit(config, whole, cut):
    end, saved = whole
    started, *_, resumed = train(config, resume=Checkpoint.from_bytes(saved[cut]))
    assert isinstance(started, Started)
    assert (started.first_step, started.total_steps) == (cut, 300)
    assert resumed.history.equals(end.history.iloc[cut:].reset_index(drop=True))
    assert resumed.checkpoint.step == 300
    assert resumed.checkpoint.tensors.keys() == end.checkpoint.tensors.keys()
    for name, array in end.checkpoint.tensors.items():
        assert np.array_equal(resumed.checkpoint.tensors[name], array), name
    assert resumed.sample(20).equals(end.sample(20))


def test_interrupted_again_and_again(config, whole):
    end, _ = whole
    checkpoint, rows = None, []
    while checkpoint is None or checkpoint.step < 300:
        for n, event in enumerate(train(config, resume=checkpoint, chunk_seconds=0.01)):
            if isinstance(event, Progress):
                rows.append(event.losses)
                checkpoint = Checkpoint.from_bytes(event.checkpoint().to_bytes())
            if n == 4:
                break
    assert np.array_equal(np.concatenate(rows), end.history.iloc[:, 2:].to_numpy())
    for name, array in end.checkpoint.tensors.items():
        assert np.array_equal(checkpoint.tensors[name], array), name


@pytest.fixture(scope="module")
def rich(configured, engine):
    """A training with averages, penalties and several updates, and checkpoints of it."""
    config = configured(
        {"penalties": ["gp"], "generator.latent_dim": 20},
        epochs=55,
        n_critic=3,
        ema_decay=0.9,
        engine=engine,
    )
    saved = {}
    for event in train(config, chunk_seconds=1e-9):
        if isinstance(event, Progress) and event.step in (1, 61, 102):
            saved[event.step] = event.checkpoint().to_bytes()
    return event, saved


@pytest.mark.parametrize("cut", [1, 61, 102])  # noise comes in blocks of 102 steps here
def test_averages_penalties_and_several_updates_resume_as_exactly(rich, cut):
    event, saved = rich
    checkpoint = Checkpoint.from_bytes(saved[cut])
    *_, resumed = train(checkpoint.config, resume=checkpoint)
    assert resumed.history.equals(event.history.iloc[cut:].reset_index(drop=True))
    assert any(name.startswith("ema.") for name in resumed.checkpoint.tensors)
    for name, array in event.checkpoint.tensors.items():
        assert np.array_equal(resumed.checkpoint.tensors[name], array), name
    assert resumed.sample(20).equals(event.sample(20))


def test_bytes_round_trip(whole, config):
    _, saved = whole
    checkpoint = Checkpoint.from_bytes(saved[99])
    assert checkpoint.step == 99
    assert checkpoint.config == config
    again = Checkpoint.from_bytes(checkpoint.to_bytes())
    assert again.tensors.keys() == checkpoint.tensors.keys()
    for name, array in checkpoint.tensors.items():
        assert np.array_equal(again.tensors[name], array)


def test_checkpoint_holds_weights_and_both_moments_of_every_parameter(whole, config):
    tensors = Checkpoint.from_bytes(whole[1][99]).tensors
    shapes = {name: array.shape for name, array in tensors.items()}
    assert shapes["generator.0.weight"] == (16, 10)
    assert shapes["discriminator.0.weight"] == (32, 13)
    for player in ("generator", "discriminator"):
        names = [name.removeprefix(player) for name in shapes if name.startswith(player)]
        assert len(names) == 6
        for name in names:
            for moment in ("m", "v"):
                assert shapes[f"adam_{player[0]}.{moment}{name}"] == shapes[player + name]
        assert int(tensors[f"adam_{player[0]}.updates"]) == 99
    assert len(shapes) == 38


def test_a_checkpoint_of_an_early_version_counts_its_updates_itself(config, whole):
    """They did not say how often Adam had updated a player; it follows from the step."""
    end, saved = whole
    new = Checkpoint.from_bytes(saved[99])
    old = {k: v for k, v in new.tensors.items() if not k.endswith(".updates")}
    *_, resumed = train(config, resume=Checkpoint(new.config, 99, old))
    assert resumed.history.equals(end.history.iloc[99:].reset_index(drop=True))


def test_parts_are_named_without_their_prefix(whole):
    checkpoint = Checkpoint.from_bytes(whole[1][1])
    part = checkpoint.part("generator")
    assert set(part) == {f"{i}.{kind}" for i in (0, 2, 4) for kind in ("weight", "bias")}
    assert np.array_equal(part["0.bias"], checkpoint.tensors["generator.0.bias"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", 1),
        ("training.batch_size", 32),
        ("optimizer.lr_g", 0.001),
        ("data.classes", ["class_0"]),
        ("generator.hidden_dims", [16]),
        ("discriminator.slope", 0.1),
    ],
)
def test_other_settings_are_refused_by_name(config, whole, name, value):
    checkpoint = Checkpoint.from_bytes(whole[1][99])
    with pytest.raises(CheckpointError, match=f"other settings: {name} differ"):
        next(train(config.with_values({name: value}), resume=checkpoint))


def test_a_finished_training_goes_on_with_more_epochs(config, whole):
    more = config.with_values({"training.epochs": EPOCHS + 2})
    *_, longer = train(more)
    *_, resumed = train(more, resume=Checkpoint.from_bytes(whole[1][300]))
    assert resumed.history.equals(longer.history.iloc[300:].reset_index(drop=True))
    assert resumed.checkpoint.config.training.epochs == EPOCHS + 2


def test_nothing_is_left_to_do_at_the_end(config, whole):
    events = list(train(config, resume=Checkpoint.from_bytes(whole[1][300])))
    assert len(events) == 2
    assert events[-1].history.empty
    assert list(events[-1].history)[:2] == ["step", "epoch"]


def test_a_checkpoint_beyond_the_last_epoch_is_refused(configured, whole):
    checkpoint = Checkpoint.from_bytes(whole[1][99])
    with pytest.raises(CheckpointError, match="99"):
        list(train(configured(WINE, epochs=10), resume=checkpoint))


def broken(whole):
    good = whole[1][99]
    return {
        "empty": b"",
        "short": good[:5],
        "no tensors": good[: len(good) // 2],
        "text": b"this is no checkpoint at all, but a text",
        "header": good[:20] + b"\xff" + good[21:],
        "other file": b"\x02" + bytes(7) + b"{}",
        "config": good.replace(b"relu", b"rely"),
    }


@pytest.mark.parametrize(
    "damage", ["empty", "short", "no tensors", "text", "header", "other file", "config"]
)
def test_damaged_bytes_are_refused(whole, damage):
    with pytest.raises(CheckpointError, match="checkpoint is damaged"):
        Checkpoint.from_bytes(broken(whole)[damage])
