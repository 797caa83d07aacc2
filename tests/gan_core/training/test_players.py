"""Players of every description in the reference engine, and those that settings ask for."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from gan_core import ExperimentConfig, train
from gan_core.errors import ConfigError
from gan_core.networks import Sequential, initial_weights
from gan_core.networks.activations import LeakyReLU, ReLU, Tanh
from gan_core.networks.branches import Concatenated, Residual, Routed, Summed
from gan_core.networks.dropout import Dropout
from gan_core.networks.labels import Embedding, Labelled, OneHot
from gan_core.networks.linear import Linear
from gan_core.networks.normalizations import BatchNorm1d, LayerNorm
from gan_core.networks.pack import Pack
from gan_core.networks.running import Player, build
from gan_core.problem import resolve
from gan_core.randomness import Stream, stream
from gan_core.training import Checkpoint, TrainedGenerator
from gan_core.training.choice import choose_engine
from gan_core.training.draws import BatchOrder, noise_of
from gan_core.training.torch_engine import TorchEngine

CPU = torch.device("cpu")
NORMALIZED = {
    "generator.normalization": "batch_norm",
    "discriminator.normalization": "batch_norm",
    "generator.dropout": 0.2,
    "discriminator.dropout": 0.3,
    "training.ema_decay": 0.9,
    "training.batch_size": 12,  # 50 rows: the last batch of an epoch has two
    "generator.latent_dim": 3,
}
G = Sequential((Linear(3, 8), ReLU(), Linear(8, 4), Tanh()))
D = Sequential((Linear(4, 8), LeakyReLU(0.2), Linear(8, 1)))
PLAYERS = {
    "residual": (
        Sequential((Linear(3, 8), Residual((BatchNorm1d(8), ReLU(), Linear(8, 8))), Linear(8, 4))),
        Sequential((Linear(4, 8), Residual((LayerNorm(8), ReLU(), Linear(8, 8))), Linear(8, 1))),
    ),
    "branches": (
        Concatenated((Sequential((Linear(3, 2), Tanh())), Linear(3, 2))),
        Summed((Linear(4, 1), Sequential((Linear(4, 6), Dropout(0.2), Tanh(), Linear(6, 1))))),
    ),
    "routed": (Routed((G, Sequential((Linear(3, 4), Tanh()))), ("deep", "flat")), D),
    "labels": (
        Labelled((Embedding(3, 2), Linear(5, 8), BatchNorm1d(8), ReLU(), Linear(8, 4))),
        Labelled((OneHot(3), Linear(7, 8), LeakyReLU(0.2), Linear(8, 1))),
    ),
    "packed": (G, Sequential((Pack(2), Linear(8, 8), BatchNorm1d(8), ReLU(), Linear(8, 1)))),
}
LOSSES_AND_PENALTIES = [("bce", []), ("relativistic", ["r1"]), ("wasserstein", ["gp"])]


def config_of(**more):
    more = {name.replace("__", "."): value for name, value in more.items()}
    return ExperimentConfig().with_values({**NORMALIZED, "data.classes": [], **more})


def engine_of(config, players=None):
    problem = resolve(config)
    if players is not None:
        problem = replace(problem, generator=players[0], discriminator=players[1])
    return TorchEngine(problem, CPU)


def assert_equal(ours, theirs):
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize(("loss", "penalties"), LOSSES_AND_PENALTIES)
@pytest.mark.parametrize("players", [None, *PLAYERS.values()], ids=["settings", *PLAYERS])
def test_all_that_can_be_described_trains_and_resumes_amid_an_epoch_to_the_bit(
    players, loss, penalties
):
    config = config_of(loss__name=loss, penalties=penalties, training__n_critic=2)
    whole = engine_of(config, players)
    before = whole.tensors()
    expected = whole.advance(40)
    assert np.isfinite(expected).all()
    after = whole.tensors()
    moved = {name for name in before if not np.array_equal(before[name], after[name])}
    still = before.keys() - moved  # what only shifts all logits may have no gradient
    assert all(name.startswith("discriminator") and name.endswith("bias") for name in still)
    first, second = engine_of(config, players), engine_of(config, players)
    head = first.advance(17)
    second.advance(3)  # elsewhere, and back
    second.load(17, first.tensors())
    assert np.array_equal(np.concatenate([head, second.advance(23)]), expected)
    assert_equal(second.tensors(), after)


def test_batch_normalization_is_that_of_a_plain_loop():
    """Both in train mode; real rows and fakes apart; running statistics move with each pass."""
    config = config_of(generator__dropout=0.0, discriminator__dropout=0.0)
    engine = engine_of(config)
    losses = engine.advance(30)
    rng = stream(config.seed, Stream.INIT)
    g, d = resolve(config).generator, resolve(config).discriminator
    generator = build(g, initial_weights(g, rng), CPU)
    discriminator = build(d, initial_weights(d, rng), CPU)
    x_real, (order, noise) = engine._x_real, (BatchOrder(0, 150, 12), noise_of(config, 150))
    adams = [
        torch.optim.Adam(n.parameters(), 0.0002, (0.5, 0.999)) for n in (generator, discriminator)
    ]
    bce = nn.BCELoss()
    for step in range(30):
        epoch, i = divmod(step, order.steps_per_epoch)
        real = x_real[order.epoch(epoch)[12 * i : 12 * (i + 1)]]
        z_d, z_g = torch.from_numpy(noise.block(0)[step][:, : len(real)])
        fake = generator(z_d).detach()
        real_side = bce(discriminator(real), torch.ones(len(real), 1))
        d_loss = real_side + bce(discriminator(fake), torch.zeros(len(real), 1))
        learn(adams[1], d_loss)
        g_loss = bce(discriminator(generator(z_g)), torch.ones(len(real), 1))
        learn(adams[0], g_loss)
        assert losses[step, :2] == pytest.approx([d_loss.item(), g_loss.item()], rel=1e-4)
    found = engine.tensors()
    for name, buffer in discriminator.named_buffers():
        # The linear layer before it has a bias that changes nothing, so rounding moves it about.
        if "mean" not in name:
            np.testing.assert_allclose(found[f"discriminator.{name}"], buffer, rtol=1e-3)
    assert found["discriminator.1.num_batches_tracked"] == 30 * 3
    assert found["generator.1.num_batches_tracked"] == 30 * 2


def test_the_average_of_g_holds_its_buffers_as_they_are():
    engine = engine_of(config_of())
    before = engine.tensors()
    engine.advance(1)
    after = engine.tensors()
    for name in (name.removeprefix("ema.") for name in after if name.startswith("ema.")):
        now = after[f"generator.{name}"]
        buffer = "running" in name or "num" in name
        mean = now if buffer else 0.9 * before[f"generator.{name}"] + 0.1 * now
        np.testing.assert_allclose(after[f"ema.{name}"], mean, rtol=1e-5, atol=1e-7)


def learn(adam, loss):
    adam.zero_grad()
    loss.backward()
    adam.step()


@pytest.mark.parametrize(("rests", "name"), [("d", "generator"), ("g", "discriminator")])
def test_a_player_that_rests_stays_exactly_as_it_is(rests, name):
    engine = engine_of(config_of(training__players=rests))
    before = engine.tensors()
    engine.advance(5)
    after = engine.tensors()
    assert all(np.array_equal(before[k], after[k]) for k in before if k.startswith(name))
    assert any(not np.array_equal(before[k], after[k]) for k in before)


def test_a_run_is_resumed_from_its_file_and_its_rows_are_those_of_eval_mode():
    config = config_of(training__epochs=3)
    *events, end = train(config)
    assert events[0].engine == "torch"
    middle = Checkpoint.from_bytes(events[1].checkpoint().to_bytes())
    *_, again = train(config, resume=middle)
    assert_equal(again.checkpoint.tensors, end.checkpoint.tensors)
    g = resolve(config).generator
    weights = end.checkpoint.part("ema")
    assert {"1.running_mean", "1.num_batches_tracked"} <= weights.keys()
    z = stream(config.seed, Stream.EVALUATION).standard_normal((9, 3), dtype=np.float32)
    module = build(g, weights, CPU).eval()
    rows = resolve(config).decoded(module(torch.from_numpy(z)).detach().numpy())
    kept = TrainedGenerator.from_bytes(end.generator.to_bytes())
    np.testing.assert_allclose(kept.rows(9), rows, rtol=1e-5)
    assert np.array_equal(Player(g, weights)(z), Player(g, weights)(z))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"generator.normalization": "batch_norm"}, "BatchNorm1d"),
        ({"discriminator.normalization": "layer_norm"}, "LayerNorm"),
        ({"discriminator.dropout": 0.1}, "Dropout"),
    ],
)
def test_auto_names_the_layer_that_the_fast_engine_lacks(changes, why):
    config = ExperimentConfig().with_values(changes)
    choice = choose_engine(resolve(config))
    assert choice.engine == "torch"
    assert why in choice.reason
    with pytest.raises(ConfigError, match=why):
        choose_engine(resolve(config.with_values({"training.engine": "fast"})))


def test_a_last_batch_of_a_single_row_is_refused_with_batch_normalization():
    with pytest.raises(ConfigError, match="single row"):
        engine_of(config_of(training__batch_size=149))


@pytest.mark.parametrize("players", [(D, D), (G, G), (G, Sequential((Linear(4, 2),)))])
def test_players_that_do_not_fit_the_rows_are_refused(players):
    with pytest.raises(ConfigError, match=r"generator|discriminator"):
        engine_of(config_of(), players)


def test_a_fork_needs_the_same_layers():
    config = config_of(training__epochs=2)
    *_, end = train(config)
    other = config.with_values({"training.epochs": 5, "generator.normalization": "layer_norm"})
    with pytest.raises(ConfigError, match="normalization"):
        end.checkpoint.forked(other)
