"""Blocks that branch and rejoin: residual sums, parallel branches, branches chosen by input."""

from dataclasses import dataclass

from gan_core.networks.sequential import Sequential


@dataclass(frozen=True)
class Residual(Sequential):
    """x + f(x), where f is the blocks in sequence (He et al. 2016, arXiv:1512.03385)."""

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        """See `Block.shape`."""
        found = super().shape(n_rows, n_in)
        if found != (n_rows, n_in):
            raise ValueError(f"a residual sum needs equal shapes. {n_in} became {found}.")
        return found

    @staticmethod
    def torch_class() -> type:
        """See `Block.torch_class`."""
        import torch
        from torch import nn

        class Residual(nn.Sequential):
            """The sum of its layers' input and of their output in sequence."""

            def forward(self, input: torch.Tensor) -> torch.Tensor:
                return input + super().forward(input)

        return Residual


@dataclass(frozen=True)
class Concatenated(Sequential):
    """Every block takes the same input; their outputs are concatenated."""

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        """See `Block.shape`."""
        return self._branches(n_rows, n_in)[0][0], sum(n for _, n in self._branches(n_rows, n_in))

    def _branches(self, n_rows: int, n_in: int) -> list[tuple[int, int]]:
        """The shapes of their outputs, which have equally many rows."""
        found = [self.shape_of(name, block, n_rows, n_in) for name, block in self.parts()]
        if len({rows for rows, _ in found}) != 1:
            raise ValueError(f"branches must make equally many rows. They make {found}.")
        return found

    @staticmethod
    def torch_class() -> type:
        """See `Block.torch_class`."""
        import torch
        from torch import nn

        class Concatenated(nn.Sequential):
            """The outputs of its layers for the same input, concatenated."""

            def forward(self, input: torch.Tensor) -> torch.Tensor:
                return torch.cat([branch(input) for branch in self], dim=1)

        return Concatenated


@dataclass(frozen=True)
class Summed(Concatenated):
    """Every block takes the same input; their outputs are summed."""

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        """See `Block.shape`."""
        found = self._branches(n_rows, n_in)
        if len(set(found)) != 1:
            raise ValueError(f"these branches must make rows of one width. They make {found}.")
        return found[0]

    @staticmethod
    def torch_class() -> type:
        """See `Block.torch_class`."""
        import torch
        from torch import nn

        class Summed(nn.Sequential):
            """The outputs of its layers for the same input, summed."""

            def forward(self, input: torch.Tensor) -> torch.Tensor:
                return torch.stack([branch(input) for branch in self]).sum(dim=0)

        return Summed


@dataclass(frozen=True)
class Routed(Summed):
    """The first numbers of a row, one per block, choose its block: the largest wins.

    A one-hot label in front chooses this way (see `Labelled`), as does the noise of a mixture of
    generators. Every block computes every row: for small networks, sorting rows costs more.
    """

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        """See `Block.shape`."""
        found = super().shape(n_rows, n_in)
        if found[0] != n_rows or n_in < len(self.children):
            raise ValueError(f"{len(self.children)} branches cannot be chosen by {n_in} numbers.")
        return found

    @staticmethod
    def torch_class() -> type:
        """See `Block.torch_class`."""
        import torch
        from torch import nn

        class Routed(nn.Sequential):
            """The largest of a row's first numbers, one per layer, chooses its layer."""

            def forward(self, input: torch.Tensor) -> torch.Tensor:
                made = torch.stack([branch(input) for branch in self])  # (branches, batch, width)
                chosen = input[:, : len(self)].argmax(dim=1)
                return made[chosen, torch.arange(len(input), device=input.device)]

        return Routed
