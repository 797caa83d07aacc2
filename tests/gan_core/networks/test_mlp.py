from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from torch import nn

from gan_core.networks import (
    ACTIVATIONS,
    NORMALIZATIONS,
    discriminator_layers,
    generator_layers,
    initial_weights,
    logit_layers,
    n_weights,
)
from gan_core.networks.linear import Linear
from gan_core.randomness import Stream, stream

widths = st.lists(st.integers(1, 40), max_size=6)
sizes = st.integers(1, 40)
IN_TORCH = {
    "relu": lambda slope: [nn.ReLU()],
    "leaky_relu": lambda slope: [nn.LeakyReLU(slope)],
    "elu": lambda slope: [nn.ELU()],
    "gelu": lambda slope: [nn.GELU()],
    "silu": lambda slope: [nn.SiLU()],
    "tanh": lambda slope: [nn.Tanh()],
    "sigmoid": lambda slope: [nn.Sigmoid()],
    "none": lambda slope: [],
}
NORMS_IN_TORCH = {
    "none": lambda width: [],
    "batch_norm": lambda width: [nn.BatchNorm1d(width)],
    "layer_norm": lambda width: [nn.LayerNorm(width)],
}
settings = st.fixed_dictionaries(
    {
        "activation": st.sampled_from(list(ACTIVATIONS)),
        "slope": st.floats(0, 1),
        "normalization": st.sampled_from(list(NORMALIZATIONS)),
        "dropout": st.sampled_from([0.0, 0.25]),
    }
)


def in_torch(widths, activation, slope, normalization, dropout):
    *before, last = pairwise(widths)
    modules = []
    for n_in, n_out in before:
        modules += [nn.Linear(n_in, n_out), *NORMS_IN_TORCH[normalization](n_out)]
        modules += [*IN_TORCH[activation](slope), *([nn.Dropout(dropout)] if dropout else [])]
    return [*modules, nn.Linear(*last)]


def assert_described(layers, network):
    assert str(layers) == str(network)
    assert n_weights(layers) == sum(weight.numel() for weight in network.parameters())


@given(sizes, widths, sizes, settings)
def test_generator_is_described_as_pytorch_prints_it(latent_dim, hidden, n_features, chosen):
    layers = generator_layers(latent_dim, hidden, n_features, **chosen)
    with torch.device("meta"):
        stack = in_torch((latent_dim, *hidden, n_features), **chosen)
        assert_described(layers, nn.Sequential(*stack, nn.Tanh()))
    assert layers.shape(2, latent_dim) == (2, n_features)


@given(sizes, widths, settings)
def test_discriminator_is_described_as_pytorch_prints_it(n_features, hidden, chosen):
    layers = discriminator_layers(n_features, hidden, **chosen)
    with torch.device("meta"):
        stack = in_torch((n_features, *hidden, 1), **chosen)
        assert_described(layers, nn.Sequential(*stack, nn.Sigmoid()))
        assert_described(logit_layers(layers), nn.Sequential(*stack))
    critic = discriminator_layers(n_features, hidden, **chosen, probability=False)
    assert logit_layers(critic) == critic == logit_layers(layers)


def test_defaults_are_the_tutorials():
    assert generator_layers(10, (16, 32), 4) == generator_layers(10, (16, 32), 4, "relu")
    assert discriminator_layers(4, (32, 16)) == discriminator_layers(4, (32, 16), "leaky_relu", 0.2)


@pytest.mark.parametrize("n_in", [1, 10, 300])
@pytest.mark.parametrize("part", ["weight", "bias"])
def test_initial_weights_are_distributed_as_pytorchs_default(n_in, part):
    n_out = 20_000 if part == "bias" else -(-20_000 // n_in)
    weights = initial_weights(Linear(n_in, n_out), stream(0, Stream.INIT))[part]
    assert weights.dtype == np.float32
    assert np.abs(weights).max() <= np.float32(1 / np.sqrt(n_in))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        theirs = getattr(nn.Linear(n_in, n_out), part).detach().numpy()
    assert ks_2samp(weights.ravel(), theirs.ravel()).pvalue > 0.01
