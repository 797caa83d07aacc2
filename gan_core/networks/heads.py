"""The end of a generator: what the blocks of the encoded rows ask for."""

from collections.abc import Sequence

from gan_core.data.blocks import Block
from gan_core.networks.layers import Head, Layers, Tanh


def head(blocks: Sequence[Block]) -> Layers:
    """The layers that stand behind a generator's last linear one.

    Bounded numbers alone end in Tanh, unbounded ones in nothing; what is mixed has a `Head`.

    >>> from gan_core.data.blocks import Categories, Number
    >>> head([Number(bounded=True), Number(bounded=True)])
    (Tanh(),)
    """
    found = {block.activation for block in blocks}
    if found == {"tanh"}:
        return (Tanh(),)
    if found == {"none"}:
        return ()
    parts: list[tuple[str, int]] = []
    for block in blocks:
        alone = block.activation == "softmax"  # two groups are two distributions
        if parts and parts[-1][0] == block.activation and not alone:
            parts[-1] = (block.activation, parts[-1][1] + block.width)
        else:
            parts.append((block.activation, block.width))
    return (Head(tuple(parts)),)
