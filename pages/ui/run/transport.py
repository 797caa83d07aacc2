"""The rows above a run's charts: its state, where it runs, and the buttons that steer it."""

import math
from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gan_core.problem import resolve
from gan_core.store import model, results
from gan_core.store.model import Run
from gan_core.training.choice import choose_engine
from pages.server.visitor import store
from pages.ui.parts.errors import attempt
from pages.ui.parts.health import warn_if_unattended
from pages.ui.parts.text import _, plain
from pages.ui.run.live import Motion
from pages.ui.session.link import current_link, end_link
from pages.ui.session.run import start
from pages.ui.session.settings import current_settings
from pages.ui.session.view import (
    choose_speed,
    chosen_speed,
    speed_key,
    step_by_hand,
    steps_by_hand,
)
from pages.ui.settings.controls import control_label

Action = Callable[[str], None]
BadgeColour = Literal["orange", "green", "blue", "gray", "violet", "red"]

SPEEDS = (1, 5, 20, 100, 0)  # updates per second; 0: as fast as possible
_CAN_STEP = (model.PAUSED, model.STOPPED)
_OVER = (model.FINISHED, model.FAILED)
_WATCHING = (
    "You see what happens; only the one who plays it and its owner can steer it. When no step has "
    "been requested for 3 minutes, everybody can. To try something of your own, fork it on the "
    "timeline, or train its settings."
)

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


def members_of(run: Run) -> str:
    """The size of a group: in seeds, if its members differ in nothing else."""
    return f"{run.members} {_('seeds') if run.differs_in_seed else _('runs')}"


def status_row(run: Run, *, slow: bool = False) -> DeltaGenerator:
    """Draw badges and buttons of a run, and why it failed; returns where the buttons stand.

    Args:
        run: the run.
        slow: the page can play it in slow motion.
    """
    left, right = st.columns([1.6, 1], vertical_alignment="center")
    with left.container(horizontal=True, vertical_alignment="center", gap="small"):
        _status_badge(run)
        if run.device:
            engine = _("fast engine") if run.engine == "fast" else _("reference engine")
            choice = choose_engine(resolve(run.config))
            why = _(choice.template).format(**choice.values)
            st.badge(f"{run.device.upper()} · {engine}", color="violet", help=why)
        if run.is_group:
            st.badge(members_of(run), color="blue")
        st.markdown(f"**{plain(run.name)}**", width="content")
    place = right.container(
        key="steering",
        horizontal=True,
        horizontal_alignment="right",
        vertical_alignment="center",
        gap="small",
    )
    with place:
        _buttons(run, slow)
    warn_if_unattended([run])
    if run.reason:
        st.error(plain(run.reason), icon=":material/error:")
    return place


def _status_badge(run: Run) -> None:
    moving = store().is_moving(run)
    wanted = {"pause": _("pausing"), "stop": _("stopping")}.get(run.want)
    word = _slow_motion(run) if moving else wanted or status_word(run.shown_status)
    st.badge(word, color="green" if moving else _COLOURS[run.shown_status])


def _slow_motion(run: Run) -> str:
    return _("slow motion {n}/s").format(n=run.speed)


def _buttons(run: Run, slow: bool) -> None:
    if not store().may_change(run):
        st.caption(_("Somebody else plays this run."), help=_(_WATCHING), text_alignment="right")
        return
    trains, moving = run.is_active and not run.is_stepping, store().is_moving(run)
    if trains or moving:
        busy = trains and bool(run.want) and not moving
        _button(_("Pause"), ":material/pause:", _pause, run, busy)
        _button(_("Stop"), ":material/stop:", store().stop, run, busy)
    elif run.can_resume or run.is_stepping:
        if slow or not run.speed:
            _button(_("Resume"), ":material/play_arrow:", _resume, run)
        if run.shown_status == model.PAUSED:
            _button(_("Stop"), ":material/stop:", store().stop, run)


def speed_control(run: Run | None = None) -> None:
    """Draw the choice of the speed, of this run or of the next one."""
    run_id, speed = "", chosen_speed()
    if run is not None and run.shown_status not in _OVER:
        run_id, speed = run.id, run.speed or 0
    choose_speed(speed)
    key = speed_key(run_id, speed)
    if st.session_state.get(key) != speed:
        # Not at every redraw: the browser would take it for news and undo a click made meanwhile.
        st.session_state[key] = speed
    st.segmented_control(
        control_label("speed"),
        sorted({*SPEEDS, speed}, key=lambda speed: speed or math.inf),
        format_func=lambda speed: _("{n}/s").format(n=speed) if speed else _("full speed"),
        required=True,
        key=key,
        on_change=_change_speed,
        args=(run_id, key),
        disabled="speed" in current_link().fixed,
        label_visibility="collapsed" if run else "visible",
        help=_(
            "Updates per second, of this run and the next. Below full speed your page requests a "
            "few steps at a time while you watch, and the run occupies no worker slot; at 1/s each "
            "step is narrated. Others can watch, but not steer the run, until 3 minutes after the "
            "last step that you requested."
        ),
    )


def transport_row(run: Run, *, with_speed: bool) -> Motion:
    """Draw the speed, and the single steps of an unfinished run; returns how it is played.

    Args:
        run: the run.
        with_speed: also show the speed of the next run, once this one is over.
    """
    if run.is_group:
        return Motion()
    over, moving, mine = run.shown_status in _OVER, store().is_moving(run), store().plays(run)
    told = "played" if moving and run.speed == 1 else ""
    if not store().may_change(run):
        return Motion(0, told)
    if with_speed or not over:
        speed_control(run)
    if over:
        return Motion()
    if moving:
        return Motion(run.speed or 0 if mine else 0, told)
    if run.shown_status in _CAN_STEP:
        _single_steps(run)
    by_hand = run.shown_status in _CAN_STEP and steps_by_hand(run.id)
    return Motion(0, "hand" if by_hand else "")


def _single_steps(run: Run) -> None:
    helps = {
        None: _("One whole step: D's updates, then G's."),
        "d": _("One step in which D learns and G stays exactly as it is."),
        "g": _("One step in which G learns and D stays exactly as it is."),
    }
    for players, label in ((None, _("Step")), ("d", _("D only")), ("g", _("G only"))):
        icon = ":material/skip_next:" if players is None else None
        st.button(label, icon=icon, help=helps[players], on_click=_step, args=(run.id, players))


def _button(label: str, icon: str, action: Action, run: Run, disabled: bool = False) -> None:
    st.button(label, icon=icon, on_click=attempt, args=(action, run.id), disabled=disabled)


def _resume(run_id: str) -> None:
    step_by_hand(None)
    store().resume(run_id)


def _pause(run_id: str) -> None:
    run = store().get(run_id)
    step_by_hand(run_id if run.speed == 1 else None)
    store().pause(run_id)


def _change_speed(run_id: str, key: str) -> None:
    speed = st.session_state.get(key) or 0
    if run_id:
        attempt(store().set_speed, run_id, speed)
    else:
        choose_speed(speed)
        end_link()


def _step(run_id: str, players: str | None) -> None:
    step_by_hand(run_id)
    attempt(store().advance, run_id, 1, players)


def fork_at(run: Run, step: int | None) -> None:
    """Fork a run; settings changed since it was opened apply to the fork.

    Args:
        run: the parent.
        step: of the snapshot to continue from; None is the run's current state.
    """
    attempt(_go_on_elsewhere, run.id, step)


def _go_on_elsewhere(run_id: str, step: int | None) -> None:
    run, database = store().get(run_id), store().database
    if step is None:
        checkpoint = results.checkpoint(database, run_id)
    else:
        checkpoint = results.snapshot_checkpoint(database, run_id, step)
    if checkpoint is None:
        st.toast(_("There is no longer a snapshot of this moment."), icon=":material/info:")
        return
    moved = current_settings().differences(run.config)
    moved.pop("schedule", None)
    settings = run.config.at(checkpoint.step).with_values(moved)
    start(lambda: store().fork(run_id, checkpoint, settings))
