"""The fully connected layer."""

import numpy as np

from gan_core.networks.block import Block, expect


class Linear(Block):
    """A fully connected layer, (batch, n_in) -> (batch, n_out)."""

    n_in: int
    n_out: int

    compiled = "linear"
    piecewise_linear = True
    printed = "in_features={n_in}, out_features={n_out}, bias=True"
    first_code = """\
bound = 1.0 / np.sqrt(layer.in_features)
for weight in (layer.weight, layer.bias):
    drawn = rng.uniform(-bound, bound, tuple(weight.shape)).astype(np.float32)
    weight.data.copy_(torch.from_numpy(drawn))"""

    def shape(self, n_rows: int, n_in: int) -> tuple[int, int]:
        expect(self.n_in, n_in, self)
        return n_rows, self.n_out

    def parameters(self) -> dict[str, tuple[int, ...]]:
        return {"weight": (self.n_out, self.n_in), "bias": (self.n_out,)}

    def first_values(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """PyTorch's default: both uniform in +-1/sqrt(n_in).

        Its Kaiming initialisation with a = sqrt(5) amounts to this (He et al. 2015,
        arXiv:1502.01852).
        """
        bound, shapes = 1.0 / np.sqrt(self.n_in), self.parameters().items()
        return {k: rng.uniform(-bound, bound, shape).astype(np.float32) for k, shape in shapes}
