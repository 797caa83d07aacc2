"""Dropout, with masks from a stream of its own."""

from dataclasses import dataclass

from gan_core.networks.block import Block


@dataclass(frozen=True)
class Dropout(Block):
    """Sets a fraction p of the numbers to 0 during training (Srivastava et al. 2014)."""

    p: float

    draws = True
    printed = "p={p}, inplace=False"

    @staticmethod
    def torch_class() -> type:
        """See `Block.torch_class`."""
        import numpy as np
        import torch
        from torch import nn

        class Dropout(nn.Dropout):
            """Like PyTorch's, but the masks come from the current step's generator."""

            rng: np.random.Generator

            def forward(self, input: torch.Tensor) -> torch.Tensor:
                if not self.training:
                    return input
                kept = self.rng.random(input.shape, dtype=np.float32) >= self.p
                return input * torch.from_numpy(kept).to(input.device) / (1.0 - self.p)

        return Dropout
