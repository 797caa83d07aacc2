"""What starts a run: the button, and with how many seeds."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gan_core.config import ExperimentConfig
from gan_core.config.links import STARTING
from gan_core.errors import ConfigError, GanForgeError
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts.errors import show
from pages.ui.parts.numbers import no_number, number_field
from pages.ui.parts.text import _
from pages.ui.session.link import current_link, end_link
from pages.ui.session.run import start
from pages.ui.session.view import REPEATS, chosen_repeats, chosen_speed, is_instant, start_with_one
from pages.ui.settings.controls import control_label, friendly


def repeats_field() -> None:
    """How many seeds to train with."""
    start_with_one()
    number_field(
        control_label(REPEATS),
        key=REPEATS,
        help=_(
            "Trains the same settings with this many seeds, the one above and those after it, side "
            "by side as one run. Curves become a median with a band, scores a median with their "
            "range: a single seed may be luck."
        ),
        on_change=end_link,
        disabled=is_instant() or REPEATS in current_link().fixed,
        persist_state="session",
    )


def start_button(
    run: Run | None, config: ExperimentConfig | None, fault: ConfigError | None
) -> Run | None:
    """Draw the button Train below the settings, and above it the first reason why it is disabled.

    Args:
        run: the run shown, which may be training.
        config: the settings, None while they are invalid.
        fault: what is wrong with them.

    Returns:
        the run to show: a new one if the button was clicked.
    """
    with st.container(key="start", gap="xsmall"):
        if fault := fault or _fault_in_repeats():
            st.error(friendly(fault), icon=":material/error:")
            config = None
        return _start_button(run, config)


def _start_button(run: Run | None, config: ExperimentConfig | None) -> Run | None:
    busy = run is not None and run.is_active and not run.is_stepping
    place = st.empty()
    clicked = _button(place, disabled=config is None, busy=busy)
    # On a double click, the second click finds the first one's run already busy.
    if clicked and config is not None and not busy and (started := _start(config)):
        _button(place, disabled=False, busy=True)
        return started
    return run


def _fault_in_repeats() -> ConfigError | None:
    name, allowed = (
        control_label(REPEATS),
        replace(STARTING["repeats"], high=store().limits.max_repeats),
    )
    if (repeats := chosen_repeats()) is None:
        return no_number(name, allowed.expected())
    try:
        allowed.check(name, repeats)
    except ConfigError as error:
        return error
    return None


def _button(place: DeltaGenerator, disabled: bool, busy: bool) -> bool:
    return place.button(
        _("Train"),
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        key=f"train_{busy}",
        disabled=disabled or busy,
        help=_("This run is still training; pause or stop it first.") if busy else None,
    )


def _start(config: ExperimentConfig) -> Run | None:
    """Start a run, or say why it was refused.

    The script continues with it: drawing the page again would cost a tenth of a second.
    """
    try:
        repeats = chosen_repeats()
        speed = chosen_speed() if repeats == 1 else 0
        run = start(lambda: store().create(config, repeats=repeats, speed=speed))
    except GanForgeError as error:
        show(error)
        return None
    return run
