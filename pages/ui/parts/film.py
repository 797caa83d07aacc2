"""Home's picture: a recorded run of the tutorial, played as a film (made by tests/tools)."""

from pages.server.assets import asset_url
from pages.ui.parts.components import Component
from pages.ui.parts.text import _

_film = Component("stage/film")


def home_film() -> None:
    """Draw it; it plays by itself unless the visitor's system prefers reduced motion."""
    labels = {
        "noise": _("noise"),
        "generated": _("generated rows"),
        "real": _("real rows"),
        "line": _(
            "epoch {epoch} / {epochs} of a recorded run; blue is where D believes that a row is "
            "real"
        ),
        "play": _("Play the film"),
        "pause": _("Pause the film"),
        "alt": _(
            "A film of the tutorial's run: the generated points, orange triangles, move onto the "
            "real points, blue discs, while D's judgement, blue for real and orange for "
            "generated, shifts under them"
        ),
    }
    _film("home_film", {"film": asset_url("film.json"), "labels": labels})
