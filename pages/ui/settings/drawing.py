"""The surface for drawing a data set; the drawing is sent back after each stroke."""

import streamlit as st

from gan_core.data.drawing import MAX_POINTS
from pages.ui.parts.components import Component
from pages.ui.parts.errors import attempt
from pages.ui.parts.text import _
from pages.ui.session.settings import last_drawing
from pages.ui.settings.choose_data import use_drawing

_KEY = "drawing_surface"
_draw = Component("drawing/draw")


def drawing_surface() -> None:
    """Draw it, with the points drawn before."""
    labels = {
        "surface": _(
            "Drawing surface. Spray points with mouse, pen or finger; or move the crosshair with "
            "the arrow keys and set a point with the space bar."
        ),
        "hint": _(
            "Spray points with mouse, pen or finger. By keyboard: the arrow keys move a "
            "crosshair (faster with Shift), the space bar sets a point."
        ),
        "count": _("{n} / {most} points"),
        "undo": _("Undo"),
        "clear": _("Clear"),
    }
    data = {"drawing": last_drawing(), "most": MAX_POINTS, "labels": labels}
    _draw(_KEY, data, on_drawing_change=_take)


def _take() -> None:
    """A stroke was drawn or undone."""
    attempt(use_drawing, st.session_state[_KEY].drawing["text"])
