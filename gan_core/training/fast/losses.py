"""The losses of the compiled engine: value and gradient by the logits, a few lines each."""

import numpy as np
from numba import njit

from gan_core.training.fast.kernels import COMPILED

BCE, LEAST_SQUARES, HINGE, WASSERSTEIN, RELATIVISTIC, MINIMAX = range(6)
CODES = {  # by `gan_core.objectives.Objective.compiled`
    "bce": BCE,
    "least-squares": LEAST_SQUARES,
    "hinge": HINGE,
    "wasserstein": WASSERSTEIN,
    "relativistic": RELATIVISTIC,
    "minimax": MINIMAX,
}

_ONE, _ZERO, _HALF = np.float32(1.0), np.float32(0.0), np.float32(0.5)


@njit(**COMPILED)
def sigmoid(x):
    """1 / (1 + e^-x), without overflow."""
    e = np.exp(-abs(x))
    return _ONE / (_ONE + e) if x >= _ZERO else e / (_ONE + e)


@njit(**COMPILED)
def softplus(x):
    """log(1 + e^x), without overflow; NaN stays NaN."""
    return (x if x > _ZERO else _ZERO * x) + np.log1p(np.exp(-abs(x)))


@njit(**COMPILED)
def discriminator_pair(code, real, fake, smoothing):
    """D's loss for one real row and one fake, with the gradients by both logits.

    Args:
        code: which loss.
        real: logit of the real row.
        fake: logit of the fake.
        smoothing: how far the target of real rows lies below 1.
    """
    if code in (BCE, MINIMAX):
        loss = softplus(-real) + smoothing * real + softplus(fake)
        return loss, sigmoid(real) - _ONE + smoothing, sigmoid(fake)
    if code == LEAST_SQUARES:
        off = real - _ONE + smoothing
        return _HALF * (off * off + fake * fake), off, fake
    if code == HINGE:
        real_side, fake_side = _ONE - real, _ONE + fake
        loss = max(real_side, _ZERO) + max(fake_side, _ZERO)
        return loss, -_ONE * (real_side > _ZERO), _ONE * (fake_side > _ZERO)
    if code == WASSERSTEIN:
        return fake - real, -_ONE, _ONE
    slope = sigmoid(fake - real)  # relativistic
    return softplus(fake - real), -slope, slope


@njit(**COMPILED)
def generator_pair(code, real, fake):
    """G's loss for one fake, with the gradient by its logit; real is used only with pairs."""
    if code == BCE:
        return softplus(-fake), sigmoid(fake) - _ONE
    if code == MINIMAX:
        return -softplus(fake), -sigmoid(fake)
    if code == LEAST_SQUARES:
        return _HALF * (fake - _ONE) * (fake - _ONE), fake - _ONE
    if code in (HINGE, WASSERSTEIN):
        return -fake, -_ONE
    return softplus(real - fake), -sigmoid(real - fake)  # relativistic


@njit(**COMPILED)
def discriminator_loss(code, logits, gradient, m, smoothing):
    """The mean D loss; columns 0..m of logits are of real rows, m..2m of fakes.

    Args:
        code: which loss.
        logits: (columns,).
        gradient: (columns,); receives the gradient of the mean by the logits.
        m: rows of each kind.
        smoothing: how far the target of real rows lies below 1.

    Returns:
        loss, and D's mean output on real rows and on fakes (a sigmoid if it is a probability).
    """
    total, d_real, d_fake = 0.0, 0.0, 0.0
    share = _ONE / np.float32(m)
    for k in range(m):
        real, fake = logits[k], logits[m + k]
        loss, by_real, by_fake = discriminator_pair(code, real, fake, smoothing)
        total += loss
        gradient[k], gradient[m + k] = by_real * share, by_fake * share
        d_real += sigmoid(real) if code in (BCE, MINIMAX) else real
        d_fake += sigmoid(fake) if code in (BCE, MINIMAX) else fake
    return total / m, d_real / m, d_fake / m


@njit(**COMPILED)
def generator_loss(code, logits, gradient, m, pairs):
    """The mean G loss and, into gradient, its gradient by the logits.

    With pairs, columns 0..m are of real rows and m..2m of fakes; else 0..m are of fakes.
    """
    total = 0.0
    share = _ONE / np.float32(m)
    first = m if pairs else 0
    for k in range(m):
        loss, by_fake = generator_pair(code, logits[k], logits[first + k])
        total += loss
        gradient[k] = _ZERO  # real rows do not depend on G
        gradient[first + k] = by_fake * share
    return total / m
