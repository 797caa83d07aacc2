"""Pictures of the game as arrays: D's field, the points on it, densities. NumPy alone, no torch.

The web server makes them from the weights of a moment; the browser draws them.
"""

from gan_core.views.density import Density, DensityFrame, gaussian_kde, scott_bandwidth
from gan_core.views.field import Field, FieldFrame
from gan_core.views.game import Game
from gan_core.views.gradient import input_gradient
from gan_core.views.pictures import picture_of
from gan_core.views.plane import Plane, components_plane, pair_plane
from gan_core.views.view import OTHERS, View

__all__ = [
    "OTHERS",
    "Density",
    "DensityFrame",
    "Field",
    "FieldFrame",
    "Game",
    "Plane",
    "View",
    "components_plane",
    "gaussian_kde",
    "input_gradient",
    "pair_plane",
    "picture_of",
    "scott_bandwidth",
]
