"""Settings that are not those of the run shown: said on the page, with a way back."""

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.store.model import Run
from pages.ui.parts.text import _
from pages.ui.session.settings import use_settings
from pages.ui.settings.controls import few


def differing(config: ExperimentConfig, run: Run) -> list[str]:
    """Dotted names of settings that differ from the run's; changes made on the way do not count.

    A run has the settings that it started with, and those that it has now.
    """
    found = []
    for course in (run.config, run.config.at(run.step)):
        moved = config.differences(course)
        moved.pop("schedule", None)
        if not moved:
            return []
        found = list(moved)
    return found


def apart_badge(config: ExperimentConfig, run: Run) -> None:
    """Say which settings differ from those of the run shown, and offer to reset them."""
    if not (names := differing(config, run)):
        return
    st.badge(
        _("Settings differ from this run: {names}").format(names=few(names)),
        icon=":material/difference:",
        color="orange",
        help=_(
            "The charts show the run; the settings on the left are those of the next one, which "
            "Train starts."
        ),
    )
    st.button(
        _("Reset to the run's"),
        key="reset_to_run",
        icon=":material/undo:",
        on_click=use_settings,
        args=(run.config,),
        help=_("Set all settings on the left to those of the run shown."),
    )
