"""Networks: descriptions of layers, their weights, and how libraries run them."""

from gan_core.networks.layers import Layer, Layers, n_weights, structure
from gan_core.networks.mlp import ACTIVATIONS, discriminator_layers, generator_layers, logit_layers
from gan_core.networks.weights import Weights, forward, initial_weights

__all__ = [
    "ACTIVATIONS",
    "Layer",
    "Layers",
    "Weights",
    "discriminator_layers",
    "forward",
    "generator_layers",
    "initial_weights",
    "logit_layers",
    "n_weights",
    "structure",
]
