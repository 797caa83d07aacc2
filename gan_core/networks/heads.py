"""The end of a generator, as required by the blocks of the encoded columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gan_core.data import blocks as columns
from gan_core.networks.activations import Tanh
from gan_core.networks.block import Block

if TYPE_CHECKING:  # of a forward, which is run elsewhere
    import torch
    from torch import Tensor


class Head(Block):
    """A separate activation for each slice of the columns: (batch, n) -> (batch, n).

    Attributes:
        slices: activation ("tanh", "none", "softmax" or "sigmoid") and width of each slice.
    """

    slices: tuple[tuple[str, int], ...]

    @staticmethod
    def forward(layer: Any, x: "Tensor") -> "Tensor":
        ways = {"tanh": torch.tanh, "none": torch.clone, "sigmoid": torch.sigmoid}
        ways["softmax"] = lambda x: x.softmax(dim=1)
        pieces = x.split([width for _, width in layer.slices], dim=1)
        made = zip(layer.slices, pieces, strict=True)
        return torch.cat([ways[name](part) for (name, _), part in made], dim=1)


def head(blocks: Sequence[columns.Block]) -> tuple[Block, ...]:
    """The layers after a generator's last linear one.

    Bounded numbers alone end in Tanh, unbounded ones in nothing; a mixture ends in a `Head`.
    """
    found = {block.activation for block in blocks}
    if found == {"tanh"}:
        return (Tanh(),)
    if found == {"none"}:
        return ()
    slices: list[tuple[str, int]] = []
    for block in blocks:
        alone = block.activation == "softmax"  # two groups are two distributions
        if slices and slices[-1][0] == block.activation and not alone:
            slices[-1] = (block.activation, slices[-1][1] + block.width)
        else:
            slices.append((block.activation, block.width))
    return (Head(tuple(slices)),)
