"""The noise behind a picture: the same in every frame, so that only G moves."""

from statistics import NormalDist

import numpy as np

from gan_core.randomness import Stream, stream

N_POINTS = 300
CURVE = 193  # points on the curve of a one-dimensional z
MESH = 25  # points on each line of a two-dimensional z


def fixed_noise(seed: int, latent_dim: int, n: int = N_POINTS) -> np.ndarray:
    """The z of the first n rows of results and histograms: float32 (n, dim)."""
    rng = stream(seed, Stream.EVALUATION)
    return rng.standard_normal((n, latent_dim), dtype=np.float32)


def quantiles(n: int) -> np.ndarray:
    """Values between which a normal z falls equally often, and half as often beyond the last.

    The quantiles of (k + 1/2) / n, for k from 0 to n - 1: float32 (n,), rising.
    """
    normal = NormalDist()
    return np.array([normal.inv_cdf((k + 0.5) / n) for k in range(n)], np.float32)


def manifold_noise(latent_dim: int) -> np.ndarray:
    """The z whose images show everything that G can generate.

    Returns:
        float32: for one dimension a line (193, 1), for two a grid, row by row, (25 * 25, 2), for
        more, whose images would fill the picture, nothing: (0, latent_dim).
    """
    if latent_dim == 1:
        return quantiles(CURVE)[:, np.newaxis]
    if latent_dim == 2:
        z = quantiles(MESH)
        return np.stack(np.meshgrid(z, z), axis=-1).reshape(-1, 2)
    return np.empty((0, latent_dim), np.float32)
