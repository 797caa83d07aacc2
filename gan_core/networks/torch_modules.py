"""Build a described network with PyTorch."""

import torch
from torch import nn

from gan_core.networks.layers import Layers, LeakyReLU, Linear, ReLU, Sigmoid, Tanh
from gan_core.networks.weights import Weights


def build(layers: Layers, weights: Weights, device: torch.device) -> nn.Sequential:
    """An ``nn.Sequential`` with these weights (float32) on a device.

    Built without memory first ("meta"), so that PyTorch's global generator is never drawn from.
    """
    network = nn.Sequential(*(_module(layer) for layer in layers)).to_empty(device=device)
    # clone(): own memory, aligned by PyTorch, so that equal numbers take equal code paths.
    state = {name: torch.from_numpy(array).clone() for name, array in weights.items()}
    network.load_state_dict(state)
    return network


def _module(layer: object) -> nn.Module:
    match layer:
        case Linear(n_in, n_out):
            return nn.Linear(n_in, n_out, device="meta")
        case ReLU():
            return nn.ReLU()
        case LeakyReLU(slope):
            return nn.LeakyReLU(slope)
        case Tanh():
            return nn.Tanh()
        case Sigmoid():
            return nn.Sigmoid()
    raise TypeError(f"no PyTorch module for {layer!r}")
