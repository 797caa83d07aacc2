import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core.networks import ACTIVATIONS, discriminator_layers, initial_weights, logit_layers
from gan_core.networks.torch_modules import build
from gan_core.randomness import Stream, stream
from gan_core.views.gradient import input_gradient

widths = st.lists(st.integers(1, 24), max_size=4)
activations = st.sampled_from(list(ACTIVATIONS))


def a_discriminator(n_features, hidden_dims, activation, seed=0, probability=True):
    layers = discriminator_layers(n_features, hidden_dims, activation, probability=probability)
    rng = stream(seed, Stream.INIT)
    x = rng.uniform(-1, 1, (17, n_features)).astype(np.float32)
    return layers, initial_weights(layers, rng), x


@given(st.integers(1, 12), widths, activations, st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=40)
def test_is_pytorchs(n_features, hidden_dims, activation, seed, probability):
    layers, weights, x = a_discriminator(n_features, hidden_dims, activation, seed, probability)
    rows = torch.from_numpy(x).requires_grad_()
    build(logit_layers(layers), weights, torch.device("cpu"))(rows).sum().backward()
    found = input_gradient(layers, weights, x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, rows.grad.numpy(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_is_what_finite_differences_say(activation):
    layers, weights, x = a_discriminator(5, (16, 8), activation)
    exact = {name: array.astype(np.float64) for name, array in weights.items()}
    network = build(logit_layers(layers), weights, torch.device("cpu")).double()
    h = 1e-6
    found = input_gradient(layers, exact, x.astype(np.float64))
    for i in range(5):
        step = np.zeros(5)
        step[i] = h
        with torch.no_grad():
            up, down = (network(torch.from_numpy(x + s)).numpy() for s in (step, -step))
        np.testing.assert_allclose(found[:, i], (up - down)[:, 0] / (2 * h), rtol=1e-4, atol=1e-6)
