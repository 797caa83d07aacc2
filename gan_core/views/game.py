"""What of a game stands still while it is trained, and what its two players make of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gan_core.networks import Layers, Weights, forward, logit_layers
from gan_core.objectives import Objective
from gan_core.problem import Problem
from gan_core.views.gradient import input_gradient
from gan_core.views.latent import fixed_noise

_REAL_ROWS = 600  # to ask D about, where its outputs on real rows matter


@dataclass(frozen=True)
class Game:
    """A problem, looked at.

    Attributes:
        problem: the experiment with its real rows.
    """

    problem: Problem

    @property
    def loss(self) -> Objective:
        """What both players minimise."""
        return self.problem.config.loss

    @cached_property
    def networks(self) -> tuple[Layers, Layers]:
        """G, and D up to its logit."""
        return self.problem.generator, logit_layers(self.problem.discriminator)

    @cached_property
    def noise(self) -> np.ndarray:
        """The z that every frame shows the images of, float32, (300, latent_dim)."""
        config = self.problem.config
        return fixed_noise(config.seed, config.generator.latent_dim)

    def made(self, generator: Weights, z: np.ndarray) -> np.ndarray:
        """What G makes of noise: scaled rows, float32, (n, n_features)."""
        return forward(self.networks[0], generator, z)

    def logits(self, discriminator: Weights, rows: np.ndarray) -> np.ndarray:
        """D's logits of scaled rows, float32, (n, 1)."""
        return _finite(forward(self.networks[1], discriminator, rows))

    def outputs(self, logits: np.ndarray) -> np.ndarray:
        """What D says: the probability of real, or with other losses the logit as it is."""
        return 0.5 * (np.tanh(0.5 * logits) + 1.0) if self.loss.probability else logits

    def level(self, discriminator: Weights, fake_logits: np.ndarray) -> float:
        """The output between "real" and "fake".

        Where the loss knows only differences of outputs, any constant could be added to them: then
        it is the middle between D's mean output on real rows and on these fakes.
        """
        if self.loss.probability:
            return 0.5
        if self.loss.level is not None:
            return self.loss.level
        real_logits = self.logits(discriminator, self.problem.x_real[:_REAL_ROWS])
        return float(real_logits.mean() + fake_logits.mean()) / 2

    def pull(self, discriminator: Weights, fakes: np.ndarray) -> np.ndarray:
        """Minus the gradient of G's loss with respect to each fake: where G wants it to go.

        Args:
            discriminator: D's weights.
            fakes: scaled rows, (n, n_features).

        Returns:
            float32, (n, n_features), in scaled units.
        """
        logits = self.logits(discriminator, fakes)
        real = self.problem.x_real[:_REAL_ROWS] if self.loss.pairs else self.problem.x_real[:0]
        want = self.loss.pull(self.logits(discriminator, real), logits)
        slopes = input_gradient(self.networks[1], discriminator, fakes)
        return _finite(want * slopes)


def _finite(values: np.ndarray) -> np.ndarray:
    """Values that can be drawn, float32: a critic that explodes passes all bounds some day."""
    return np.nan_to_num(values, posinf=1e15, neginf=-1e15).clip(-1e15, 1e15).astype(np.float32)
