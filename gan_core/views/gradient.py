"""The gradient of D's logit with respect to the rows that it judges."""

import numpy as np

from gan_core.networks import Layers, Weights, logit_layers
from gan_core.networks.layers import LeakyReLU, Linear, ReLU, Sigmoid, Tanh
from gan_core.networks.weights import forward


def input_gradient(layers: Layers, weights: Weights, x: np.ndarray) -> np.ndarray:
    """Which way a row would have to move for D's logit to rise, and how steeply it would.

    Reverse-mode differentiation by hand: once forward, keeping what enters each layer, once back.
    Where a ReLU has its kink its slope is that of the left side, as in PyTorch.

    Args:
        layers: a discriminator's; a Sigmoid at its end is left out (see `logit_layers`).
        weights: its weights, float32.
        x: scaled rows, float32, (n_rows, n_features).

    Returns:
        float32, (n_rows, n_features).
    """
    layers = logit_layers(layers)
    entering = [x]  # what goes into layer i
    for i, layer in enumerate(layers):
        parts = {f"0.{p}": weights[f"{i}.{p}"] for p in ("weight", "bias") if _is_linear(layer)}
        entering.append(forward((layer,), parts, entering[-1]))
    slope = np.ones((len(x), 1), np.float32)
    for i in reversed(range(len(layers))):
        before, after = entering[i], entering[i + 1]
        match layers[i]:
            case Linear():
                slope = slope @ weights[f"{i}.weight"]
            case ReLU():
                slope = slope * (before > 0.0)
            case LeakyReLU(leak):
                slope = np.where(before > 0.0, slope, np.float32(leak) * slope)
            case Tanh():
                slope = slope * (1.0 - after**2)
            case Sigmoid():
                slope = slope * after * (1.0 - after)
    return slope


def _is_linear(layer: object) -> bool:
    return isinstance(layer, Linear)
