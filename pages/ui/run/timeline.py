"""The timeline: a run's snapshots as a film that all views on the page follow."""

from typing import Any

import streamlit as st

from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts.components import Component
from pages.ui.parts.text import _
from pages.ui.run.transport import fork_at

_KEY = "timeline"
_timeline = Component("stage/timeline")


def timeline(run: Run) -> None:
    """Draw the scrubber; charts, histograms and arena of this run move with it."""
    data: dict[str, Any] = {
        "run": run.id,
        "active": run.is_active or store().is_moving(run),
        "attempt": run.attempt,
        "steps_per_epoch": run.steps_per_epoch,
        "labels": {
            "name": _("Timeline"),
            "play": _("Play the training as a film"),
            "pause": _("Pause the film"),
            "live": _("Live"),
            "to_live": _("Back to the latest state"),
            "moment": _("epoch {epoch} · step {step}"),
            "value": _("epoch {epoch}, step {step}: snapshot {n} of {all}"),
            "none": _("no snapshots yet"),
            "loading": _("Loading the film …"),
            "fork": _("Fork here"),
            "why_fork": _(
                "A new run that continues from this moment with the settings on the left; this one "
                "stays as it is, and its curves stay in the charts."
            ),
        },
        "can_fork": not run.is_group,
    }
    _timeline(_KEY, data, on_fork_change=lambda: _fork(run))


def _fork(run: Run) -> None:
    """The button was pressed at a moment of the timeline."""
    moment = st.session_state[_KEY].fork
    step = moment["step"] if isinstance(moment, dict) else None
    fork_at(run, step if isinstance(step, int) else None)
