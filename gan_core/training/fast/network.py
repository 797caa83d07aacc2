"""A whole network in the compiled engine: flat weights, a table of layers, one block of acts."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from gan_core.networks import Block, Weights, uncompiled
from gan_core.networks.activations import LeakyReLU
from gan_core.networks.linear import Linear
from gan_core.training.fast.kernels import (
    ACTIVATION_CODES,
    COMPILED,
    NONE,
    activate,
    activation_gradient,
    linear,
    linear_input_gradient,
    linear_weight_gradient,
)
from gan_core.training.fast.records import Network

N_IN, N_OUT, OFFSET, FIRST_ROW, CODE = range(5)  # columns of the table of layers


@dataclass(frozen=True)
class FlatNetwork:
    """One player.

    Attributes:
        arrays: the arguments of the compiled functions.
        names: name and position of every array in the weights.
    """

    arrays: Network
    names: dict[str, tuple[slice, tuple[int, ...]]]

    @classmethod
    def of(cls, network: Block, weights: Weights, columns: int) -> "FlatNetwork":
        """Lay out a network for batches of at most this many rows.

        Raises:
            ValueError: this engine lacks one of the blocks.
        """
        table: list[list[int]] = []
        slopes: list[float] = []
        names: dict[str, tuple[slice, tuple[int, ...]]] = {}
        offset, row = 0, 0
        if block := uncompiled(network):
            raise ValueError(f"the fast engine has no {type(block).__name__}")
        for path, layer in network.parts():
            if isinstance(layer, Linear):
                row += layer.n_in if not table else table[-1][N_OUT]
                table.append([layer.n_in, layer.n_out, offset, row, NONE])
                slopes.append(0.0)
                for name, shape in layer.parameters().items():
                    size = int(np.prod(shape))
                    names[f"{path}.{name}"] = (slice(offset, offset + size), shape)
                    offset += size
            else:
                table[-1][CODE] = ACTIVATION_CODES[layer.compiled]
                slopes[-1] = layer.negative_slope if isinstance(layer, LeakyReLU) else 0.0
        units = row + table[-1][N_OUT]
        arrays = Network(
            weights=np.empty(offset, np.float32),
            layers=np.array(table, np.int64),
            slopes=np.array(slopes, np.float32),
            acts=np.zeros((units, columns), np.float32),
            gradients=np.zeros((units, columns), np.float32),
        )
        flat = cls(arrays, names)
        flat.load(arrays.weights, weights)
        return flat

    def load(self, flat: np.ndarray, arrays: Weights) -> None:
        """Copy named arrays into a flat array with the layout of the weights."""
        for name, (place, _) in self.names.items():
            flat[place] = arrays[name].ravel()

    def named(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """Copies of the named arrays in a flat array with the layout of the weights."""
        return {
            name: flat[place].reshape(shape).copy() for name, (place, shape) in self.names.items()
        }


@njit(**COMPILED)
def forward(net, n):
    """Run the first n columns through a `Network`; the input is in the first rows of acts."""
    weights, layers, slopes, acts, _ = net
    first_in = 0
    for j in range(layers.shape[0]):
        n_in, n_out, at, row = (
            layers[j, N_IN],
            layers[j, N_OUT],
            layers[j, OFFSET],
            layers[j, FIRST_ROW],
        )
        w = weights[at : at + n_in * n_out].reshape(n_out, n_in)
        b = weights[at + n_in * n_out : at + n_in * n_out + n_out]
        y = acts[row : row + n_out]
        linear(w, b, acts[first_in : first_in + n_in], y, n)
        if layers[j, CODE] != NONE:
            activate(layers[j, CODE], slopes[j], y, n)
        first_in = row


@njit(**COMPILED)
def backward(net, w_gradients, n, parts, to_input):
    """Propagate the gradient of the output, in gradients' last rows, back through the network.

    Args:
        net: a `Network`, its acts as `forward` left them; of its gradients the last layer's rows
            are given, the others are written.
        w_gradients: flat; the gradients of the weights are added here if requested.
        n: columns.
        parts: equal parts of the columns in which the gradients of the weights are summed; 0 if
            they are not needed.
        to_input: whether the gradient of the input is needed.
    """
    weights, layers, slopes, acts, gradients = net
    for j in range(layers.shape[0] - 1, -1, -1):
        n_in, n_out, at, row = (
            layers[j, N_IN],
            layers[j, N_OUT],
            layers[j, OFFSET],
            layers[j, FIRST_ROW],
        )
        first_in = layers[j - 1, FIRST_ROW] if j else 0
        dy = gradients[row : row + n_out]
        if layers[j, CODE] != NONE:
            activation_gradient(layers[j, CODE], slopes[j], acts[row : row + n_out], dy, n)
        if parts:
            dw = w_gradients[at : at + n_in * n_out].reshape(n_out, n_in)
            db = w_gradients[at + n_in * n_out : at + n_in * n_out + n_out]
            x = acts[first_in : first_in + n_in]
            # Each part of the columns separately, so that parts with opposite gradients cancel.
            for part in range(parts):
                start = part * (n // parts)
                linear_weight_gradient(dy[:, start:], x[:, start:], dw, db, n // parts)
        if j or to_input:
            w = weights[at : at + n_in * n_out].reshape(n_out, n_in)
            linear_input_gradient(w, dy, gradients[first_in : first_in + n_in], n)
