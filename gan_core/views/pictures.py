"""The picture for a view, cached while it is watched, because preparing it is slower."""

from functools import lru_cache

from gan_core.problem import Problem
from gan_core.views.density import Density
from gan_core.views.field import Field
from gan_core.views.game import Game
from gan_core.views.view import View


@lru_cache(maxsize=32)
def picture_of(problem: Problem, view: View) -> Field | Density:
    """The plane or the axis that a view of this problem shows."""
    game = Game(problem)
    return Density(game, view) if view.kind == "density" else Field(game, view)
