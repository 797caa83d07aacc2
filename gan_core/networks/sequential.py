"""Blocks in sequence, and what all blocks made of blocks have in common."""

import textwrap
from collections import OrderedDict
from typing import Any

from gan_core.networks.block import Block


class Sequential(Block):
    """A stack: each block takes the previous block's output.

    Attributes:
        children: the blocks.
        names: their names, all or none; without names they are numbered from 0.
    """

    children: tuple[Block, ...]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.names and len(set(self.names)) != len(self.children):
            raise ValueError(f"{len(self.children)} blocks need as many names. Got {self.names}.")

    def parts(self) -> tuple[tuple[str, Block], ...]:
        names = self.names or map(str, range(len(self.children)))
        return tuple(zip(names, self.children, strict=True))

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        found = (n_rows, n_in)
        for name, block in self.parts():
            found = self.shape_of(name, block, *found)
        return found

    @staticmethod
    def shape_of(name: str, block: Block, n_rows: int, n_in: int) -> tuple[int, int]:
        """The output shape of one of the blocks; errors say which block it is."""
        try:
            if block.takes_labels:
                raise ValueError("only a whole network can take labels.")
            return block.shape(n_rows, n_in)
        except ValueError as error:
            raise ValueError(f"block {name}: {error}") from error

    def arguments(self) -> tuple[Any, ...]:
        return (OrderedDict((name, block.module()) for name, block in self.parts()),)

    def code(self) -> str:
        inside = [block.code() for block in self.children]
        if self.names:
            inside = [f"{name}={code}" for name, code in zip(self.names, inside, strict=True)]
            inside = [_stacked("OrderedDict", inside)]
        return _stacked(self.called(), inside)

    def __str__(self) -> str:
        """The text that PyTorch prints for it."""
        lines = "".join(f"\n({name}): {block}" for name, block in self.parts())
        return f"{type(self).__name__}({textwrap.indent(lines, '  ')}{lines and chr(10)})"


def _stacked(called: str, arguments: list[str]) -> str:
    lines = "".join(f"{argument},\n" for argument in arguments)
    return f"{called}({lines and chr(10)}{textwrap.indent(lines, '    ')})"


def uncompiled(network: Block) -> Block | None:
    """The first block that the compiled engine lacks, None if it has all of them.

    It knows stacks that start with a linear layer and have at most one activation after each.
    """
    if type(network) is not Sequential:
        return network
    before = ""
    for block in network.children:
        if not block.compiled or "linear" not in (before, block.compiled):
            return block
        before = block.compiled
    return None
