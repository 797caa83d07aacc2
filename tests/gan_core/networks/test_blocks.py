"""Contracts over every block: described, built, printed, written and run alike."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from gan_core.networks import (
    ACTIVATIONS,
    NORMALIZATIONS,
    Block,
    Sequential,
    initial_weights,
    n_weights,
    walk,
)
from gan_core.networks.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from gan_core.networks.branches import Concatenated, Residual, Routed, Summed
from gan_core.networks.dropout import Dropout
from gan_core.networks.heads import Head
from gan_core.networks.labels import Embedding, Labelled, OneHot
from gan_core.networks.linear import Linear
from gan_core.networks.normalizations import BatchNorm1d, LayerNorm
from gan_core.networks.pack import Pack
from gan_core.networks.running import Player, build
from gan_core.randomness import Stream, stream

CPU = torch.device("cpu")
N_IN = 4  # numbers in a row
N_LABELS = 3
BLOCKS = {
    "linear": Linear(4, 7),
    "relu": ReLU(),
    "leaky relu": LeakyReLU(0.2),
    "tanh": Tanh(),
    "sigmoid": Sigmoid(),
    "batch norm": BatchNorm1d(4),
    "layer norm": LayerNorm(4),
    "dropout": Dropout(0.3),
    "head": Head((("tanh", 1), ("softmax", 2), ("none", 1))),
    "pack": Pack(2),
    "nothing": Sequential(()),
    "stack": Sequential((Linear(4, 5), BatchNorm1d(5), ReLU(), Dropout(0.3), Linear(5, 2))),
    "named": Sequential((Linear(4, 5), Sequential((ReLU(), Linear(5, 2)))), ("body", "head")),
    "residual": Residual((Linear(4, 5), Tanh(), Linear(5, 4))),
    "concatenated": Concatenated((Linear(4, 2), Sequential((Linear(4, 3), Sigmoid())))),
    "summed": Summed((Linear(4, 3), Sequential((BatchNorm1d(4), Linear(4, 3))))),
    "routed": Routed((Linear(4, 2), Sequential((Linear(4, 2), Tanh()))), ("left", "right")),
    "one-hot label": Labelled((OneHot(N_LABELS), Pack(2), Linear(14, 5), LayerNorm(5))),
    "embedded label": Labelled(
        (Embedding(N_LABELS, 2), Residual((Linear(6, 6),)), Linear(6, 1)), ("label", "a", "b")
    ),
    **{f"registered {name}": Sequential(found.blocks(0.1)) for name, found in ACTIVATIONS.items()},
    **{
        f"registered {name}": Sequential((kind.block(4),))
        for name, kind in NORMALIZATIONS.items()
        if kind.block
    },
}
every = pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)


def kinds(of):
    return {of}.union(*map(kinds, of.__subclasses__()))


def built(block):
    weights = initial_weights(block, stream(0, Stream.INIT))
    return build(block, weights, CPU), weights


def inputs(block, n_rows=12):
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((n_rows, N_IN)).astype(np.float32)
    return (rows, rng.integers(0, N_LABELS, n_rows)) if block.takes_labels else (rows,)


def part(weights, name):
    return {k.removeprefix(f"{name}."): v for k, v in weights.items() if k.startswith(f"{name}.")}


def test_every_kind_is_here():
    shipped = {kind for kind in kinds(Block) if kind.__module__.startswith("gan_core.")}
    assert {type(inner) for block in BLOCKS.values() for _, inner in walk(block)} == shipped - {
        Block
    }


@every
def test_is_printed_as_pytorch_prints_it_and_hashable(block):
    assert str(block) == str(built(block)[0])
    again = eval(repr(block), {kind.__name__: kind for kind in kinds(Block)})
    assert again == block
    assert hash(again) == hash(block)


@every
def test_names_and_shapes_are_pytorchs(block):
    module, weights = built(block)
    state = module.state_dict()
    assert list(weights) == list(state)
    assert {k: (v.shape, str(v.dtype)) for k, v in weights.items()} == {
        k: (tuple(v.shape), str(v.dtype).removeprefix("torch.")) for k, v in state.items()
    }
    assert n_weights(block) == sum(weight.numel() for weight in module.parameters())
    named = {
        f"{path}.{name}" if path else name: shape
        for path, inner in walk(block)
        for name, shape in inner.parameters().items()
    }
    assert named == {name: tuple(weight.shape) for name, weight in module.named_parameters()}


@every
def test_makes_the_shape_that_it_says(block):
    x = inputs(block)
    assert Player(block, built(block)[1])(*x).shape == block.shape(len(x[0]), N_IN)


@every
def test_a_script_makes_the_same_module(block):
    known = {"nn": nn, "torch": torch, "np": np, "OrderedDict": OrderedDict}
    for source in {inner.source() for _, inner in walk(block)}:
        exec(source, known)
    theirs = eval(block.code(), known)
    module, weights = built(block)
    assert str(theirs) == str(module)
    rng = stream(0, Stream.INIT)
    for path, inner in walk(block):
        if inner.first_code:
            exec(inner.first_code, known | {"layer": theirs.get_submodule(path), "rng": rng})
    assert theirs.state_dict().keys() == weights.keys()
    assert all(np.array_equal(v.numpy(), weights[k]) for k, v in theirs.state_dict().items())
    tensors = [torch.from_numpy(array) for array in inputs(block)]
    assert torch.equal(theirs.eval()(*tensors), module.eval()(*tensors))


@every
def test_runs_in_eval_mode_and_its_gradient_is_what_finite_differences_say(block):
    module, weights = built(block)
    player, (x, *labels) = Player(block, weights), inputs(block)
    more = [torch.from_numpy(array) for array in labels]
    module.eval().double()
    if block.takes_labels and isinstance(block.children[0], OneHot):
        module[0].register_forward_hook(lambda module, x, out: out.double())
    exact = module(torch.from_numpy(x).double(), *more).detach()
    np.testing.assert_allclose(player(x, *labels), exact, rtol=1e-4, atol=1e-5)
    found = player.gradient(x, lambda out: out.square().sum(), *labels)
    assert found.dtype == np.float32
    h = 1e-6
    for i in range(N_IN):
        step = np.zeros(N_IN)
        step[i] = h
        with torch.no_grad():
            up, down = (
                float(module(torch.from_numpy(x + s), *more).square().sum()) for s in (step, -step)
            )
        assert found[:, i].sum() == pytest.approx((up - down) / (2 * h), rel=1e-3, abs=1e-3)


@every
def test_where_rows_do_not_meet_a_row_is_judged_by_itself(block):
    if any(inner.mixes_rows for _, inner in walk(block)):
        return
    rows = inputs(block)
    modules = [built(block)[0].train(not any(i.draws for _, i in walk(block))) for _ in range(2)]
    alone = modules[0](*(torch.from_numpy(array[:6]) for array in rows))
    beside = modules[1](*(torch.from_numpy(array) for array in rows))
    assert torch.allclose(alone, beside[:6], atol=1e-6)


def test_building_draws_from_no_global_generator():
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    for block in BLOCKS.values():
        built(block)
    assert torch.equal(torch.get_rng_state(), torch_before)
    assert np.array_equal(np.random.get_state()[1], numpy_before[1])  # noqa: NPY002


def test_a_residual_sum_adds_its_input():
    block = BLOCKS["residual"]
    weights, (x,) = built(block)[1], inputs(block)
    stack = Player(Sequential(block.children), weights)
    np.testing.assert_allclose(Player(block, weights)(x), x + stack(x), atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "joined"),
    [
        (Concatenated, np.hstack),
        (Summed, sum),
        (Routed, lambda made: np.where(RISES[:, None], *reversed(made))),
    ],
)
def test_branches_are_joined(kind, joined):
    block = kind((Linear(4, 3), Sequential((Linear(4, 3), Tanh()))))
    weights, (x,) = built(block)[1], inputs(block)
    made = [Player(b, part(weights, name))(x) for name, b in block.parts()]
    np.testing.assert_allclose(Player(block, weights)(x), joined(made), atol=1e-6)


RISES = np.diff(inputs(BLOCKS["routed"])[0][:, :2])[:, 0] > 0  # the second number is larger


def test_a_label_stands_before_the_row():
    block = Labelled((OneHot(N_LABELS), Linear(7, 2)))
    weights, (x, labels) = built(block)[1], inputs(block)
    rows = np.hstack([np.eye(N_LABELS, dtype=np.float32)[labels], x])
    expected = rows @ weights["1.weight"].T + weights["1.bias"]
    np.testing.assert_allclose(Player(block, weights)(x, labels), expected, atol=1e-6)


def test_a_pack_is_rows_side_by_side_and_what_is_left_over_goes():
    x = np.arange(20, dtype=np.float32).reshape(5, 4)
    assert np.array_equal(Player(Pack(2), {})(x), x[:4].reshape(2, 8))


def test_dropout_keeps_a_share_and_the_mean_and_is_repeatable():
    module, x = built(Dropout(0.3))[0], torch.ones(200, 50)
    made = []
    for _ in range(2):
        module.rng = stream(0, Stream.DROPOUT, 5)
        made.append(module(x))
    assert torch.equal(*made)
    assert (made[0] == 0).float().mean() == pytest.approx(0.3, abs=0.02)
    assert torch.allclose(made[0][made[0] > 0], torch.tensor(1 / 0.7))
    assert torch.equal(module.eval()(x), x)


WRONG = {
    "block 1: Linear(in_features=9": Sequential((Linear(4, 8), Linear(9, 1))),
    "block head: block 0: LayerNorm": Sequential(
        (Linear(4, 8), Sequential((LayerNorm(4),))), ("body", "head")
    ),
    "block 2: Linear(in_features=9": Labelled((OneHot(2), Linear(6, 8), Linear(9, 1))),
    "needs equal shapes": Residual((Linear(4, 3),)),
    "one width": Summed((Linear(4, 3), Linear(4, 2))),
    "equally many rows": Concatenated((Pack(2), Linear(4, 2))),
    "cannot be chosen": Routed(tuple(Linear(4, 2) for _ in range(5))),
    "only a whole network": Sequential((Labelled((OneHot(2), Linear(6, 1))),)),
    "at least 13 rows": Sequential((Pack(13),)),
    "two or more rows": Sequential((Pack(12), BatchNorm1d(48))),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_does_not_fit_is_refused_by_name(message):
    with pytest.raises(ValueError) as caught:
        WRONG[message].shape(12, N_IN)
    assert message in str(caught.value)


@pytest.mark.parametrize("names", [("a",), ("a", "a"), ("a", "b", "c")])
def test_names_must_be_as_many_and_different(names):
    with pytest.raises(ValueError, match="as many names"):
        Sequential((ReLU(), ReLU()), names)


def test_weights_that_do_not_fit_are_refused():
    weights = initial_weights(BLOCKS["stack"], stream(0, Stream.INIT))
    del weights["4.bias"]
    with pytest.raises(RuntimeError, match=r"4\.bias"):
        build(BLOCKS["stack"], weights, CPU)


def test_networks_do_not_share_memory_with_the_weights_they_were_built_from():
    module, weights = built(Linear(2, 2))
    weights["weight"][:] = 7
    assert (module.weight != 7).all()


def test_players_of_one_network_take_turns():
    block = BLOCKS["stack"]
    (x,) = inputs(block)
    a, b = (Player(block, initial_weights(block, stream(s, Stream.INIT))) for s in (0, 1))
    first, second = a(x), b(x)
    assert not np.allclose(first, second)
    assert np.array_equal(a(x), first)
    assert np.array_equal(b(x), second)
