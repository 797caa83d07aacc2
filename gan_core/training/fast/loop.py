"""The training loop, compiled: the same steps in the same order as the reference engine's."""

import numpy as np
from numba import njit

from gan_core.training.fast.kernels import COMPILED, adam
from gan_core.training.fast.losses import (
    BCE,
    MINIMAX,
    RELATIVISTIC,
    discriminator_loss,
    generator_loss,
)
from gan_core.training.fast.network import FIRST_ROW, backward, forward
from gan_core.training.fast.penalties import GP, R1, R2, gradient_penalty


@njit(**COMPILED)
def run_steps(step, g, d, g_adam, d_adam, ema, scratch, settings, data, draws, updates, history):
    """Do a range of steps within one block of orders and one of noise.

    Args:
        step: steps done before.
        g: generator, a `Network`.
        d: discriminator, likewise.
        g_adam: generator's `AdamState`.
        d_adam: discriminator's.
        ema: the moving average of g's weights, flat.
        scratch: memory for the penalty.
        settings: the current ones, `Settings`.
        data: `Data`.
        draws: the random numbers of these steps, `Draws`.
        updates: how often Adam has updated g and d, int64, (2,); incremented.
        history: (n_steps, 4 or 5); receives d_loss, g_loss, d_real, d_fake, share of the penalties.
    """
    if not BCE <= settings.loss <= MINIMAX:
        raise ValueError("no such loss is compiled")
    rates, batch_size = settings, data.batch_size
    ema_decay = np.float32(settings.ema_decay)
    per_epoch = (len(data.x_real) + batch_size - 1) // batch_size
    for s in range(len(history)):
        epoch, batch = (step + s) // per_epoch, (step + s) % per_epoch
        first_row = batch * batch_size
        rows = draws.orders[epoch - draws.first_epoch, first_row : first_row + batch_size]
        left = 1.0 - settings.lr_fall * (step + s)  # of the learning rates
        d_loss, d_real, d_fake, penalty = 0.0, 0.0, 0.0, 0.0
        for i in range(settings.n_critic):
            d_loss, d_real, d_fake, penalty = _discriminator_gradients(
                g, d, d_adam.gradients, scratch, settings, data.x_real, rows,
                draws.z[s, i], draws.mixing[s, i], draws.input_noise[s, i],
            )  # fmt: skip
            if settings.d_learns:
                updates[1] += 1
                adam(d.weights, d_adam, left * rates.lr_d, rates.beta1, rates.beta2, updates[1])
                if settings.clip > 0:
                    _clip(d.weights, settings.clip)
        g_loss = _generator_gradients(
            g, d, g_adam.gradients, d_adam.gradients, settings, data.x_real, rows,
            draws.z[s, -1], draws.input_noise[s, -1],
        )  # fmt: skip
        if settings.g_learns:
            updates[0] += 1
            adam(g.weights, g_adam, left * rates.lr_g, rates.beta1, rates.beta2, updates[0])
            if ema_decay > 0:
                for j in range(len(ema)):
                    ema[j] += (np.float32(1.0) - ema_decay) * (g.weights[j] - ema[j])
        history[s, 0] = d_loss
        history[s, 1] = g_loss
        history[s, 2] = d_real
        history[s, 3] = d_fake
        if history.shape[1] > 4:
            history[s, 4] = penalty


@njit(**COMPILED)
def _discriminator_gradients(
    g, d, w_gradients, scratch, settings, x_real, rows, z, mixing, input_noise
):
    """D's loss with penalties, and its gradients: real rows in columns 0..m, fakes in m..2m."""
    acts, penalties, smoothing = d.acts, settings.penalties, np.float32(settings.label_smoothing)
    m, n_features, out = len(rows), x_real.shape[1], d.layers[-1, FIRST_ROW]
    _real_rows(x_real, rows, acts)
    _fakes(g, z, m, acts, m, n_features)
    if settings.input_noise > 0:
        _add_noise(acts, 0, m, settings.input_noise, input_noise[0])
        _add_noise(acts, m, m, settings.input_noise, input_noise[1])
    forward(d, 2 * m)
    loss, d_real, d_fake = discriminator_loss(
        settings.loss, acts[out], d.gradients[out], m, smoothing
    )
    w_gradients[:] = np.float32(0.0)
    backward(d, w_gradients, 2 * m, 2, False)
    share = 0.0
    for j in range(len(penalties)):
        if j > 0:  # the previous one has overwritten the real rows with its own
            _real_rows(x_real, rows, acts)
            if settings.input_noise > 0:
                _add_noise(acts, 0, m, settings.input_noise, input_noise[0])
        _penalized_rows(penalties[j], acts, mixing, m, n_features)
        weight = settings.penalty_weights[j]
        share += gradient_penalty(penalties[j], weight, d, scratch, w_gradients, m)
    return loss + share, d_real, d_fake, share


@njit(**COMPILED)
def _penalized_rows(penalty, acts, mixing, m, n_features):
    """Overwrite the real rows with those at which D's slope is taken."""
    if penalty not in (GP, R1, R2):
        raise ValueError("no such penalty is compiled")
    for f in range(n_features):
        for k in range(m):
            if penalty == GP:
                acts[f, k] = acts[f, m + k] + mixing[k] * (acts[f, k] - acts[f, m + k])
            elif penalty == R2:
                acts[f, k] = acts[f, m + k]


@njit(**COMPILED)
def _generator_gradients(g, d, w_gradients, not_wanted, settings, x_real, rows, z, input_noise):
    """Loss of G and its gradients, with fresh noise and the new D."""
    m, n_features, out = len(rows), x_real.shape[1], d.layers[-1, FIRST_ROW]
    pairs = settings.loss == RELATIVISTIC
    first = m if pairs else 0
    if pairs:
        _real_rows(x_real, rows, d.acts)
    _fakes(g, z, m, d.acts, first, n_features)
    if settings.input_noise > 0:
        if pairs:
            _add_noise(d.acts, 0, m, settings.input_noise, input_noise[0])
        _add_noise(d.acts, first, m, settings.input_noise, input_noise[1])
    forward(d, first + m)
    loss = generator_loss(settings.loss, d.acts[out], d.gradients[out], m, pairs)
    backward(d, not_wanted, first + m, 0, True)
    g_out = g.layers[-1, FIRST_ROW]
    for f in range(n_features):
        for k in range(m):
            g.gradients[g_out + f, k] = d.gradients[f, first + k]
    w_gradients[:] = np.float32(0.0)
    backward(g, w_gradients, m, 1, False)
    return loss


@njit(**COMPILED)
def _clip(weights, size):
    """Cut weights off at a distance from 0."""
    bound = np.float32(size)
    for j in range(weights.size):
        weights[j] = min(max(weights[j], -bound), bound) if weights[j] == weights[j] else weights[j]


@njit(**COMPILED)
def _real_rows(x_real, rows, acts):
    """Put a batch of real rows into the first columns of D's input."""
    for k in range(len(rows)):
        for f in range(x_real.shape[1]):
            acts[f, k] = x_real[rows[k], f]


@njit(**COMPILED)
def _fakes(g, z, m, acts, first, n_features):
    """Generate m fakes from z (batch, latent_dim) into the columns of D's input from first on."""
    for k in range(m):
        for j in range(z.shape[1]):
            g.acts[j, k] = z[k, j]
    forward(g, m)
    out = g.layers[-1, FIRST_ROW]
    for f in range(n_features):
        for k in range(m):
            acts[f, first + k] = g.acts[out + f, k]


@njit(**COMPILED)
def _add_noise(acts, first, m, size, noise):
    """Add noise (batch, n_features) to m columns of D's input; no gradient depends on it."""
    scale = np.float32(size)
    for f in range(noise.shape[1]):
        for k in range(m):
            acts[f, first + k] += scale * noise[k, f]
