from itertools import pairwise

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from gan_core.networks import (
    ACTIVATIONS,
    discriminator_layers,
    generator_layers,
    logit_layers,
    n_weights,
    structure,
)

widths = st.lists(st.integers(1, 40), max_size=6)
sizes = st.integers(1, 40)
slopes = st.floats(0, 1)


IN_TORCH = {
    "relu": lambda slope: [nn.ReLU()],
    "leaky_relu": lambda slope: [nn.LeakyReLU(slope)],
    "tanh": lambda slope: [nn.Tanh()],
    "sigmoid": lambda slope: [nn.Sigmoid()],
    "none": lambda slope: [],
}
activations = st.sampled_from(list(ACTIVATIONS))


def in_torch(widths, activation, slope):
    modules = []
    for n_in, n_out in pairwise(widths):
        modules += [nn.Linear(n_in, n_out), *IN_TORCH[activation](slope)]
    return modules[: len(modules) - len(IN_TORCH[activation](slope))]


def assert_described(layers, network):
    assert structure(layers) == str(network)
    assert n_weights(layers) == sum(weight.numel() for weight in network.parameters())


@given(sizes, widths, sizes, activations, slopes)
def test_generator_is_described_as_pytorch_prints_it(
    latent_dim, hidden_dims, n_features, activation, slope
):
    layers = generator_layers(latent_dim, hidden_dims, n_features, activation, slope)
    with torch.device("meta"):
        stack = in_torch((latent_dim, *hidden_dims, n_features), activation, slope)
        assert_described(layers, nn.Sequential(*stack, nn.Tanh()))


@given(sizes, widths, activations, slopes)
def test_discriminator_is_described_as_pytorch_prints_it(
    n_features, hidden_dims, activation, slope
):
    layers = discriminator_layers(n_features, hidden_dims, activation, slope)
    with torch.device("meta"):
        stack = in_torch((n_features, *hidden_dims, 1), activation, slope)
        assert_described(layers, nn.Sequential(*stack, nn.Sigmoid()))
        assert_described(logit_layers(layers), nn.Sequential(*stack))


@given(sizes, widths, activations, slopes)
def test_a_critic_has_no_sigmoid_and_is_its_own_logits(n_features, hidden_dims, activation, slope):
    critic = discriminator_layers(n_features, hidden_dims, activation, slope, probability=False)
    with_sigmoid = discriminator_layers(n_features, hidden_dims, activation, slope)
    assert logit_layers(critic) == critic == with_sigmoid[:-1]


def test_defaults_are_the_tutorials_activations():
    assert generator_layers(10, (16, 32), 4) == generator_layers(10, (16, 32), 4, "relu")
    assert discriminator_layers(4, (32, 16)) == discriminator_layers(4, (32, 16), "leaky_relu", 0.2)
