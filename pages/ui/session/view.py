"""How this session watches and starts runs: speed, steps, views, repeats, instant mode, tables."""

from collections.abc import Sequence

import streamlit as st

from gan_core.store.model import Job

_TABLE = "runs_table"
INSTANT = "instant"  # the toggle "train while I move sliders"
REPEATS = "repeats"  # the field for the number of seeds
_SPEED = "speed"
_STEPPED = "stepped"
_SETTINGS_OPEN = "phone_settings_open"
_VIEW = "view"  # before the name of a widget that chooses how a run is shown


def chosen_repeats() -> int:
    """How many seeds to train with; one while moving sliders trains."""
    return 1 if is_instant() else st.session_state.get(REPEATS, 1)


def is_instant() -> bool:
    """Whether moving a slider trains."""
    return bool(st.session_state.get(INSTANT))


def instant_runs() -> list[str]:
    """Ids of the runs started by moving sliders that still exist, oldest first."""
    return st.session_state.setdefault(f"{INSTANT}_runs", [])


def speed_key() -> str:
    """The key of the speed control: updates per second, 0 for as fast as possible."""
    st.session_state[_SPEED] = chosen_speed()  # a redraw in a new place may have emptied it
    return _SPEED


def chosen_speed() -> int:
    """The chosen speed: updates per second, 0 for as fast as possible."""
    return st.session_state.get(_SPEED) or 0


def stepped(run_id: str, how: str | None = None) -> str:
    """How this session steps through a run: "played" in slow motion, "hand", or not at all.

    Args:
        run_id: the run.
        how: remember this instead of reading it.
    """
    if how is not None:
        st.session_state[_STEPPED] = (run_id, how)
    of, now = st.session_state.get(_STEPPED, ("", ""))
    return now if of == run_id else ""


def edit_key(run_id: str, path: str, value: object) -> str:
    """The key of a setting's control for a run in which it currently has this value."""
    return f"edit.{run_id}.{path}.{value}"


def shown_runs(runs: Sequence[Job], asked: object) -> tuple[Sequence[Job], str]:
    """The runs as the table of runs should show them, and the key of that table.

    The table identifies its selection by row number. So while rows are selected, the rows stay
    as they are; when one of them is deleted, or other rows are asked for, a new table starts
    without a selection.

    Args:
        runs: those to show.
        asked: filters and order that they come from.
    """
    turn, ids, before = st.session_state.get(_TABLE, (0, [], asked))
    now = {run.id: run for run in runs}
    chosen = st.session_state.get(f"{_TABLE}.{turn}", {}).get("selection", {}).get("rows")
    if chosen and asked == before and all(run_id in now for run_id in ids):
        runs = [now[run_id] for run_id in ids]
    elif chosen:
        turn += 1
    st.session_state[_TABLE] = (turn, [run.id for run in runs], asked)
    return runs, f"{_TABLE}.{turn}"


def view_key(*parts: object) -> str:
    """The key of a widget that chooses how a run is shown; parts distinguish such widgets."""
    return ".".join(map(str, (_VIEW, *parts)))


def settings_opened(*, turn: bool = False) -> bool:
    """Whether the settings are expanded on a phone, after toggling that on request."""
    st.session_state[_SETTINGS_OPEN] = st.session_state.get(_SETTINGS_OPEN, False) != turn
    return st.session_state[_SETTINGS_OPEN]
