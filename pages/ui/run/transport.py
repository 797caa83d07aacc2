"""The rows above a run's charts: its state, where it runs, and the buttons that steer it."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from gan_core.errors import GanForgeError
from gan_core.problem import resolve
from gan_core.store import model, results
from gan_core.store.model import Run
from gan_core.training.choice import choose_engine
from pages.server.visitor import store
from pages.ui.parts.errors import attempt
from pages.ui.parts.health import warn_if_unattended
from pages.ui.parts.text import _, plain
from pages.ui.run.live import Motion
from pages.ui.session.run import start
from pages.ui.session.settings import current_settings
from pages.ui.session.view import chosen_speed, speed_key, stepped

Action = Callable[[str], None]
BadgeColour = Literal["orange", "green", "blue", "gray", "violet", "red"]

SPEEDS = (1, 5, 20, 100, 0)  # updates per second; 0: as fast as possible
_CAN_STEP = (model.PAUSED, model.STOPPED)

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


def status_row(run: Run, *, slow: bool = False) -> None:
    """Draw badges and buttons of a run, and why it failed.

    Args:
        run: the run.
        slow: the page can play it in slow motion.
    """
    left, right = st.columns([1.6, 1], vertical_alignment="center")
    played = slow and _is_played(run)
    with left.container(horizontal=True, vertical_alignment="center", gap="small"):
        wanted = {"pause": _("pausing"), "stop": _("stopping")}.get(run.want)
        word = _("slow motion") if played else status_word(run.shown_status)
        st.badge(wanted or word, color="green" if played else _COLOURS[run.shown_status])
        if run.device:
            engine = _("fast engine") if run.engine == "fast" else _("reference engine")
            choice = choose_engine(resolve(run.config))
            why = _(choice.template).format(**choice.values)
            st.badge(f"{run.device.upper()} · {engine}", color="violet", help=why)
        if run.is_group:
            st.badge(members_of(run), color="blue")
        st.markdown(f"**{plain(run.name)}**", width="content")
    with right.container(horizontal=True, horizontal_alignment="right", gap="small"):
        _buttons(run, slow, played)
    warn_if_unattended([run])
    if run.reason:
        st.error(plain(run.reason), icon=":material/error:")


def _buttons(run: Run, slow: bool, played: bool) -> None:
    if not store().may_change(run):
        return
    trains = run.is_active and not run.is_stepping
    if trains or played:
        busy = trains and bool(run.want)
        _button(_("Pause"), ":material/pause:", store().pause if trains else _rest, run, busy)
        _button(_("Stop"), ":material/stop:", _stop, run, busy)
    elif run.can_resume or run.is_stepping:
        _button(_("Resume"), ":material/play_arrow:", _play if slow else store().resume, run)
        if run.shown_status == model.PAUSED:
            _button(_("Stop"), ":material/stop:", _stop, run)


def speed_control(run: Run | None = None) -> None:
    """Draw the choice of the speed, of this run or of the next one."""
    st.segmented_control(
        _("Speed"),
        SPEEDS,
        format_func=lambda speed: _("{n}/s").format(n=speed) if speed else _("full speed"),
        required=True,
        key=speed_key(),
        on_change=_change_speed,
        args=(run.id if run else "",),
        label_visibility="collapsed" if run else "visible",
        help=_(
            "Updates per second, of this run and the next. Below full speed this page requests a "
            "few steps at a time while you watch, and the run occupies no worker slot; at 1/s each "
            "step is narrated."
        ),
    )


def transport_row(run: Run, *, with_speed: bool) -> Motion:
    """Draw the speed, and the single steps of an unfinished run; returns how it is played.

    Args:
        run: the run.
        with_speed: also show the speed of the next run, once this one is over.
    """
    if run.is_group or not store().may_change(run):
        return Motion()
    over = run.shown_status in (model.FINISHED, model.FAILED)
    if with_speed or not over:
        speed_control(run)
    if over:
        return Motion()
    if run.shown_status in _CAN_STEP and not _is_played(run):
        helps = {
            None: _("One whole step: D's updates, then G's."),
            "d": _("One step in which D learns and G stays exactly as it is."),
            "g": _("One step in which G learns and D stays exactly as it is."),
        }
        for players, label in ((None, _("Step")), ("d", _("D only")), ("g", _("G only"))):
            icon = ":material/skip_next:" if players is None else None
            st.button(label, icon=icon, help=helps[players], on_click=_step, args=(run.id, players))
    if _is_played(run):
        return Motion(chosen_speed(), "played" if chosen_speed() == 1 else "")
    by_hand = run.shown_status in _CAN_STEP and stepped(run.id) == "hand"
    return Motion(0, "hand" if by_hand else "")


def parent_of(run: Run) -> str | None:
    """The id of the run that this one was forked from, if it still exists."""
    try:
        return store().get(run.parent_id).id if run.parent_id else None
    except GanForgeError:
        return None


def _is_played(run: Run) -> bool:
    """Whether this session plays it in slow motion; it may still be pausing."""
    over = run.status in (model.FINISHED, model.FAILED, model.STOPPED)
    return chosen_speed() > 0 and stepped(run.id) == "played" and not over


def _button(label: str, icon: str, action: Action, run: Run, disabled: bool = False) -> None:
    st.button(label, icon=icon, on_click=attempt, args=(action, run.id), disabled=disabled)


def _play(run_id: str) -> None:
    """Continue: at full speed through the queue, in slow motion from this page."""
    if not chosen_speed():
        stepped(run_id, "")
        store().resume(run_id)
        return
    run = store().get(run_id)
    if run.status in (model.STOPPED, model.FAILED):  # slow motion starts from a pause
        store().resume(run_id)
        store().pause(run_id)
    stepped(run_id, "played")


def _rest(run_id: str) -> None:
    stepped(run_id, "hand" if chosen_speed() == 1 else "")


def _stop(run_id: str) -> None:
    stepped(run_id, "")
    store().stop(run_id)


def _change_speed(run_id: str) -> None:
    if run_id:
        attempt(_at_new_speed, run_id)


def _at_new_speed(run_id: str) -> None:
    """A run that is training continues at the new speed; a paused one stays paused."""
    run = store().get(run_id)
    if chosen_speed() and run.is_active and not run.is_stepping:
        stepped(run_id, "played")
        store().pause(run_id)
    elif not chosen_speed() and stepped(run_id) == "played":
        stepped(run_id, "")
        store().resume(run_id)


def _step(run_id: str, players: str | None) -> None:
    stepped(run_id, "hand")
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
