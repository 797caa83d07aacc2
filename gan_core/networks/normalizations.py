"""Layers that bring hidden units to a common mean and variance."""

import numpy as np

from gan_core.networks.block import NORMALIZATIONS, Block, Normalization, expect


class LayerNorm(Block):
    """Brings each row to mean 0 and variance 1 over its units, then scales and shifts it.

    Ba, Kiros, Hinton 2016, arXiv:1607.06450. Rows stay independent, so it suits gradient penalties.
    """

    width: int

    printed = "({width},), eps=1e-05, elementwise_affine=True, bias=True"

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        expect(self.width, n_in, self)
        return n_rows, n_in

    def parameters(self) -> dict[str, tuple[int, ...]]:
        return {"weight": (self.width,), "bias": (self.width,)}

    def first_values(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {"weight": np.ones(self.width, np.float32), "bias": np.zeros(self.width, np.float32)}


class BatchNorm1d(LayerNorm):
    """Brings each unit to mean 0 and variance 1 over the batch's rows, then scales and shifts it.

    In eval mode it uses running means, which training keeps in buffers (Ioffe, Szegedy 2015,
    arXiv:1502.03167).
    """

    mixes_rows = True
    printed = "{width}, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True"

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        if n_rows < 2:
            raise ValueError(
                "batch normalization needs two or more rows in every batch, and the last batch of "
                "an epoch has a single row. Choose another batch size or another normalization."
            )
        return super().shape(n_rows, n_in)

    def first_values(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        own = super().first_values(rng)
        running = {"running_mean": own["bias"].copy(), "running_var": own["weight"].copy()}
        return {**own, **running, "num_batches_tracked": np.array(0, np.int64)}


NORMALIZATIONS.add("none", Normalization("None", ""))
NORMALIZATIONS.add(
    "batch_norm",
    Normalization(
        "Batch normalization",
        "Over the rows of a batch, which so influence each other: a gradient penalty on D does not "
        "expect that.",
        BatchNorm1d,
    ),
)
NORMALIZATIONS.add(
    "layer_norm",
    Normalization(
        "Layer normalization",
        "Over the units of a row, so that it suits gradient penalties.",
        LayerNorm,
    ),
)
