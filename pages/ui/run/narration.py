"""The words that narrate one step of a training."""

from typing import Any

from pages.ui.parts.text import _


def player_names() -> dict[str, str]:
    """The values of the setting `players` in words."""
    return {"d": _("D only"), "g": _("G only"), "both": _("both")}


def narration() -> dict[str, Any]:
    """Labels of the picture, lines of the algorithm, and a sentence for each phase.

    The phases are those of assets/stage/narrate.js, which fills in the step's numbers.
    """
    return {
        "picture": _("Data flow: noise through G to fakes, fakes and real rows into D"),
        "noise": _("noise z"),
        "fakes": _("fakes"),
        "real": _("real"),
        "loss": _("losses"),
        "ready": _("The next step will be narrated here, phase by phase."),
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
            "fake": _("G turns noise into fakes, and D looks at them. Its mean is {d_fake}."),
            "d_loss": _("How wrong D was on both is its loss: {d_loss}."),
            "d_update": _("The gradient flows back through D, which moves to lower its loss."),
            "d_update_idle": _("D is not updated in this step: only G learns."),
            "g_pass": _("New noise goes through G, and the fakes go to the updated D."),
            "g_loss": _("How little G fooled D is its loss: {g_loss}."),
            "g_update": _("The gradient flows back through D into G, and only G's weights move."),
            "g_update_idle": _("G is not updated in this step: only D learns."),
            "sum": _(
                "Step {number}: D's loss {d_loss}, G's loss {g_loss}; D's mean output {d_real} on "
                "real rows, {d_fake} on fakes."
            ),
        },
    }
