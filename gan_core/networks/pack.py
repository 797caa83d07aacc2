"""Several rows side by side as one input."""

from typing import TYPE_CHECKING, Any

from gan_core.networks.block import Block

if TYPE_CHECKING:  # of a forward, which is run elsewhere
    from torch import Tensor


class Pack(Block):
    """Puts pac rows side by side: (batch, n) -> (batch // pac, pac * n); a remainder is dropped.

    A discriminator that starts with it judges packs of rows, and so notices a generator that always
    makes the same ones (PacGAN: Lin et al. 2018, arXiv:1712.04086).
    """

    pac: int

    piecewise_linear = True
    mixes_rows = True

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        if n_rows < self.pac:
            raise ValueError(f"{self} needs at least {self.pac} rows in a batch. Got {n_rows}.")
        return n_rows // self.pac, n_in * self.pac

    @staticmethod
    def forward(layer: Any, x: "Tensor") -> "Tensor":
        n_packs = len(x) // layer.pac
        return x[: n_packs * layer.pac].reshape(n_packs, -1)
