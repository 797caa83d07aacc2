"""The two players as multilayer perceptrons.

Goodfellow et al. 2014, arXiv:1406.2661, section 5, used fully connected players for small data.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from gan_core.networks.activations import Sigmoid, Tanh
from gan_core.networks.block import ACTIVATIONS, NORMALIZATIONS, Block
from gan_core.networks.dropout import Dropout
from gan_core.networks.linear import Linear
from gan_core.networks.sequential import Sequential

NORMALIZATION_HELP = (
    "What brings the units of each hidden layer to a common mean and variance before the "
    "activation. Deep networks learn faster with it. Such networks train with PyTorch."
)
DROPOUT_HELP = (
    "The share of each hidden layer's outputs set to 0 at random in every training pass. "
    "In D it delays memorising the few real rows; in G it is rarely useful. Losses "
    "become noisier and training slower. 0 is off."
)
_TANH: tuple[Block, ...] = (Tanh(),)


def generator_layers(
    latent_dim: int,
    hidden_dims: Sequence[int],
    n_features: int,
    activation: str = "relu",
    slope: float = 0.2,
    normalization: str = "none",
    dropout: float = 0.0,
    head: tuple[Block, ...] = _TANH,
) -> Sequential:
    """Noise z (batch, latent_dim) -> encoded rows x_fake (batch, n_features).

    The last layers are the head, which follows from the encoder (`gan_core.networks.heads`).
    """
    widths = (latent_dim, *hidden_dims, n_features)
    return Sequential((*_stack(widths, activation, slope, normalization, dropout), *head))


def discriminator_layers(
    n_features: int,
    hidden_dims: Sequence[int],
    activation: str = "leaky_relu",
    slope: float = 0.2,
    normalization: str = "none",
    dropout: float = 0.0,
    *,
    probability: bool = True,
) -> Sequential:
    """Scaled rows (batch, n_features) -> probability of being real, or a score, (batch, 1).

    If the output is a probability, the last layer is a Sigmoid. Losses work on its input,
    the logits, because the logarithm of a probability near 0 loses precision: see `logit_layers`.
    """
    widths = (n_features, *hidden_dims, 1)
    stack = _stack(widths, activation, slope, normalization, dropout)
    return Sequential((*stack, Sigmoid()) if probability else stack)


def logit_layers(discriminator: Sequential) -> Sequential:
    """A discriminator up to its logits: rows (batch, n_features) -> (batch, 1)."""
    *stack, last = discriminator.children
    if not isinstance(last, Sigmoid):
        return discriminator
    return replace(discriminator, children=tuple(stack), names=discriminator.names[:-1])


def _stack(
    widths: Sequence[int], activation: str, slope: float, normalization: str, dropout: float
) -> tuple[Block, ...]:
    """Linear layers of these widths, and between them the rest of each hidden layer."""
    *before, last = pairwise(widths)
    drop = (Dropout(dropout),) if dropout else ()
    normalized = NORMALIZATIONS[normalization].block
    hidden = (
        block
        for n_in, n_out in before
        for block in (
            Linear(n_in, n_out),
            *((normalized(n_out),) if normalized else ()),
            *ACTIVATIONS[activation].blocks(slope),
            *drop,
        )
    )
    return (*hidden, Linear(*last))
