"""A label as a second input."""

# A network with a second input takes one more argument than a stack.
# pyright: reportIncompatibleMethodOverride=false

from typing import TYPE_CHECKING, Any

import numpy as np

from gan_core.networks.block import Block
from gan_core.networks.sequential import Sequential

if TYPE_CHECKING:  # of a forward, which is run elsewhere
    import torch
    from torch import Tensor, nn


class Embedding(Block):
    """A learned point for each label: whole numbers, (batch,) -> (batch, width); no n_in."""

    n_labels: int
    width: int

    printed = "{n_labels}, {width}"
    first_code = """\
drawn = rng.standard_normal(tuple(layer.weight.shape), dtype=np.float32)
layer.weight.data.copy_(torch.from_numpy(drawn))"""

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        return n_rows, self.width

    def parameters(self) -> dict[str, tuple[int, ...]]:
        return {"weight": (self.n_labels, self.width)}

    def first_values(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {"weight": rng.standard_normal((self.n_labels, self.width), dtype=np.float32)}


class OneHot(Block):
    """A 1 at the index of the label, else 0: whole numbers, (batch,) -> (batch, n_labels)."""

    n_labels: int

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        return n_rows, self.n_labels

    @staticmethod
    def forward(layer: Any, labels: "Tensor") -> "Tensor":
        return nn.functional.one_hot(labels, layer.n_labels).float()


class Labelled(Sequential):
    """A stack for rows with labels, which its first block turns into numbers before the row's own.

    Mirza, Osindero 2014, arXiv:1411.1784.
    """

    extends = "Sequential"
    takes_labels = True

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        embedding, *rest = self.children
        names = self.names[1:] or tuple(str(i + 1) for i in range(len(rest)))
        width = embedding.shape(n_rows, n_in)[1]
        return Sequential(tuple(rest), names).shape(n_rows, width + n_in)

    @staticmethod
    def forward(layer: Any, input: "Tensor", labels: "Tensor") -> "Tensor":
        embedding, *rest = layer
        return nn.Sequential(*rest)(torch.cat((embedding(labels), input), dim=1))
