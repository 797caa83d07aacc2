"""The picture that a view asks for. It is kept while people look: preparing it takes longer."""

from functools import lru_cache

from gan_core.problem import Problem
from gan_core.views.density import Density
from gan_core.views.field import Field
from gan_core.views.game import Game
from gan_core.views.view import View


@lru_cache(maxsize=32)
def picture_of(problem: Problem, view: View) -> Field | Density:
    """The plane or the line that a view of this problem shows."""
    game = Game(problem)
    return Density(game, view) if view.kind == "density" else Field(game, view)
