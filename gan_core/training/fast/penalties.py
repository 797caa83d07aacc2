"""Gradient penalties of piecewise-linear discriminators in closed form.

If the hidden layers are piecewise linear, D is linear around each row. Its slope g is one pass
backward: with u_l the backward signal at layer l, g = W_1^T u_1 and u_l = A_l W_(l+1)^T u_(l+1),
A_l being the activation's slopes. For a penalty P(g) let t_0 = dP/dg: then dP/dW_l = u_l t_(l-1)^T
with t_l = A_l W_l t_(l-1), one pass forward through the linearised network. Biases do not matter.
"""

import numpy as np
from numba import njit

from gan_core.training.fast.kernels import (
    COMPILED,
    NONE,
    activation_gradient,
    linear,
    linear_weight_gradient,
)
from gan_core.training.fast.network import (
    CODE,
    FIRST_ROW,
    N_IN,
    N_OUT,
    OFFSET,
    backward,
    forward,
)

GP, R1, R2 = range(3)
CODES = {"gp": GP, "r1": R1, "r2": R2}  # by `gan_core.objectives.Penalty.compiled`

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@njit(**COMPILED)
def gradient_penalty(kind, weight, net, scratch, w_gradients, m):
    """The penalty at the m rows in the first rows of acts; adds its gradient by D's weights.

    Args:
        kind: which penalty.
        weight: lambda_gp or gamma.
        net: D.
        scratch: its tangents are written; its zeros are the biases of the linearised network.
        w_gradients: flat.
        m: rows.
    """
    weights, layers, slopes, acts, gradients = net
    tangents = scratch.tangents
    n_features, top = layers[0, N_IN], layers.shape[0] - 1
    forward(net, m)
    gradients[layers[top, FIRST_ROW], :m] = _ONE
    backward(net, w_gradients, m, 0, True)
    value = _by_slope(kind, np.float32(weight), gradients, tangents, n_features, m)
    first_in = 0
    for j in range(top + 1):
        n_in, n_out, at, row = (
            layers[j, N_IN],
            layers[j, N_OUT],
            layers[j, OFFSET],
            layers[j, FIRST_ROW],
        )
        t_in = tangents[first_in : first_in + n_in]
        dw = w_gradients[at : at + n_in * n_out].reshape(n_out, n_in)
        no_bias = np.empty(n_out, np.float32)
        linear_weight_gradient(gradients[row : row + n_out], t_in, dw, no_bias, m)
        if j < top:
            w = weights[at : at + n_in * n_out].reshape(n_out, n_in)
            t_out = tangents[row : row + n_out]
            linear(w, scratch.zeros, t_in, t_out, m)
            if layers[j, CODE] != NONE:
                activation_gradient(layers[j, CODE], slopes[j], acts[row : row + n_out], t_out, m)
        first_in = row
    return value


@njit(**COMPILED)
def _by_slope(kind, weight, gradients, tangents, n_features, m):
    """The penalty's value; its gradient by D's slope goes into the first rows of tangents."""
    total = 0.0
    share = weight / np.float32(m)
    for k in range(m):
        square = _ZERO
        for f in range(n_features):
            square += gradients[f, k] * gradients[f, k]
        if kind == GP:
            norm = np.sqrt(square)
            total += (norm - _ONE) * (norm - _ONE)
            # At a slope of exactly 0 the norm has no gradient; 0 is taken, as PyTorch does.
            factor = np.float32(2.0) * share * (norm - _ONE) / norm if norm > _ZERO else _ZERO
        else:  # R1, R2
            total += np.float32(0.5) * square
            factor = share
        for f in range(n_features):
            tangents[f, k] = factor * gradients[f, k]
    return weight * total / m
