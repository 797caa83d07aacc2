import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from gan_core.networks import discriminator_layers, generator_layers, logit_layers, n_weights
from gan_core.networks.layers import structure

widths = st.lists(st.integers(1, 40), max_size=6)
sizes = st.integers(1, 40)
slopes = st.floats(0, 1)


def torch_generator(latent_dim, hidden_dims, n_features):
    modules = []
    for width in hidden_dims:
        modules += [nn.Linear(latent_dim, width), nn.ReLU()]
        latent_dim = width
    return nn.Sequential(*modules, nn.Linear(latent_dim, n_features), nn.Tanh())


def torch_discriminator(n_features, hidden_dims, slope):
    modules = []
    for width in hidden_dims:
        modules += [nn.Linear(n_features, width), nn.LeakyReLU(slope)]
        n_features = width
    return nn.Sequential(*modules, nn.Linear(n_features, 1), nn.Sigmoid())


def assert_described(layers, network):
    assert structure(layers) == str(network)
    assert n_weights(layers) == sum(weight.numel() for weight in network.parameters())


@given(sizes, widths, sizes)
def test_generator_is_described_as_pytorch_prints_it(latent_dim, hidden_dims, n_features):
    with torch.device("meta"):
        network = torch_generator(latent_dim, hidden_dims, n_features)
    assert_described(generator_layers(latent_dim, hidden_dims, n_features), network)


@given(sizes, widths, slopes)
def test_discriminator_is_described_as_pytorch_prints_it(n_features, hidden_dims, slope):
    with torch.device("meta"):
        network = torch_discriminator(n_features, hidden_dims, slope)
    assert_described(discriminator_layers(n_features, hidden_dims, slope), network)


@pytest.mark.parametrize("hidden_dims", [(), (8,), (32, 16)])
def test_logits_are_what_enters_the_sigmoid(hidden_dims):
    layers = discriminator_layers(4, hidden_dims, 0.2)
    assert (*logit_layers(layers), layers[-1]) == layers
    assert str(layers[-1]) == "Sigmoid()"
