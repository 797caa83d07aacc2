"""The fixed parts of a game while it is trained, and the outputs of its two players."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gan_core.networks import Sequential, Weights, logit_layers
from gan_core.networks.running import Player
from gan_core.objectives import Objective
from gan_core.problem import Problem
from gan_core.views.latent import fixed_noise

if TYPE_CHECKING:
    from torch import Tensor

_REAL_ROWS = 600  # on which D is evaluated, if its outputs on real rows matter


@dataclass(frozen=True)
class Game:
    """A problem prepared for viewing.

    Attributes:
        problem: the experiment with its real rows.
    """

    problem: Problem

    @property
    def loss(self) -> Objective:
        """What both players minimise."""
        return self.problem.config.loss

    @cached_property
    def networks(self) -> tuple[Sequential, Sequential]:
        """G, and D up to its logit."""
        return self.problem.generator, logit_layers(self.problem.discriminator)

    @cached_property
    def noise(self) -> np.ndarray:
        """The z whose images every frame shows, float32, (300, latent_dim)."""
        config = self.problem.config
        return fixed_noise(config.seed, config.generator.latent_dim)

    def made(self, generator: Weights, z: np.ndarray) -> np.ndarray:
        """G's output for noise: scaled rows, float32, (n, n_features)."""
        if not len(z):
            return np.empty((0, self.problem.x_real.shape[1]), np.float32)
        return Player(self.networks[0], generator)(z)

    def logits(self, discriminator: Weights, *rows: np.ndarray) -> list[np.ndarray]:
        """D's logits of several sets of scaled rows, float32, (n, 1) each; computed in one pass."""
        found = _finite(Player(self.networks[1], discriminator)(np.concatenate(rows)))
        return np.split(found, np.cumsum([len(lot) for lot in rows[:-1]]))

    def outputs(self, logits: np.ndarray) -> np.ndarray:
        """D's output: the probability of real or, with other losses, the logit itself."""
        return 0.5 * (np.tanh(0.5 * logits) + 1.0) if self.loss.probability else logits

    def level(self, discriminator: Weights, fake_logits: np.ndarray) -> float:
        """The output between "real" and "fake".

        If the loss depends only on differences of outputs, any constant can be added to them: then
        it is the middle between D's mean output on real rows and on these fakes.
        """
        if self.loss.probability:
            return 0.5
        if self.loss.level is not None:
            return self.loss.level
        (real_logits,) = self.logits(discriminator, self.problem.x_real[:_REAL_ROWS])
        return float(real_logits.mean() + fake_logits.mean()) / 2

    def pull(self, discriminator: Weights, fakes: np.ndarray) -> np.ndarray:
        """Minus the gradient of G's loss with respect to each fake: where G wants it to go.

        Args:
            discriminator: D's weights.
            fakes: scaled rows, (n, n_features).

        Returns:
            float32, (n, n_features), in scaled units.
        """
        from torch import broadcast_tensors, from_numpy

        def paid(fake_logits: "Tensor") -> "Tensor":
            """The sum of G's losses for each fake: the mean over all pairs if `pairs`."""
            if not self.loss.pairs:
                return len(fakes) * self.loss.generator(None, fake_logits)
            (real_logits,) = self.logits(discriminator, self.problem.x_real[:_REAL_ROWS])
            real, fake = broadcast_tensors(from_numpy(real_logits).T, fake_logits)  # (n, n_real)
            return len(fakes) * self.loss.generator(real.reshape(-1, 1), fake.reshape(-1, 1))

        return _finite(-Player(self.networks[1], discriminator).gradient(fakes, paid))


def _finite(values: np.ndarray) -> np.ndarray:
    """Values that can be drawn, float32: an exploding critic eventually exceeds all bounds."""
    return np.nan_to_num(values, posinf=1e15, neginf=-1e15).clip(-1e15, 1e15).astype(np.float32)
