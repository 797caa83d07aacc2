"""Build a described network with PyTorch."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from gan_core.networks.layers import Head, Layers, LeakyReLU, Linear, ReLU, Sigmoid, Tanh
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
        case Head():
            return _Head(layer)
    raise TypeError(f"no PyTorch module for {layer!r}")


class _Head(nn.Module):
    """Each slice of the columns through its own activation."""

    def __init__(self, layer: Head) -> None:
        super().__init__()
        self._layer = layer

    def forward(self, x: Tensor) -> Tensor:
        """(batch, n) -> (batch, n)."""
        slices = x.split([width for _, width in self._layer.parts], dim=1)
        names = (name for name, _ in self._layer.parts)
        made = (_ACTIVATED[name](part) for name, part in zip(names, slices, strict=True))
        return torch.cat(list(made), dim=1)

    def __repr__(self) -> str:
        """As it is described."""
        return str(self._layer)


_ACTIVATED: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "none": lambda x: x,
    "softmax": lambda x: x.softmax(dim=1),
    "sigmoid": torch.sigmoid,
}
