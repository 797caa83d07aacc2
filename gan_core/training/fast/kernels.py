"""The arithmetic of a layer, compiled: loops over float32 arrays laid out (units, rows).

Rows of the batch lie next to each other in memory, so every inner loop runs over the batch with
unit stride and becomes vector instructions; four units are taken at once, so that each load serves
several multiplications.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numba import config, njit

# What is compiled has a folder for each version of the whole package. Numba compares a function's
# own file alone: those that call it would go on with what it was when they were compiled.
_HERE = Path(__file__).parent
_VERSION = sha256(b"".join(path.read_bytes() for path in sorted(_HERE.glob("*.py")))).hexdigest()
_SET: Any = config  # whose settings are declared nowhere
_SET.CACHE_DIR = str(Path(_SET.CACHE_DIR or _HERE / "__pycache__") / _VERSION[:16])

# Sums may be reordered (that is what makes them vectors) and multiply-adds contracted. NaN and
# infinity keep their meaning: a divergence must be seen. On disk, because compiling takes a minute.
COMPILED: dict[str, Any] = {
    "fastmath": {"reassoc", "contract", "nsz"},
    "error_model": "numpy",
    "nogil": True,
    "cache": True,
}

NONE, RELU, LEAKY_RELU, TANH, SIGMOID, ELU = range(6)  # codes of activations
# By the names in `gan_core.networks.Block.compiled`.
ACTIVATION_CODES = {
    "relu": RELU,
    "leaky_relu": LEAKY_RELU,
    "tanh": TANH,
    "sigmoid": SIGMOID,
    "elu": ELU,
}

_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)


@njit(**COMPILED)
def linear(w, b, x, y, n):
    """Y = w x + b for the first n rows: w (n_out, n_in), x (n_in, stride), y (n_out, stride)."""
    n_out, n_in = w.shape
    for o in range(n_out):
        for k in range(n):
            y[o, k] = b[o]
        i = 0
        while i + 4 <= n_in:
            w0, w1, w2, w3 = w[o, i], w[o, i + 1], w[o, i + 2], w[o, i + 3]
            for k in range(n):
                y[o, k] += w0 * x[i, k] + w1 * x[i + 1, k] + w2 * x[i + 2, k] + w3 * x[i + 3, k]
            i += 4
        while i < n_in:
            w0 = w[o, i]
            for k in range(n):
                y[o, k] += w0 * x[i, k]
            i += 1


@njit(**COMPILED)
def linear_input_gradient(w, dy, dx, n):
    """Dx = w^T dy for the first n rows."""
    n_out, n_in = w.shape
    for i in range(n_in):
        for k in range(n):
            dx[i, k] = _ZERO
        o = 0
        while o + 4 <= n_out:
            w0, w1, w2, w3 = w[o, i], w[o + 1, i], w[o + 2, i], w[o + 3, i]
            for k in range(n):
                dx[i, k] += (
                    w0 * dy[o, k] + w1 * dy[o + 1, k] + w2 * dy[o + 2, k] + w3 * dy[o + 3, k]
                )
            o += 4
        while o < n_out:
            w0 = w[o, i]
            for k in range(n):
                dx[i, k] += w0 * dy[o, k]
            o += 1


@njit(**COMPILED)
def linear_weight_gradient(dy, x, dw, db, n):
    """Dw += dy x^T and db += the sum of dy, over the first n rows."""
    n_out, n_in = dw.shape
    for o in range(n_out):
        total = _ZERO
        for k in range(n):
            total += dy[o, k]
        db[o] += total
        i = 0
        while i + 4 <= n_in:
            s0, s1, s2, s3 = _ZERO, _ZERO, _ZERO, _ZERO
            for k in range(n):
                d = dy[o, k]
                s0 += d * x[i, k]
                s1 += d * x[i + 1, k]
                s2 += d * x[i + 2, k]
                s3 += d * x[i + 3, k]
            dw[o, i] += s0
            dw[o, i + 1] += s1
            dw[o, i + 2] += s2
            dw[o, i + 3] += s3
            i += 4
        while i < n_in:
            s0 = _ZERO
            for k in range(n):
                s0 += dy[o, k] * x[i, k]
            dw[o, i] += s0
            i += 1


@njit(**COMPILED)
def activate(code, slope, y, n):
    """Apply an activation in place to the first n rows of y (units, stride)."""
    if code not in (RELU, LEAKY_RELU):
        _activate_smooth(code, y, n)
        return
    for o in range(y.shape[0]):
        if code == RELU:
            for k in range(n):
                y[o, k] = y[o, k] if not y[o, k] <= _ZERO else _ZERO  # NaN stays NaN
        else:
            for k in range(n):
                y[o, k] = y[o, k] if y[o, k] > _ZERO else slope * y[o, k]


@njit(**COMPILED)
def _activate_smooth(code, y, n):
    for o in range(y.shape[0]):
        if code == TANH:
            for k in range(n):
                y[o, k] = np.tanh(y[o, k])
        elif code == SIGMOID:
            for k in range(n):
                y[o, k] = _HALF * (np.tanh(_HALF * y[o, k]) + _ONE)
        elif code == ELU:
            for k in range(n):
                y[o, k] = y[o, k] if y[o, k] > _ZERO else np.expm1(y[o, k])


@njit(**COMPILED)
def activation_gradient(code, slope, y, dy, n):
    """Turn dy, the gradient after an activation, into the one before it; y is its output."""
    if code not in (RELU, LEAKY_RELU):
        _smooth_gradient(code, y, dy, n)
        return
    for o in range(y.shape[0]):
        if code == RELU:
            for k in range(n):
                dy[o, k] = dy[o, k] if y[o, k] > _ZERO else _ZERO
        else:
            for k in range(n):
                dy[o, k] = dy[o, k] if y[o, k] > _ZERO else slope * dy[o, k]


@njit(**COMPILED)
def _smooth_gradient(code, y, dy, n):
    for o in range(y.shape[0]):
        if code == TANH:
            for k in range(n):
                dy[o, k] *= _ONE - y[o, k] * y[o, k]
        elif code == SIGMOID:
            for k in range(n):
                dy[o, k] *= y[o, k] * (_ONE - y[o, k])
        elif code == ELU:
            for k in range(n):
                dy[o, k] = dy[o, k] if y[o, k] > _ZERO else dy[o, k] * (y[o, k] + _ONE)


@njit(**COMPILED)
def adam(w, state, lr, beta1, beta2, step):
    """One step of Adam on flat arrays, as PyTorch does it, from an `AdamState`.

    Kingma, Ba 2015, arXiv:1412.6980.

    The corrections for the zero start, which depend on the number of the step, in double precision.
    """
    g, m, v = state
    size = np.float32(lr / (1.0 - beta1**step))
    scale = np.float32(1.0 / np.sqrt(1.0 - beta2**step))
    b1, b2 = np.float32(beta1), np.float32(beta2)
    c1, c2 = np.float32(1.0 - beta1), np.float32(1.0 - beta2)
    eps = np.float32(1e-8)
    for j in range(w.size):
        m[j] = b1 * m[j] + c1 * g[j]
        v[j] = b2 * v[j] + c2 * g[j] * g[j]
        w[j] -= size * m[j] / (np.sqrt(v[j]) * scale + eps)
