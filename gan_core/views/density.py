"""One feature's axis, as in Figure 1 of Goodfellow et al. 2014 (arXiv:1406.2661).

Densities of real and generated rows along it, D's output over it and, for a low-
dimensional z, where each z is mapped to.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gan_core.networks import Weights
from gan_core.views.axes import encoded_range, feature_axis
from gan_core.views.game import Game
from gan_core.views.latent import quantiles
from gan_core.views.packing import packed
from gan_core.views.plane import Plane
from gan_core.views.view import View

PLACES = 129  # along the axis
N_THREADS = 25  # z whose mapping to x is shown
_MOST_Z = 2


def scott_bandwidth(values: np.ndarray) -> float:
    """The width of a Gaussian kernel by Scott's rule, in the unit of the values.

    The sample standard deviation times n^(-1/5) (D. W. Scott, Multivariate Density Estimation,
    1992); if all values are equal, a hundredth of their size, or of 1.

    Args:
        values: (n,), at least two.
    """
    width = float(np.std(values, ddof=1)) * len(values) ** -0.2
    return width or (abs(float(values[0])) or 1.0) / 100


def gaussian_kde(values: np.ndarray, at: np.ndarray, bandwidth: float) -> np.ndarray:
    """A density from samples: the mean of a normal curve around each (Parzen 1962).

    Args:
        values: the samples, (n,).
        at: where to evaluate it, (m,).
        bandwidth: standard deviation of each curve, in the unit of the values.

    Returns:
        float64, (m,), in 1 / that unit.
    """
    off = (at[:, np.newaxis] - values[np.newaxis, :]) / bandwidth  # (m, n)
    return np.exp(-0.5 * off**2).mean(axis=1) / (bandwidth * np.sqrt(2.0 * np.pi))


@dataclass(frozen=True)
class DensityFrame:
    """One moment on a feature's axis.

    Attributes:
        step: of the training.
        generated: density of the 300 fakes, in 1 / the feature's unit, (129,).
        output: D's output along the axis, (129,).
        level: the output between "real" and "fake".
        threads: where the z of the facts are mapped to, in the feature's unit, (25,) or none.
        on_fake: D's mean output on the fakes.
    """

    step: int
    generated: np.ndarray
    output: np.ndarray
    level: float
    threads: np.ndarray
    on_fake: float


class Density:
    """A feature's axis, and how to draw the players' state over it.

    Both densities have the same bandwidth, Scott's for the real rows, so that their shapes can be
    compared and a generator that makes only one row is a peak of known width.

    Args:
        game: the experiment with its rows.
        view: of kind ``density``.
    """

    def __init__(self, game: Game, view: View) -> None:
        self.game, self.view = game, view
        problem = game.problem
        self.axis = feature_axis(problem, view.x)
        self.at = np.linspace(self.axis.low, self.axis.high, PLACES)
        real = problem.table.values[:, view.x]
        self.bandwidth = scott_bandwidth(real)
        self.real = gaussian_kde(real, self.at, self.bandwidth)
        n = problem.x_real.shape[1]
        line = Plane(np.zeros(n), np.eye(n)[[view.x]])
        places = np.linspace(*encoded_range(problem, view.x), PLACES)[:, np.newaxis]
        self._line = line.lift(places, problem.x_real, view.others)
        self._z = self._threads()

    def facts(self) -> dict[str, Any]:
        """What does not change from frame to frame, as plain values for JSON."""
        return {
            "kind": "density",
            "axes": [asdict(self.axis)],
            "probability": self.game.loss.probability,
            "bandwidth": self.bandwidth,
            "real": packed(self.real, "<f4"),
            "z": packed(self._z[:, 0], "<f4"),
            "latent_dim": self.game.problem.config.generator.latent_dim,
        }

    def frame(self, step: int, generator: Weights, discriminator: Weights) -> DensityFrame:
        """The state of both players after a step, as shown on this axis."""
        game, x = self.game, self.view.x
        fakes = game.made(generator, game.noise)
        fake_logits, line_logits = game.logits(discriminator, fakes, self._line)
        values = game.problem.encoder.inverse(fakes)[:, x]
        return DensityFrame(
            step=step,
            generated=gaussian_kde(values, self.at, self.bandwidth),
            output=game.outputs(line_logits)[:, 0],
            level=game.level(discriminator, fake_logits),
            threads=game.problem.encoder.inverse(game.made(generator, self._z))[:, x],
            on_fake=float(game.outputs(fake_logits).mean()),
        )

    def wire(self, step: int, generator: Weights, discriminator: Weights) -> dict[str, Any]:
        """A frame as plain values for JSON; arrays as float32 in base64."""
        frame = self.frame(step, generator, discriminator)
        return {
            "step": frame.step,
            "generated": packed(frame.generated, "<f4"),
            "output": packed(frame.output, "<f4"),
            "level": round(frame.level, 6),
            "threads": packed(frame.threads, "<f4"),
            "on_fake": round(frame.on_fake, 6),
        }

    def _threads(self) -> np.ndarray:
        """Z along its first dimension, at the quantiles of the normal; the others are 0."""
        latent_dim = self.game.problem.config.generator.latent_dim
        if latent_dim > _MOST_Z:
            return np.empty((0, latent_dim), np.float32)
        z = np.zeros((N_THREADS, latent_dim), np.float32)
        z[:, 0] = quantiles(N_THREADS)
        return z
