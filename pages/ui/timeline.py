"""The timeline: a run's snapshots as a film that all views on the page follow."""

from typing import Any

from gan_core.runs.model import Run
from pages.ui.components import Component
from pages.ui.text import _

_timeline = Component("timeline")


def timeline(run: Run) -> None:
    """Draw the scrubber; charts, histograms and arena of this run move with it."""
    data: dict[str, Any] = {
        "run": run.id,
        "active": run.is_active,
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
        },
    }
    _timeline("timeline", data)
