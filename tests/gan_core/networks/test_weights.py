import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from torch import nn

from gan_core.networks import (
    ACTIVATIONS,
    discriminator_layers,
    forward,
    generator_layers,
    initial_weights,
)
from gan_core.networks.layers import Linear
from gan_core.networks.torch_modules import build
from gan_core.randomness import Stream, stream

CPU = torch.device("cpu")
widths = st.lists(st.integers(1, 40), max_size=4)
activations = st.sampled_from(list(ACTIVATIONS))
seeds = st.integers(0, 2**32 - 1)


def numpy_and_torch(layers, seed, n_in, scale):
    rng = stream(seed, Stream.INIT)
    weights = initial_weights(layers, rng)
    x = (scale * rng.standard_normal((33, n_in))).astype(np.float32)
    with torch.no_grad():
        expected = build(layers, weights, CPU)(torch.from_numpy(x)).numpy()
    return forward(layers, weights, x), expected


@given(st.integers(1, 20), widths, st.integers(1, 20), activations, seeds)
def test_generator_in_numpy_equals_pytorch(latent_dim, hidden_dims, n_features, activation, seed):
    layers = generator_layers(latent_dim, hidden_dims, n_features, activation)
    ours, expected = numpy_and_torch(layers, seed, latent_dim, 1)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


@given(st.integers(1, 20), widths, activations, st.floats(0, 1), seeds)
def test_discriminator_in_numpy_equals_pytorch(n_features, hidden_dims, activation, slope, seed):
    layers = discriminator_layers(n_features, hidden_dims, activation, slope)
    ours, expected = numpy_and_torch(layers, seed, n_features, 1)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


@pytest.mark.filterwarnings("error")
def test_sigmoid_and_tanh_of_huge_numbers_do_not_overflow():
    for layers in (generator_layers(2, (), 3), discriminator_layers(2, ())):
        ours, expected = numpy_and_torch(layers, 0, 2, 1e6)
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


def test_names_and_shapes_are_those_of_a_sequential():
    layers = generator_layers(10, (16, 32), 4)
    network = build(layers, initial_weights(layers, stream(0, Stream.INIT)), CPU)
    ours = initial_weights(layers, stream(0, Stream.INIT))
    assert {name: array.shape for name, array in ours.items()} == {
        name: tuple(tensor.shape) for name, tensor in network.state_dict().items()
    }
    for name, tensor in network.state_dict().items():
        assert np.array_equal(tensor.numpy(), ours[name])


@given(widths, seeds)
def test_initial_weights_lie_within_the_bounds_and_are_float32(hidden_dims, seed):
    layers = generator_layers(10, hidden_dims, 4)
    weights = initial_weights(layers, stream(seed, Stream.INIT))
    for i, layer in enumerate(layers):
        if isinstance(layer, Linear):
            for part in ("weight", "bias"):
                array = weights[f"{i}.{part}"]
                assert array.dtype == np.float32
                assert np.abs(array).max() <= np.float32(1 / np.sqrt(layer.n_in))


@pytest.mark.parametrize("n_in", [1, 10, 300])
@pytest.mark.parametrize("part", ["weight", "bias"])
def test_initial_weights_are_distributed_as_pytorchs_default(n_in, part):
    n_out = 20_000 if part == "bias" else -(-20_000 // n_in)
    weights = initial_weights((Linear(n_in, n_out),), stream(0, Stream.INIT))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        theirs = getattr(nn.Linear(n_in, n_out), part).detach().numpy()
    assert ks_2samp(weights[f"0.{part}"].ravel(), theirs.ravel()).pvalue > 0.01


def test_building_draws_from_no_global_generator():
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    layers = generator_layers(10, (16, 32), 4)
    build(layers, initial_weights(layers, stream(0, Stream.INIT)), CPU)
    assert torch.equal(torch.get_rng_state(), torch_before)
    assert np.array_equal(np.random.get_state()[1], numpy_before[1])  # noqa: NPY002


def test_networks_do_not_share_memory_with_the_weights_they_were_built_from():
    layers = generator_layers(2, (), 2)
    weights = initial_weights(layers, stream(0, Stream.INIT))
    network = build(layers, weights, CPU)
    weights["0.weight"][:] = 7
    assert (network[0].weight != 7).all()


def test_weights_that_do_not_fit_are_refused():
    layers = generator_layers(2, (3,), 2)
    weights = initial_weights(layers, stream(0, Stream.INIT))
    del weights["2.bias"]
    with pytest.raises(RuntimeError, match=r"2\.bias"):
        build(layers, weights, CPU)
