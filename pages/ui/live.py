"""The live view of a run: status line, curves, histograms, drawn in the browser as numbers come."""

from typing import Any

from gan_core.config import ExperimentConfig
from gan_core.losses import LOSSES
from gan_core.runs.live import bin_edges, densities, seen
from gan_core.runs.model import Run
from pages.ui.components import Component
from pages.ui.text import _

_live = Component("live")


def live_view(run: Run | None, settings: ExperimentConfig, ghost: str | None = None) -> None:
    """Draw a run, or, where there is none yet, the real rows that it would learn from.

    While the run lives the browser asks for news itself; this script runs again only when the
    run's status changes.

    Args:
        run: what to show.
        settings: of the run to come, where there is none.
        ghost: id of a run whose curves and rows are drawn faintly behind.
    """
    config = run.config if run else settings
    table = config.table()
    loss = LOSSES[config.loss.name]
    equilibria = [[e.value, e.text] for e in loss.equilibria if e]
    data: dict[str, Any] = {
        "run": run.id if run else None,
        "status": run.status if run else None,
        "seen": seen(run) if run else None,
        "ghost": ghost,
        "epochs": config.training.epochs,
        "epochs_done": run.epoch if run else 0,
        "equilibria": equilibria,
        "probability": loss.probability,
        "features": list(table.features),
        "edges": bin_edges(table.values),
        "real": densities(table.values, table.values),
        "labels": _labels(),
    }
    _live("live", data, on_status_change=lambda: None)


def _labels() -> dict[str, str]:
    return {
        "epoch": _("epoch"),
        "loss": _("loss"),
        "d_loss": _("D loss"),
        "g_loss": _("G loss"),
        "output": _("D's mean output"),
        "on_real": _("on real"),
        "on_fake": _("on fake"),
        "undecided": _("cannot tell"),
        "real": _("real"),
        "generated": _("generated"),
        "density": _("density"),
        "rate": _("steps/s"),
        "left": _("{time} left"),
        "queued": _("waiting, place {place} in the queue"),
        "before": _("before"),
        "seeds": _("{done} of {all} seeds done"),
        "progress": _("Progress of the training"),
        "lost": _("The server does not answer; trying again. The training goes on without us."),
    }
