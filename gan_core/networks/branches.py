"""Blocks that branch and rejoin: residual sums, parallel branches, branches chosen by input."""

from typing import TYPE_CHECKING, Any

from gan_core.networks.sequential import Sequential

if TYPE_CHECKING:  # of a forward, which is run elsewhere
    import torch
    from torch import Tensor, nn


class Residual(Sequential):
    """x + f(x), where f is the blocks in sequence (He et al. 2016, arXiv:1512.03385)."""

    extends = "Sequential"

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        found = super().shape(n_rows, n_in)
        if found != (n_rows, n_in):
            raise ValueError(f"a residual sum needs equal shapes. {n_in} became {found}.")
        return found

    @staticmethod
    def forward(layer: Any, input: "Tensor") -> "Tensor":
        return input + nn.Sequential.forward(layer, input)


class Concatenated(Sequential):
    """Every block takes the same input; their outputs are concatenated."""

    extends = "Sequential"

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        found = [self.shape_of(name, block, n_rows, n_in) for name, block in self.parts()]
        if len({rows for rows, _ in found}) != 1:
            raise ValueError(f"branches must make equally many rows. They make {found}.")
        return self.joined(found)

    def joined(self, found: list[tuple[int, int]]) -> tuple[int, int]:
        """The shape of what branches with outputs of these shapes, equally many rows, make."""
        return found[0][0], sum(width for _, width in found)

    @staticmethod
    def forward(layer: Any, input: "Tensor") -> "Tensor":
        return torch.cat([branch(input) for branch in layer], dim=1)


class Summed(Concatenated):
    """Every block takes the same input; their outputs are summed."""

    def joined(self, found: list[tuple[int, int]]) -> tuple[int, int]:
        if len(set(found)) != 1:
            raise ValueError(f"these branches must make rows of one width. They make {found}.")
        return found[0]

    @staticmethod
    def forward(layer: Any, input: "Tensor") -> "Tensor":
        return torch.stack([branch(input) for branch in layer]).sum(dim=0)


class Routed(Summed):
    """The first numbers of a row, one per block, choose its block: the largest wins.

    A one-hot label in front chooses this way (see `Labelled`), as does the noise of a mixture of
    generators. Every block computes every row: for small networks, sorting rows costs more.
    """

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        found = super().shape(n_rows, n_in)
        if found[0] != n_rows or n_in < len(self.children):
            raise ValueError(f"{len(self.children)} branches cannot be chosen by {n_in} numbers.")
        return found

    @staticmethod
    def forward(layer: Any, input: "Tensor") -> "Tensor":
        made = torch.stack([branch(input) for branch in layer])  # (branches, batch, width)
        chosen = input[:, : len(layer)].argmax(dim=1)
        return made[chosen, torch.arange(len(input), device=input.device)]
