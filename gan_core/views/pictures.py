"""The picture that a view asks for. It is kept while people look: preparing it takes longer."""

from functools import lru_cache

from gan_core.config import ExperimentConfig
from gan_core.views.density import Density
from gan_core.views.field import Field
from gan_core.views.game import Game
from gan_core.views.view import View


@lru_cache(maxsize=8)
def game_of(config: ExperimentConfig) -> Game:
    """An experiment with its rows."""
    return Game(config, config.table())


@lru_cache(maxsize=32)
def picture_of(config: ExperimentConfig, view: View) -> Field | Density:
    """The plane or the line that a view of this experiment shows."""
    game = game_of(config)
    return Density(game, view) if view.kind == "density" else Field(game, view)
