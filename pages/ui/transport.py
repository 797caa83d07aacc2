"""The row over a run's charts: its state, where it runs, and the buttons that steer it."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from gan_core.errors import GanForgeError
from gan_core.runs import access, model
from gan_core.runs.model import Run
from gan_core.training.choice import choose_engine
from pages.ui.backend import store, user
from pages.ui.text import _, plain

Action = Callable[[str], None]
BadgeColour = Literal["orange", "green", "blue", "gray", "violet", "red"]

_COLOURS: dict[str, BadgeColour] = {
    model.QUEUED: "orange",
    model.RUNNING: "green",
    model.PAUSED: "blue",
    model.STOPPED: "gray",
    model.FINISHED: "violet",
    model.FAILED: "red",
}


def status_word(status: str) -> str:
    """A status in the visitor's language."""
    return {
        model.QUEUED: _("queued"),
        model.RUNNING: _("running"),
        model.PAUSED: _("paused"),
        model.STOPPED: _("stopped"),
        model.FINISHED: _("finished"),
        model.FAILED: _("failed"),
    }[status]


def status_row(run: Run) -> None:
    """Draw badges and buttons of a run, and why it failed."""
    left, right = st.columns([1.6, 1], vertical_alignment="center")
    with left.container(horizontal=True, vertical_alignment="center", gap="small"):
        wanted = {"pause": _("pausing"), "stop": _("stopping")}.get(run.want)
        st.badge(wanted or status_word(run.status), color=_COLOURS[run.status])
        if run.device:
            engine = _("fast engine") if run.engine == "fast" else _("reference engine")
            choice = choose_engine(run.config)
            why = _(choice.template).format(**choice.values)
            st.badge(f"{run.device.upper()} · {engine}", color="violet", help=why)
        if run.members > 1:
            st.badge(f"{run.members} {_('seeds')}", color="blue")
        st.markdown(f"**{plain(run.name)}**", width="content")
    with right.container(horizontal=True, horizontal_alignment="right", gap="small"):
        _buttons(run)
    if run.reason:
        st.error(plain(run.reason), icon=":material/error:")


def _buttons(run: Run) -> None:
    if not access.may_change(user(), run):
        return
    if run.is_active:
        busy = bool(run.want)
        _button(_("Pause"), ":material/pause:", store().pause, run, busy)
        _button(_("Stop"), ":material/stop:", store().stop, run, busy)
    elif run.can_resume:
        _button(_("Resume"), ":material/play_arrow:", store().resume, run)
        if run.status == model.PAUSED:
            _button(_("Stop"), ":material/stop:", store().stop, run)


def _button(label: str, icon: str, action: Action, run: Run, disabled: bool = False) -> None:
    st.button(label, icon=icon, on_click=_try, args=(action, run.id), disabled=disabled)


def _try(action: Action, run_id: str) -> None:
    """Do it; a run may have ended between the drawing of the button and the click."""
    try:
        action(run_id)
    except GanForgeError as error:
        st.toast(plain(error), icon=":material/info:")
