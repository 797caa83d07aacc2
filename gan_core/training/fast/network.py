"""A whole network in the compiled engine: flat weights, a table of layers, one block of acts."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from gan_core.networks import Layers, Weights
from gan_core.networks.layers import LeakyReLU, Linear, ReLU, Sigmoid, Tanh
from gan_core.training.fast.kernels import (
    COMPILED,
    LEAKY_RELU,
    NONE,
    RELU,
    SIGMOID,
    TANH,
    activate,
    activation_gradient,
    linear,
    linear_input_gradient,
    linear_weight_gradient,
)

N_IN, N_OUT, OFFSET, FIRST_ROW, CODE = range(5)  # columns of the table of layers


@dataclass
class FlatNetwork:
    """One player.

    Attributes:
        weights: all matrices and biases one after the other, float32.
        layers: one row a linear layer with the activation behind it: its sizes, where its weights
            begin, where its outputs begin in `acts`, and the activation's code; int64.
        slopes: of LeakyReLU, float32, one a layer.
        acts: inputs and the outputs of every layer, float32, (units, columns); a column is a row
            of the batch.
        gradients: of the loss, by `acts`.
        names: name and place of every array in `weights`.
    """

    weights: np.ndarray
    layers: np.ndarray
    slopes: np.ndarray
    acts: np.ndarray
    gradients: np.ndarray
    names: dict[str, tuple[slice, tuple[int, ...]]]

    @classmethod
    def of(cls, layers: Layers, weights: Weights, columns: int) -> "FlatNetwork":
        """Lay out a network for batches of at most so many rows."""
        table: list[list[int]] = []
        slopes: list[float] = []
        names: dict[str, tuple[slice, tuple[int, ...]]] = {}
        offset, row = 0, 0
        for i, layer in enumerate(layers):
            if isinstance(layer, Linear):
                row += layer.n_in if not table else table[-1][N_OUT]
                table.append([layer.n_in, layer.n_out, offset, row, NONE])
                slopes.append(0.0)
                for name, shape in (
                    ("weight", (layer.n_out, layer.n_in)),
                    ("bias", (layer.n_out,)),
                ):
                    size = int(np.prod(shape))
                    names[f"{i}.{name}"] = (slice(offset, offset + size), shape)
                    offset += size
            else:
                table[-1][CODE] = _code(layer)
                slopes[-1] = layer.slope if isinstance(layer, LeakyReLU) else 0.0
        units = row + table[-1][N_OUT]
        network = cls(
            weights=np.empty(offset, np.float32),
            layers=np.array(table, np.int64),
            slopes=np.array(slopes, np.float32),
            acts=np.zeros((units, columns), np.float32),
            gradients=np.zeros((units, columns), np.float32),
            names=names,
        )
        network.load(network.weights, weights)
        return network

    def load(self, flat: np.ndarray, arrays: Weights) -> None:
        """Copy named arrays into a flat one of the layout of `weights`."""
        for name, (place, _) in self.names.items():
            flat[place] = arrays[name].ravel()

    def named(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """Copies of the named arrays in a flat one of the layout of `weights`."""
        return {
            name: flat[place].reshape(shape).copy() for name, (place, shape) in self.names.items()
        }


def _code(layer: object) -> int:
    match layer:
        case ReLU():
            return RELU
        case LeakyReLU():
            return LEAKY_RELU
        case Tanh():
            return TANH
        case Sigmoid():
            return SIGMOID
    raise TypeError(f"the fast engine has no {layer!r}")


@njit(**COMPILED)
def forward(weights, layers, slopes, acts, n):
    """Run the first n columns through the network; the input stands in the first rows of acts."""
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
def backward(weights, layers, slopes, acts, gradients, w_gradients, n, parts, to_input):
    """Carry the gradient of the output, in the last rows of gradients, back through the network.

    Args:
        weights: flat.
        layers: table.
        slopes: of LeakyReLU.
        acts: as `forward` left them.
        gradients: by acts; the last layer's rows are given, the others are written.
        w_gradients: flat; the gradients of the weights are added here if they are wanted.
        n: columns.
        parts: equal parts of the columns in which the gradients of the weights are summed; 0 where
            they are not wanted.
        to_input: whether the gradient of the input is wanted.
    """
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
            # Each part of the columns by itself, so that parts of opposite gradients cancel.
            for part in range(parts):
                start = part * (n // parts)
                linear_weight_gradient(dy[:, start:], x[:, start:], dw, db, n // parts)
        if j or to_input:
            w = weights[at : at + n_in * n_out].reshape(n_out, n_in)
            linear_input_gradient(w, dy, gradients[first_in : first_in + n_in], n)
