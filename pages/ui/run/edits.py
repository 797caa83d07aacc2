"""Settings that can change while a run trains: the panel that changes them, and the record."""

from typing import Any

import streamlit as st

from gan_core.config import ExperimentConfig, declared_params
from gan_core.config.schedule import Edit
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts.errors import attempt
from pages.ui.parts.text import _, plain, plural
from pages.ui.run.narration import player_names
from pages.ui.session.settings import change_settings
from pages.ui.session.view import edit_key, view_key
from pages.ui.settings.controls import slider


def edit_toggle(run: Run) -> bool:
    """Whether the controls of a training or paused run are wanted."""
    if run.is_group or not (run.is_active or run.can_resume) or not store().may_change(run):
        return False
    return st.toggle(
        _("Change while training"),
        key=view_key("changing"),
        help=_("The run continues with the new values; each change is recorded and marked."),
        persist_state="session",
    )


def edit_controls(run: Run) -> None:
    """Draw them in a row, so that the charts which they change stay in sight."""
    now = run.config.at(run.step)
    with st.grid(5, min_column_width=150):
        for path, value in now.flat().items():  # choices have buttons of their own
            if (declared := declared_params()[path]).editable and declared.kind != "choice":
                _control(run, path, value)


def _control(run: Run, path: str, value: Any) -> None:  # noqa: ANN401 - of any setting
    """A slider that is reset to the current value when that has changed."""
    declared, key = declared_params()[path], edit_key(run.id, path, value)
    st.session_state.setdefault(key, value)
    how = {"label": _(declared.label), "help": _(declared.help), "key": key}
    slider(declared, **how, on_change=_edit, args=(run.id, path, key))


def _edit(run_id: str, path: str, key: str) -> None:
    attempt(store().edit, run_id, {path: st.session_state[key]})


def changes_list(run: Run) -> None:
    """Draw the record of changes made while the run trained."""
    if not run.config.schedule:
        return
    with st.expander(_("Changes")):
        lines = [_in_words(edit, run.steps_per_epoch) for edit in run.config.schedule]
        st.markdown("\n".join(f"- {line}" for line in lines))
        st.caption(_("They are part of the run's settings: training it again repeats them."))


def _in_words(edit: Edit, per_epoch: int) -> str:
    where = _("after step {step} (epoch {epoch})").format(
        step=f"{edit.step:,}", epoch=f"{-(-edit.step // per_epoch):,}"
    )
    what = ", ".join(
        f"{_(declared_params()[path].label)}: **{plain(_shown(value))}**"
        for path, value in edit.changes
    )
    return f"{where}: {what}"


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return player_names().get(str(value), str(value))


def replay_notice(config: ExperimentConfig) -> None:
    """Say that these settings include recorded changes, and offer to discard them."""
    n = len(config.schedule)
    if not n:
        return
    st.caption(
        plural(
            "Includes {n} mid-run change, as recorded in the run.",
            "Includes {n} mid-run changes, as recorded in the run.",
            n,
        ).format(n=n)
    )
    st.button(_("Discard the changes"), on_click=change_settings, args=({"schedule": []},))
