"""Dropout, with masks from a stream of its own."""

from typing import TYPE_CHECKING, Any

from gan_core.networks.block import Block

if TYPE_CHECKING:  # of a forward, which is run elsewhere
    import numpy as np
    import torch
    from torch import Tensor


class Dropout(Block):
    """Sets a fraction p of the numbers to 0 during training (Srivastava et al. 2014)."""

    p: float

    extends = "Dropout"
    draws = True
    printed = "p={p}, inplace=False"

    @staticmethod
    def forward(layer: Any, input: "Tensor") -> "Tensor":
        if not layer.training:
            return input
        kept = layer.rng.random(input.shape, dtype=np.float32) >= layer.p
        return input * torch.from_numpy(kept).to(input.device) / (1.0 - layer.p)
