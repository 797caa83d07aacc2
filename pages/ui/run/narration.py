"""The words with which one step of a training is told."""

from typing import Any

from pages.ui.parts.text import _


def narration() -> dict[str, Any]:
    """Labels of the picture, lines of the algorithm, and a sentence for each phase.

    The phases are those of assets/stage/narrate.js; it puts the step's numbers in.
    """
    return {
        "picture": _("The way of the data: noise through G to fakes, fakes and real rows into D"),
        "noise": _("noise z"),
        "fakes": _("fakes"),
        "real": _("real"),
        "loss": _("losses"),
        "ready": _("The next step will be told here, phase by phase."),
        "lines": {
            "real": _("x = a batch of real rows;  D(x)"),
            "fake": _("z = noise;  D(G(z))"),
            "d_loss": _("d_loss = how wrong D was"),
            "d_update": _("D = D - lr_d * Adam(gradient of d_loss)"),
            "g_pass": _("z = new noise;  D(G(z)) with the new D"),
            "g_loss": _("g_loss = how little G fooled D"),
            "g_update": _("G = G - lr_g * Adam(gradient of g_loss)"),
        },
        "captions": {
            "real": _("Step {number}: D looks at real rows. Its mean output is {d_real}."),
            "fake": _("G turns noise into fakes, and D looks at them. Mean output: {d_fake}."),
            "d_loss": _("What D is charged for both: a loss of {d_loss}."),
            "d_update": _("The loss goes back through D, and D moves a little to lower it."),
            "d_update_idle": _("D stands still in this step: only G learns."),
            "g_pass": _("New noise goes through G, and the fakes to D as it is now."),
            "g_loss": _("What G is charged for not fooling D: a loss of {g_loss}."),
            "g_update": _("The loss goes back through D into G, and only G moves."),
            "g_update_idle": _("G stands still in this step: only D learns."),
            "sum": _(
                "Step {number}: D's loss {d_loss}, G's loss {g_loss}; D's mean output {d_real} on "
                "real rows, {d_fake} on fakes."
            ),
        },
    }
