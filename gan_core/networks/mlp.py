"""The two players as multilayer perceptrons.

Goodfellow et al. 2014, arXiv:1406.2661, section 5, used fully connected players for small data.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from gan_core.networks.layers import Layers, LeakyReLU, Linear, ReLU, Sigmoid, Tanh
from gan_core.registry import Registry

_TANH: Layers = (Tanh(),)

ACTIVATIONS: Registry[Callable[[float], Layers]] = Registry("activation")
ACTIVATIONS.add("relu", lambda slope: (ReLU(),))
ACTIVATIONS.add("leaky_relu", lambda slope: (LeakyReLU(slope),))
ACTIVATIONS.add("tanh", lambda slope: (Tanh(),))
ACTIVATIONS.add("sigmoid", lambda slope: (Sigmoid(),))
ACTIVATIONS.add("none", lambda slope: ())


def generator_layers(
    latent_dim: int,
    hidden_dims: Sequence[int],
    n_features: int,
    activation: str = "relu",
    slope: float = 0.2,
    head: Layers = _TANH,
) -> Layers:
    """Noise z (batch, latent_dim) -> encoded rows x_fake (batch, n_features).

    The last layers are the head, which follows from the encoder (`gan_core.networks.heads`).
    """
    widths = (latent_dim, *hidden_dims, n_features)
    return (*_stack(widths, ACTIVATIONS[activation](slope)), *head)


def discriminator_layers(
    n_features: int,
    hidden_dims: Sequence[int],
    activation: str = "leaky_relu",
    slope: float = 0.2,
    *,
    probability: bool = True,
) -> Layers:
    """Scaled rows (batch, n_features) -> probability of being real, or a score, (batch, 1).

    Where the output is a probability, the last layer is a Sigmoid. Losses work on what enters it,
    the logits, because the logarithm of a probability near 0 loses its digits: see `logit_layers`.
    """
    stack = _stack((n_features, *hidden_dims, 1), ACTIVATIONS[activation](slope))
    return (*stack, Sigmoid()) if probability else stack


def logit_layers(discriminator: Layers) -> Layers:
    """A discriminator up to its logits: rows (batch, n_features) -> (batch, 1)."""
    return discriminator[:-1] if isinstance(discriminator[-1], Sigmoid) else discriminator


def _stack(widths: Sequence[int], activation: Layers) -> Layers:
    """Linear layers of these widths with the activation between them, none after the last."""
    *before, last = pairwise(widths)
    hidden = (layer for pair in before for layer in (Linear(*pair), *activation))
    return (*hidden, Linear(*last))
