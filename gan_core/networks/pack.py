"""Several rows side by side as one input."""

from dataclasses import dataclass

from gan_core.networks.block import Block


@dataclass(frozen=True)
class Pack(Block):
    """Puts pac rows side by side: (batch, n) -> (batch // pac, pac * n); a remainder is dropped.

    A discriminator that starts with it judges packs of rows, and so notices a generator that always
    makes the same ones (PacGAN: Lin et al. 2018, arXiv:1712.04086).
    """

    pac: int

    piecewise_linear = True
    mixes_rows = True

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        """See `Block.shape`."""
        if n_rows < self.pac:
            raise ValueError(f"{self} needs at least {self.pac} rows in a batch. Got {n_rows}.")
        return n_rows // self.pac, n_in * self.pac

    @staticmethod
    def torch_class() -> type:
        """See `Block.torch_class`."""
        import torch
        from torch import nn

        class Pack(nn.Module):
            """Puts pac rows side by side as one."""

            def __init__(self, pac: int) -> None:
                super().__init__()
                self.pac = pac

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                n_packs = len(x) // self.pac
                return x[: n_packs * self.pac].reshape(n_packs, -1)

            def extra_repr(self) -> str:
                return f"pac={self.pac}"

        return Pack
