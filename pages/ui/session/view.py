"""How this session watches and starts runs: speed, steps, views, repeats, instant mode, tables."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from gan_core.config import links
from gan_core.store.model import Job
from pages.ui.parts.numbers import whole

_TABLE = "runs_table"
INSTANT = links.INSTANT  # the toggle "train while I move sliders"
REPEATS = "repeats"  # the field for the number of seeds
_SPEED = "speed"
_BY_HAND = "stepped_by_hand"
_SETTINGS_OPEN = "phone_settings_open"
_VIEW = "view"  # before the name of a widget that chooses how a run is shown


def chosen_repeats() -> Any:  # noqa: ANN401 - what the field holds, which may be invalid
    """How many seeds to train with; one while moving sliders trains."""
    return 1 if is_instant() else whole(st.session_state.get(REPEATS, 1))


def chosen_start() -> dict[str, int]:
    """How the next run is to be started, as a link says it; an invalid number is left out."""
    repeats = chosen_repeats()
    counted = {"repeats": repeats} if isinstance(repeats, int) else {}
    return {**counted, "speed": chosen_speed()}


def choose_start(repeats: int, speed: int) -> None:
    """Start the next run as a link says: at the button, with this many seeds, at this speed."""
    st.session_state[INSTANT] = False
    st.session_state[REPEATS] = repeats
    choose_speed(speed)


def start_with_one() -> None:
    """Train with one seed unless the field for their number says otherwise."""
    st.session_state.setdefault(REPEATS, 1)


def is_instant() -> bool:
    """Whether moving a slider trains."""
    return bool(st.session_state.get(INSTANT))


def instant_runs() -> list[str]:
    """Ids of the runs started by moving sliders that still exist, oldest first."""
    return st.session_state.setdefault(f"{INSTANT}_runs", [])


def chosen_speed() -> int:
    """The speed of the next run: updates per second, 0 for as fast as possible."""
    return st.session_state.get(_SPEED, 0)


def choose_speed(speed: int) -> None:
    """Choose the speed of the next run."""
    st.session_state[_SPEED] = speed


def steps_by_hand(run_id: str) -> bool:
    """Whether this session does single steps of a run, which are narrated."""
    return st.session_state.get(_BY_HAND) == run_id


def step_by_hand(run_id: str | None) -> None:
    """Remember that this session does single steps of a run, or of none."""
    st.session_state[_BY_HAND] = run_id


def speed_key(run_id: str, speed: int) -> str:
    """The key of the speed control of a run, which has this speed."""
    return f"{_SPEED}.{run_id}.{speed}"


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
