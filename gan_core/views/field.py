"""The arena: D's output over a plane, with the fakes on it and where they are pulled."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gan_core.networks import Weights, n_weights
from gan_core.views.axes import Axis, components_range, encoded_range, feature_axis
from gan_core.views.game import Game
from gan_core.views.latent import MESH, manifold_noise
from gan_core.views.packing import packed, packed_places
from gan_core.views.plane import components_plane, pair_plane, thinned
from gan_core.views.view import View

FINE, COARSE = 48, 24  # points along each side of the grid on which D is evaluated
_AFFORDABLE = 200_000  # weights of D up to which the fine grid is used; beyond, frames are slow
N_ARROWS = 60
SHOWN_REAL = 600


@dataclass(frozen=True)
class FieldFrame:
    """One moment of a plane.

    Attributes:
        step: of the training.
        output: D's output on the grid, float32, (n, n); the first row is the lowest.
        level: the output between "real" and "fake".
        span: how far the colours reach on either side of it.
        points: the fakes' coordinates in the plane, (300, 2).
        arrows: the direction in which the first 60 are pulled, in the plane, (60, 2).
        manifold: coordinates of the images of the manifold's noise, (n, 2) or none.
        on_fake: D's mean output on all 300 fakes.
    """

    step: int
    output: np.ndarray
    level: float
    span: float
    points: np.ndarray
    arrows: np.ndarray
    manifold: np.ndarray
    on_fake: float


class Field:
    """A plane through the features, and how to draw the players' state on it.

    Args:
        game: the experiment with its rows.
        view: of kind ``pair`` or ``components``.
    """

    def __init__(self, game: Game, view: View) -> None:
        self.game, self.view = game, view
        problem, real = game.problem, game.problem.x_real
        if view.kind == "pair":
            self.plane = pair_plane(view.x, view.y, real.shape[1])
            self.axes = tuple(feature_axis(problem, i) for i in (view.x, view.y))
            self.low, self.high = np.array([encoded_range(problem, i) for i in (view.x, view.y)]).T
        else:
            self.plane = components_plane(real)
            # Untrained, G makes rows near 0: they should be visible too.
            places = self.plane.project(np.vstack([real, np.zeros_like(real[:1])]))
            self.low, self.high = components_range(places)
            ends = zip(self.low, self.high, self.plane.shares, strict=True)
            self.axes = tuple(Axis("", float(a), float(b), share) for a, b, share in ends)
        self.n = FINE if n_weights(game.networks[1]) <= _AFFORDABLE else COARSE
        self._grid = self.plane.lift(self._places(), real, view.others)
        self._manifold = manifold_noise(problem.config.generator.latent_dim)

    def facts(self) -> dict[str, Any]:
        """What does not change from frame to frame, as plain values for JSON."""
        real = self.plane.project(thinned(self.game.problem.x_real, SHOWN_REAL))
        return {
            "kind": "field",
            "axes": [asdict(axis) for axis in self.axes],
            "probability": self.game.loss.probability,
            "grid": self.n,
            "real": packed_places(real, self.low, self.high),
            "latent_dim": self.game.problem.config.generator.latent_dim,
            "mesh": MESH,
        }

    def frame(self, step: int, generator: Weights, discriminator: Weights) -> FieldFrame:
        """The state of both players after a step, as shown on this plane."""
        game = self.game
        fakes = game.made(generator, game.noise)
        fake_logits, grid_logits = game.logits(discriminator, fakes, self._grid)
        output = game.outputs(grid_logits).reshape(self.n, self.n)
        level = game.level(discriminator, fake_logits)
        return FieldFrame(
            step=step,
            output=output,
            level=level,
            span=0.5 if game.loss.probability else float(np.abs(output - level).max()),
            points=self.plane.project(fakes),
            arrows=game.pull(discriminator, fakes[:N_ARROWS]) @ self.plane.axes.T,
            manifold=self.plane.project(game.made(generator, self._manifold)),
            on_fake=float(game.outputs(fake_logits).mean()),
        )

    def wire(self, step: int, generator: Weights, discriminator: Weights) -> dict[str, Any]:
        """A frame as plain values for JSON; arrays in base64.

        The heat is a 16-bit integer per grid point: 32,767.5 for the level, 0 and 65,535 for the
        span's ends; with 8 bits the level line would have steps. Arrows are a pair of signed
        bytes each, of length 127 for the longest, whose true length is sent along.
        """
        frame = self.frame(step, generator, discriminator)
        reach = float(np.hypot(*frame.arrows.T).max())
        share = (frame.output - frame.level) / (2 * frame.span or 1.0) + 0.5
        return {
            "step": frame.step,
            "heat": packed(np.clip(np.round(65_535 * share), 0, 65_535), "<u2"),
            "level": round(frame.level, 6),
            "span": round(frame.span, 6),
            "points": packed_places(frame.points, self.low, self.high),
            "arrows": packed(np.round(127 * frame.arrows / (reach or 1.0)), "|i1"),
            "pull": reach,
            "manifold": packed_places(frame.manifold, self.low, self.high),
            "on_fake": round(frame.on_fake, 6),
        }

    def _places(self) -> np.ndarray:
        """The middles of the grid's cells, row by row from the lowest, (n * n, 2)."""
        share = (np.arange(self.n) + 0.5) / self.n
        x, y = (low + share * (high - low) for low, high in zip(self.low, self.high, strict=True))
        return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
