"""Labels of the scores beside the losses, and what a flat loss does and does not mean."""

from typing import Any

from gan_core.metrics import Metric, metrics_for
from gan_core.problem import resolve
from gan_core.store.model import Run
from pages.ui.parts.scores import better_is, direction
from pages.ui.parts.text import _


def quality_of(run: Run) -> dict[str, Any]:
    """The scores of a run's snapshots, and their labels, for the live view."""
    table = resolve(run.config).table
    modes = len(table.modes.centres) if table.modes else 0
    found = metrics_for(len(table.features), table.modes).values()
    return {
        "metrics": [_described(metric, modes if metric.counts_modes else 0) for metric in found],
        "labels": {
            "scores": _("Which score to show"),
            "more": _("more"),
            "less": _("less"),
            "floor": _("noise floor"),
            "left": _("{n} snapshots still to be scored"),
            "none": _("The scores appear with the first snapshots."),
            "alt": _("{score} after each of {n} snapshots, the last {value}; {better}"),
            "alt_floor": _("noise floor {low} to {high}"),
            "title": _("A flat loss says nothing about the rows"),
            "meaning": _(
                "It means that neither player is winning, or that one has stopped learning. Only "
                "the scores say whether the rows are good."
            ),
            "band": _(
                "Grey: real rows against other real rows. With a score there, or beyond its good "
                "end, rows are indistinguishable from real ones."
            ),
            "several": _("Of several seeds: the median, and the band of 80 %.")
            if run.is_group
            else "",
        },
    }


def _described(metric: Metric, out_of: int) -> dict[str, Any]:
    """A score as a chart shows it; one that counts modes as a number, not as a share."""
    label = _(metric.label)
    unit = _("of {n}").format(n=out_of) if out_of else _(metric.unit) if metric.unit else ""
    return {
        "name": metric.name,
        "label": label,
        "arrow": direction(metric),
        "better": better_is(metric),
        "help": _(metric.help),
        "axis": f"{label} ({unit})" if unit else label,
        "out_of": out_of,
        "top": metric.high if metric.goal == "max" else None,
    }
