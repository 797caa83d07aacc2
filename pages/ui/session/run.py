"""The run that this session shows, in session_state and in the address."""

import time
from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gan_core.errors import RunNotFoundError
from gan_core.store.access import EVERYBODY
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.session.link import RUN, end_link, is_named, name_run
from pages.ui.session.settings import current_settings, use_settings
from pages.ui.session.view import REPEATS

_SEEN = "run_in_address"  # the address as last read
_STARTED = "run_started"  # whose script run was interrupted before it showed it
_JUST = 30  # seconds for which a visitor's new run is what he came for


def current_run() -> Run | None:
    """The run that this session shows: a new address decides, else the last one shown.

    A page switch drops the address's query, so it is put back; a reload is a new session, which
    the query brings back to its run. An address unchanged since it was last read is not a
    request: a browser keeps sending the old one until ours has reached it. Whoever goes back in
    the browser's history to an address without a run, or with one deleted since, wants none.

    Raises:
        RunNotFoundError: the address names a run that does not exist, or no longer does.
    """
    started = st.session_state.setdefault(_STARTED, {})
    if RUN in started:
        st.session_state[RUN] = started[RUN]
        started.clear()
    named = st.query_params.get(RUN)
    if named is None and _SEEN not in st.session_state and (run := _just_started()):
        _open(run)
    is_new = named != st.session_state.get(_SEEN)
    st.session_state[_SEEN] = named
    if named is None and _went_back():
        forget_run()
    run_id = (named if is_new else None) or st.session_state.get(RUN)
    if not run_id:
        return None
    try:
        run = store().get(run_id)
    except RunNotFoundError:
        forget_run()
        if named and not _went_back():
            raise
        return None  # deleted in the meantime, and not requested by the address
    if st.session_state.get(RUN) != run.id:
        _open(run)
    name_run(run.id, again=is_new and not _went_back())
    return run


def _went_back() -> bool:
    """Whether the visitor has got here by the browser's buttons Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _open(run: Run) -> None:
    st.session_state[RUN] = run.id
    use_settings(run.config)
    st.session_state[REPEATS] = run.members if run.differs_in_seed else 1


def _just_started() -> Run | None:
    """The run that this visitor started a moment ago, unless the address names other settings.

    Whoever reloads right after the click, or opens a second tab, has an address from before it.
    """
    if store().user == EVERYBODY:  # the browser does not keep the cookie that says who it is
        return None
    run = store().newest(time.time() - _JUST)
    return run if run and is_named(run.config) else None


def start(create: Callable[[], Run]) -> Run:
    """Create a run and show it.

    A second click interrupts the script, at the next access to session_state at the latest: by
    then the first click's run is noted, and the second one finds it.
    """
    started = st.session_state.setdefault(_STARTED, {})
    run = create()
    started[RUN] = run.id
    look_at(run)
    started.clear()
    return run


def look_at(run: Run) -> None:
    """Make a run the one this session shows; its settings no longer need the link."""
    st.session_state[RUN] = run.id
    if run.config == current_settings():
        end_link(run_id=run.id)
    else:
        name_run(run.id)


def forget_run(run_id: str | None = None) -> None:
    """Show no run; with an id, only if that is the run shown."""
    if run_id is not None and st.session_state.get(RUN) != run_id:
        return
    st.session_state.pop(RUN, None)
    st.query_params.pop(RUN, None)
