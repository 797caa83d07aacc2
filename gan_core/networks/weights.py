"""Weights of a network as named arrays, in the names of PyTorch's ``nn.Sequential``."""

from collections.abc import Mapping

import numpy as np

from gan_core.networks.layers import Head, Layers, LeakyReLU, Linear, ReLU, Sigmoid, Tanh

Weights = Mapping[str, np.ndarray]


def initial_weights(layers: Layers, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw weights as PyTorch's ``nn.Linear`` does by default.

    Both the matrix and the bias are uniform in +-1/sqrt(n_in), which is what PyTorch's Kaiming
    initialisation with a = sqrt(5) comes to (He et al. 2015, arXiv:1502.01852).

    Returns:
        float32 arrays: ``"0.weight"`` of shape (n_out, n_in), ``"0.bias"`` of shape (n_out,), ...
    """
    weights: dict[str, np.ndarray] = {}
    for i, layer in enumerate(layers):
        if isinstance(layer, Linear):
            bound = 1.0 / np.sqrt(layer.n_in)
            for name, shape in (("weight", (layer.n_out, layer.n_in)), ("bias", (layer.n_out,))):
                weights[f"{i}.{name}"] = rng.uniform(-bound, bound, shape).astype(np.float32)
    return weights


def forward(layers: Layers, weights: Weights, x: np.ndarray) -> np.ndarray:
    """Run a network in NumPy, float32: (batch, n_in) -> (batch, n_out).

    For drawing samples where PyTorch is not at hand: the web server never imports it.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # a network that has diverged
        return _forward(layers, weights, x)


def _forward(layers: Layers, weights: Weights, x: np.ndarray) -> np.ndarray:
    for i, layer in enumerate(layers):
        match layer:
            case Linear():
                x = x @ weights[f"{i}.weight"].T + weights[f"{i}.bias"]
            case ReLU():
                x = np.maximum(x, 0.0)
            case LeakyReLU(slope):
                x = np.where(x > 0.0, x, np.float32(slope) * x)
            case Tanh():
                x = np.tanh(x)
            case Sigmoid():
                # The form with tanh cannot overflow.
                x = np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1.0))
            case Head(parts):
                ends = np.cumsum([width for _, width in parts])
                slices = zip(parts, np.split(x, ends[:-1], axis=1), strict=True)
                x = np.concatenate([_activated(name, part) for (name, _), part in slices], axis=1)
    return x


def _activated(name: str, x: np.ndarray) -> np.ndarray:
    """A slice of a head, (batch, n)."""
    match name:
        case "tanh":
            return np.tanh(x)
        case "sigmoid":
            return np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1.0))
        case "softmax":
            powers = np.exp(x - x.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)
    return x
