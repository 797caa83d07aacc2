"""A label as a second input."""

# A network with a second input takes one more argument than a stack.
# pyright: reportIncompatibleMethodOverride=false

from dataclasses import dataclass

import numpy as np

from gan_core.networks.block import Block
from gan_core.networks.sequential import Sequential


@dataclass(frozen=True)
class Embedding(Block):
    """A learned point for each label: whole numbers, (batch,) -> (batch, width)."""

    n_labels: int
    width: int

    printed = "{n_labels}, {width}"
    first_code = """\
drawn = rng.standard_normal(tuple(layer.weight.shape), dtype=np.float32)
layer.weight.data.copy_(torch.from_numpy(drawn))"""

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        """See `Block.shape`; labels have no n_in."""
        return n_rows, self.width

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """One matrix."""
        return {"weight": (self.n_labels, self.width)}

    def first_values(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Standard normal, as PyTorch's default."""
        return {"weight": rng.standard_normal((self.n_labels, self.width), dtype=np.float32)}


@dataclass(frozen=True)
class OneHot(Block):
    """A 1 at the index of the label, else 0: whole numbers, (batch,) -> (batch, n_labels)."""

    n_labels: int

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        """See `Block.shape`; labels have no n_in."""
        return n_rows, self.n_labels

    @staticmethod
    def torch_class() -> type:
        """See `Block.torch_class`."""
        import torch
        from torch import nn

        class OneHot(nn.Module):
            """A 1 at the index of the label, else 0."""

            def __init__(self, n_labels: int) -> None:
                super().__init__()
                self.n_labels = n_labels

            def forward(self, labels: torch.Tensor) -> torch.Tensor:
                return nn.functional.one_hot(labels, self.n_labels).float()

            def extra_repr(self) -> str:
                return f"n_labels={self.n_labels}"

        return OneHot


@dataclass(frozen=True)
class Labelled(Sequential):
    """A stack for rows with labels, which its first block turns into numbers before the row's own.

    Mirza, Osindero 2014, arXiv:1411.1784.
    """

    takes_labels = True

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        """See `Block.shape`."""
        embedding, *rest = self.children
        names = self.names[1:] or tuple(str(i + 1) for i in range(len(rest)))
        width = embedding.shape(n_rows, n_in)[1]
        return Sequential(tuple(rest), names).shape(n_rows, width + n_in)

    @staticmethod
    def torch_class() -> type:
        """See `Block.torch_class`."""
        import torch
        from torch import nn

        class Labelled(nn.Sequential):
            """Its first layer turns labels into numbers, which precede the row's own."""

            def forward(self, input: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
                embedding, *rest = self
                return nn.Sequential(*rest)(torch.cat((embedding(labels), input), dim=1))

        return Labelled
