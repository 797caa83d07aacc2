"""The live view of a run: status, curves, histograms, drawn in the browser as numbers arrive."""

from dataclasses import dataclass
from typing import Any

from gan_core.config import ExperimentConfig
from gan_core.live.rest import draw_of
from gan_core.live.updates import HISTOGRAM_ROWS, bin_edges, densities, seen
from gan_core.problem import resolve
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts.components import Component
from pages.ui.parts.text import _
from pages.ui.run.narration import narration, player_names
from pages.ui.run.quality import quality_of

_live = Component("stage/live")


@dataclass(frozen=True)
class Motion:
    """How a browser steps through a paused run.

    Attributes:
        speed: updates per second that it requests, 0 for none.
        pace: "hand" or "played": narrate each step of that kind; empty: none.
    """

    speed: int = 0
    pace: str = ""


def live_view(
    run: Run | None,
    settings: ExperimentConfig,
    ghost: str | None,
    motion: Motion,
    *,
    quality: bool,
) -> None:
    """Draw a run or, if there is none yet, the real rows it would learn from.

    While the run lives, the browser polls for updates; this script runs again only when the
    run's status changes.

    Args:
        run: what to show.
        settings: of the next run, if there is none yet.
        ghost: id of a run whose curves and rows are drawn faintly behind.
        motion: how the browser steps through it.
        quality: whether the scores of its snapshots are shown below the losses.
    """
    config = run.config if run else settings
    table = resolve(config).table
    now = config.at(run.step) if run else config
    equilibria = [[e.value, e.text] for e in now.loss.equilibria(now.penalties) if e]
    data: dict[str, Any] = {
        "run": run.id if run else None,
        "status": run.shown_status if run else None,
        "speed": motion.speed,
        "pace": motion.pace,
        "steps_per_epoch": run.steps_per_epoch if run else 1,
        "step": run.step if run else 0,
        "players": config.training.players,
        "narrated": narration() if motion.pace else None,
        "seen": seen(store(), run) if run else None,
        "ghost": ghost,
        "epochs": config.training.epochs,
        "epochs_done": run.epoch if run else 0,
        "equilibria": equilibria,
        "columns": _columns(config),
        "probability": config.loss.probability,
        "features": list(table.features),
        "edges": bin_edges(table.values),
        "real": densities(table.values, table.values),
        "quality": quality_of(run) if run and quality else None,
        "draw": _draw(run) if run and not run.is_active else "",
        "labels": _labels(run, table.n_rows),
    }
    _live("live", data, on_status_change=lambda: None)


def _columns(config: ExperimentConfig) -> list[dict[str, str]]:
    """What is recorded at each step: its name in the history, its label, and its chart.

    The first two are losses, and so is the penalties' share; anything else an objective records
    is an output of D.
    """
    labels = {
        "d_loss": _("D loss"),
        "g_loss": _("G loss"),
        "d_real": _("on real"),
        "d_fake": _("on fake"),
        "penalty": _("penalty"),
    }
    losses = (*config.loss.columns[:2], "penalty")
    return [
        {
            "name": name,
            "label": labels.get(name, name),
            "chart": "losses" if name in losses else "outputs",
        }
        for name in config.columns
    ]


def _draw(run: Run) -> str:
    """What losses near their equilibrium mean; empty if they are not."""
    if not (rest := draw_of(store(), run)):
        return ""
    words = _("Losses near {d} and {g}: a draw, not a failure. Only scores tell how good rows are.")
    return words.format(d=f"{rest[0]:.2f}", g=f"{rest[1]:.2f}")


def _labels(run: Run | None, n_rows: int) -> dict[str, Any]:
    seeds = run is None or run.differs_in_seed
    return {
        "epoch": _("epoch"),
        "loss": _("loss"),
        "output": _("D's mean output"),
        "undecided": _("undecided"),
        "real": _("real, {n} rows").format(n=f"{n_rows:,}"),
        "generated": _("generated, {n} rows").format(n=f"{HISTOGRAM_ROWS:,}"),
        "density": _("density"),
        "rate": _("steps/s"),
        "step": _("step"),
        "left": _("{time} left"),
        "queued": _("waiting, number {place} in the queue"),
        "unattended": _("waiting; no dispatcher is running to start it"),
        "before": _("before"),
        "span": _("Part of the run that the axis shows"),
        "so_far": _("so far"),
        "whole_run": _("whole run"),
        "seeds": _("{done} of {all} seeds done") if seeds else _("{done} of {all} runs done"),
        "progress": _("Progress of the training"),
        "marks": {
            "optimizer.lr_g": _("lr G {value}"),
            "optimizer.lr_d": _("lr D {value}"),
            "optimizer.lr_decay": _("lr decay {value}"),
            "training.n_critic": _("n_critic {value}"),
            "loss.label_smoothing": _("smoothing {value}"),
            "training.input_noise": _("noise {value}"),
            "training.players": "{value}",
        },
        "players": player_names(),
        "lost": _("The server is not responding; trying again. Training continues."),
    }
