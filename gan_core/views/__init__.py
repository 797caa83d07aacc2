"""Pictures of the game as arrays: D's field, the points on it, densities.

The viewer makes them from the weights of a moment; the browser draws them. The web server asks
for a `View`, which is all that is imported here: what computes is imported by its own name.
"""

from gan_core.views.view import OTHERS, View

__all__ = ["OTHERS", "View"]
