"""Networks: descriptions of the players' layers, and how PyTorch runs them.

Every module of this package is imported here: a layer is a file, and adding a file is enough.
"""

from gan_core.networks.block import (
    ACTIVATIONS,
    NORMALIZATIONS,
    Block,
    Weights,
    initial_weights,
    n_weights,
    walk,
)
from gan_core.networks.mlp import discriminator_layers, generator_layers, logit_layers
from gan_core.networks.sequential import Sequential, uncompiled
from gan_core.registry import discover

discover(__name__, __path__)

__all__ = [
    "ACTIVATIONS",
    "NORMALIZATIONS",
    "Block",
    "Sequential",
    "Weights",
    "discriminator_layers",
    "generator_layers",
    "initial_weights",
    "logit_layers",
    "n_weights",
    "uncompiled",
    "walk",
]
