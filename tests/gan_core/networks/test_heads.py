"""How a generator ends: from the blocks of the encoded columns."""

import numpy as np
import torch

from gan_core.data.blocks import Categories, Flag, Number
from gan_core.networks import Sequential
from gan_core.networks.activations import Tanh
from gan_core.networks.heads import Head, head
from gan_core.networks.running import Player, build

MIXED = (Number(True), Number(True), Number(False), Categories(3), Categories(2), Flag())


def test_bounded_numbers_end_in_one_tanh_and_others_in_nothing():
    assert head([Number(bounded=True)] * 4) == (Tanh(),)
    assert head([Number(bounded=False)] * 4) == ()


def test_mixed_columns_have_an_activation_a_slice():
    parts = (("tanh", 2), ("none", 1), ("softmax", 3), ("softmax", 2), ("sigmoid", 1))
    assert head(MIXED) == (Head(parts),)


def test_each_slice_is_what_its_activation_makes_of_it():
    layers, x = (
        Sequential(head(MIXED)),
        np.random.default_rng(0).normal(0, 3, (7, 9)).astype(np.float32),
    )
    made = Player(layers, {})(x)
    np.testing.assert_array_equal(made[:, 2], x[:, 2])
    np.testing.assert_allclose(made[:, :2], np.tanh(x[:, :2]), rtol=1e-6)
    for group in (slice(3, 6), slice(6, 8)):
        np.testing.assert_allclose(made[:, group].sum(axis=1), 1.0, rtol=1e-6)
        powers = np.exp(x[:, group])
        np.testing.assert_allclose(made[:, group], powers / powers.sum(1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(made[:, 8], 1 / (1 + np.exp(-x[:, 8])), rtol=1e-5)


def test_pytorch_makes_and_prints_the_same():
    layers, x = (
        Sequential(head(MIXED)),
        np.random.default_rng(1).normal(0, 3, (7, 9)).astype(np.float32),
    )
    network = build(layers, {}, torch.device("cpu"))
    np.testing.assert_allclose(network(torch.tensor(x)), Player(layers, {})(x), atol=1e-6)
    assert str(network) == str(layers)
