"""Networks built and run by PyTorch, which is imported on demand, not with this module."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident
from typing import TYPE_CHECKING, Any

import numpy as np

from gan_core.networks.block import Block, Weights

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


def build(network: Block, weights: Weights, device: "torch.device") -> Any:
    """The PyTorch module of a network, in train mode, with these weights (float32) on a device.

    Built without memory first ("meta"), so that PyTorch's global generator is never used.

    Raises:
        RuntimeError: the weights are not this network's.
    """
    import torch

    with torch.device("meta"):
        module = network.module()
    module = module.to_empty(device=device)
    # clone(): own memory, aligned by PyTorch, so that equal numbers take equal code paths.
    module.load_state_dict({k: torch.from_numpy(array).clone() for k, array in weights.items()})
    return module


class Player:
    """A network with weights on the CPU, in eval mode: arrays in, arrays out, float32.

    Args:
        network: its description.
        weights: its parameters and buffers.
    """

    def __init__(self, network: Block, weights: Weights) -> None:
        import torch

        # "W": PyTorch shares the memory of writable arrays, and warns about others.
        writable = {name: np.require(array, requirements="W") for name, array in weights.items()}
        self._weights = {name: torch.from_numpy(array) for name, array in writable.items()}
        self._network = network

    def __call__(self, x: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """Rows (batch, n_in) to rows (batch, n_out), with labels (batch,) if it takes them."""
        import torch

        with torch.no_grad(), one_thread():
            return self._run(torch.from_numpy(x), labels).numpy()

    def gradient(
        self, x: np.ndarray, loss: "Callable[[Tensor], Tensor]", labels: np.ndarray | None = None
    ) -> np.ndarray:
        """The gradient of a loss of the outputs with respect to the rows, (batch, n_in)."""
        import torch

        rows = torch.from_numpy(x).requires_grad_()
        with one_thread():
            (slope,) = torch.autograd.grad(loss(self._run(rows, labels)), rows)
        return slope.numpy()

    def _run(self, x: "Tensor", labels: np.ndarray | None) -> "Tensor":
        import torch

        module = _module(self._network, get_ident())
        if module.holder is not self:
            for name, tensor in module.tensors.items():
                tensor.data = self._weights[name]
            module.holder = self
        return module.run(x) if labels is None else module.run(x, torch.from_numpy(labels))


@contextmanager
def one_thread() -> Iterator[None]:
    """Make PyTorch use one CPU thread: with more, sums in large layers depend on their number."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass
class _Module:
    """A built network, which holds the numbers of the player that ran last."""

    run: "nn.Module"
    tensors: "dict[str, Tensor]"
    holder: Player | None = None


@lru_cache(maxsize=16)  # building takes ten times as long as running it on a few hundred rows
def _module(network: Block, thread: int) -> _Module:
    """A module that belongs to this thread."""
    import torch

    with torch.device("meta"):
        module = network.module()
    module = module.to_empty(device="cpu").eval().requires_grad_(False)
    return _Module(module, module.state_dict(keep_vars=True))
