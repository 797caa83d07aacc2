"""The arguments of the compiled functions as named tuples: Numba knows their fields."""

from typing import NamedTuple

import numpy as np


class Network(NamedTuple):
    """One player, laid out for the compiled engine; numbers are float32.

    A row of the table of layers is a linear layer with the activation after it: its sizes, where
    its weights start, where its outputs start in `acts`, and the activation's code.
    """

    weights: np.ndarray  # all matrices and biases, concatenated
    layers: np.ndarray  # the table, int64
    slopes: np.ndarray  # of LeakyReLU, one per layer
    acts: np.ndarray  # inputs and the outputs of every layer, (units, rows of the batch)
    gradients: np.ndarray  # of the loss, by acts


class AdamState(NamedTuple):
    """Gradient, first and second moment of a player's weights, flat like them."""

    gradients: np.ndarray
    m: np.ndarray
    v: np.ndarray


class Settings(NamedTuple):
    """The current settings; loss and penalties by their codes."""

    loss: int
    penalties: np.ndarray
    penalty_weights: np.ndarray
    label_smoothing: float
    clip: float
    n_critic: int
    ema_decay: float
    input_noise: float
    g_learns: bool
    d_learns: bool
    lr_g: float
    lr_d: float
    lr_fall: float  # the share of both that each step takes away
    beta1: float
    beta2: float


class Data(NamedTuple):
    """The scaled real rows (n_rows, n_features), and how many are in a full batch."""

    x_real: np.ndarray
    batch_size: int


class Draws(NamedTuple):
    """The random numbers of a range of steps."""

    orders: np.ndarray  # of the rows in each epoch of a block, (epochs, n_rows)
    first_epoch: int
    z: np.ndarray  # (n_steps, n_critic + 1, batch_size, latent_dim)
    mixing: np.ndarray  # of real rows and fakes for a penalty, (n_steps, n_critic, batch_size)
    input_noise: np.ndarray  # (n_steps, n_critic + 1, 2, batch_size, n_features)


class Scratch(NamedTuple):
    """Memory for the penalty: tangents, shaped like D's acts; zeros, as long as its layers."""

    tangents: np.ndarray
    zeros: np.ndarray
