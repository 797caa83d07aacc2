"""Pictures of the game as arrays: D's field, the points on it, densities.

The viewer makes them from the weights at a moment; the browser draws them. The web server uses
only `View`, which is all that is imported here; import what computes from its own module.
"""

from gan_core.views.view import OTHERS, View

__all__ = ["OTHERS", "View"]
