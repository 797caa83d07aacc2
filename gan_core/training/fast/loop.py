"""The training loop, compiled: the same steps in the same order as the reference engine's."""

import numpy as np
from numba import njit

from gan_core.training.fast.kernels import COMPILED, adam
from gan_core.training.fast.losses import (
    BCE,
    RELATIVISTIC,
    discriminator_loss,
    generator_loss,
)
from gan_core.training.fast.network import FIRST_ROW, backward, forward
from gan_core.training.fast.penalties import GP, R1, R2, gradient_penalty


@njit(**COMPILED)
def run_steps(g, d, g_adam, d_adam, ema, room, rules, rates, data, draws, start, updates, history):
    """Do the steps of a stretch that lies within one block of orders and one of noise.

    Args:
        g: generator: weights, layers, slopes, acts, gradients.
        d: discriminator, likewise.
        g_adam: generator's gradients of the weights, first and second moments, flat.
        d_adam: discriminator's, likewise.
        ema: the moving average of g's weights, flat.
        room: of the penalties: tangents and zeros.
        rules: code of the loss, codes of penalties, label smoothing, weights of the penalties,
            n_critic, EMA decay, size of the noise on D's inputs, whether G and whether D learns.
        rates: lr_g, lr_d, beta1, beta2.
        data: scaled real rows (n_rows, n_features), and rows in a full batch.
        draws: the rows' order in each epoch of the block (epochs, n_rows); z of each step of the
            stretch (n_steps, n_critic + 1, batch_size, latent_dim); mixing weights of the penalty
            gp (n_steps, n_critic, batch_size); noise on D's inputs (n_steps, n_critic + 1, 2,
            batch_size, n_features).
        start: steps done before this stretch, and the first epoch of the block of orders.
        updates: how often Adam has updated g and d, int64, (2,); counted on.
        history: (n_steps, 4 or 5); receives d_loss, g_loss, d_real, d_fake, share of the penalties.
    """
    if not BCE <= rules[0] <= RELATIVISTIC:
        raise ValueError("no such loss is compiled")
    x_real, batch_size = data
    orders, noise, mixing, blur = draws
    first_step, first_epoch = start
    n_critic, ema_decay, g_learns, d_learns = rules[4], np.float32(rules[5]), rules[7], rules[8]
    lr_g, lr_d, beta1, beta2 = rates
    per_epoch = (len(x_real) + batch_size - 1) // batch_size
    for s in range(len(history)):
        step = first_step + s
        first_row = (step % per_epoch) * batch_size
        rows = orders[step // per_epoch - first_epoch, first_row : first_row + batch_size]
        d_loss, d_real, d_fake, penalty = 0.0, 0.0, 0.0, 0.0
        for i in range(n_critic):
            d_loss, d_real, d_fake, penalty = _discriminator_gradients(
                g, d, d_adam[0], room, rules, x_real, rows, noise[s, i], mixing[s, i], blur[s, i]
            )
            if d_learns:
                updates[1] += 1
                adam(d[0], d_adam[0], d_adam[1], d_adam[2], lr_d, beta1, beta2, updates[1])
        g_loss = _generator_gradients(
            g, d, g_adam[0], d_adam[0], rules, x_real, rows, noise[s, -1], blur[s, -1]
        )
        if g_learns:
            updates[0] += 1
            adam(g[0], g_adam[0], g_adam[1], g_adam[2], lr_g, beta1, beta2, updates[0])
            if ema_decay > 0:
                for j in range(len(ema)):
                    ema[j] += (np.float32(1.0) - ema_decay) * (g[0][j] - ema[j])
        history[s, 0] = d_loss
        history[s, 1] = g_loss
        history[s, 2] = d_real
        history[s, 3] = d_fake
        if history.shape[1] > 4:
            history[s, 4] = penalty


@njit(**COMPILED)
def _discriminator_gradients(g, d, w_gradients, room, rules, x_real, rows, z, mixing, blur):
    """D's loss with penalties, and its gradients: real rows in columns 0..m, fakes in m..2m."""
    weights, layers, slopes, acts, gradients = d
    code, penalties, smoothing, weights_of = rules[0], rules[1], np.float32(rules[2]), rules[3]
    m, n_features, out = len(rows), x_real.shape[1], layers[-1, FIRST_ROW]
    _real_rows(x_real, rows, acts)
    _fakes(g, z, m, acts, m, n_features)
    if rules[6] > 0:
        _add_noise(acts, 0, m, rules[6], blur[0])
        _add_noise(acts, m, m, rules[6], blur[1])
    forward(weights, layers, slopes, acts, 2 * m)
    loss, d_real, d_fake = discriminator_loss(code, acts[out], gradients[out], m, smoothing)
    w_gradients[:] = np.float32(0.0)
    backward(weights, layers, slopes, acts, gradients, w_gradients, 2 * m, 2, False)
    share = 0.0
    for j in range(len(penalties)):
        if j > 0:  # the one before has put its own rows in the place of the real ones
            _real_rows(x_real, rows, acts)
            if rules[6] > 0:
                _add_noise(acts, 0, m, rules[6], blur[0])
        _penalized_rows(penalties[j], acts, mixing, m, n_features)
        share += gradient_penalty(penalties[j], weights_of[j], d, room[0], room[1], w_gradients, m)
    return loss + share, d_real, d_fake, share


@njit(**COMPILED)
def _penalized_rows(penalty, acts, mixing, m, n_features):
    """Put the rows at which D's slope counts in the place of the real rows."""
    if penalty not in (GP, R1, R2):
        raise ValueError("no such penalty is compiled")
    for f in range(n_features):
        for k in range(m):
            if penalty == GP:
                acts[f, k] = acts[f, m + k] + mixing[k] * (acts[f, k] - acts[f, m + k])
            elif penalty == R2:
                acts[f, k] = acts[f, m + k]


@njit(**COMPILED)
def _generator_gradients(g, d, w_gradients, not_wanted, rules, x_real, rows, z, blur):
    """Loss of G and its gradients, with fresh noise and the new D."""
    weights, layers, slopes, acts, gradients = d
    m, n_features, out = len(rows), x_real.shape[1], layers[-1, FIRST_ROW]
    pairs = rules[0] == RELATIVISTIC
    first = m if pairs else 0
    if pairs:
        _real_rows(x_real, rows, acts)
    _fakes(g, z, m, acts, first, n_features)
    if rules[6] > 0:
        if pairs:
            _add_noise(acts, 0, m, rules[6], blur[0])
        _add_noise(acts, first, m, rules[6], blur[1])
    forward(weights, layers, slopes, acts, first + m)
    loss = generator_loss(rules[0], acts[out], gradients[out], m, pairs)
    backward(weights, layers, slopes, acts, gradients, not_wanted, first + m, 0, True)
    g_weights, g_layers, g_slopes, g_acts, g_gradients = g
    g_out = g_layers[-1, FIRST_ROW]
    for f in range(n_features):
        for k in range(m):
            g_gradients[g_out + f, k] = gradients[f, first + k]
    w_gradients[:] = np.float32(0.0)
    backward(g_weights, g_layers, g_slopes, g_acts, g_gradients, w_gradients, m, 1, False)
    return loss


@njit(**COMPILED)
def _real_rows(x_real, rows, acts):
    """Put a batch of real rows into the first columns of D's input."""
    for k in range(len(rows)):
        for f in range(x_real.shape[1]):
            acts[f, k] = x_real[rows[k], f]


@njit(**COMPILED)
def _fakes(g, z, m, acts, first, n_features):
    """Generate m fakes from z (batch, latent_dim) into the columns of D's input from first on."""
    weights, layers, slopes, g_acts, _ = g
    for k in range(m):
        for j in range(z.shape[1]):
            g_acts[j, k] = z[k, j]
    forward(weights, layers, slopes, g_acts, m)
    out = layers[-1, FIRST_ROW]
    for f in range(n_features):
        for k in range(m):
            acts[f, first + k] = g_acts[out + f, k]


@njit(**COMPILED)
def _add_noise(acts, first, m, size, blur):
    """Add noise (batch, n_features) to m columns of D's input; no gradient depends on it."""
    scale = np.float32(size)
    for f in range(blur.shape[1]):
        for k in range(m):
            acts[f, first + k] += scale * blur[k, f]
