"""The two players as multilayer perceptrons.

Goodfellow et al. 2014, arXiv:1406.2661, section 5, used fully connected players for small data.
"""

from collections.abc import Sequence
from itertools import pairwise

from gan_core.networks.layers import Layer, Layers, LeakyReLU, Linear, ReLU, Sigmoid, Tanh


def generator_layers(latent_dim: int, hidden_dims: Sequence[int], n_features: int) -> Layers:
    """Noise z (batch, latent_dim) -> scaled rows x_fake (batch, n_features) in (-1, 1)."""
    widths = (latent_dim, *hidden_dims, n_features)
    return (*_stack(widths, ReLU()), Tanh())


def discriminator_layers(n_features: int, hidden_dims: Sequence[int], slope: float) -> Layers:
    """Scaled rows (batch, n_features) -> probability of being real (batch, 1).

    The last layer is a Sigmoid. Losses work on what enters it, the logits, because the logarithm
    of a probability near 0 loses its digits: see `logit_layers`.
    """
    return (*_stack((n_features, *hidden_dims, 1), LeakyReLU(slope)), Sigmoid())


def logit_layers(discriminator: Layers) -> Layers:
    """A discriminator without its last Sigmoid: rows (batch, n_features) -> logits (batch, 1)."""
    return discriminator[:-1]


def _stack(widths: Sequence[int], activation: Layer) -> Layers:
    """Linear layers of these widths with the activation between them, none after the last."""
    layers: list[Layer] = []
    for n_in, n_out in pairwise(widths):
        layers += [Linear(n_in, n_out), activation]
    return tuple(layers[:-1])
