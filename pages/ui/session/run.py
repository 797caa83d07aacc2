"""The run that this session shows, in session_state and in the address."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gan_core.errors import RunNotFoundError
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.session.link import RUN, end_link
from pages.ui.session.settings import current_settings, use_settings

_SEEN = "run_in_address"  # the address as last read


def current_run() -> Run | None:
    """The run that this session shows: a new address decides, else the last one shown.

    A page switch drops the address's query, so it is put back; a reload is a new session, which
    the query brings back to its run. An address unchanged since it was last read is not a
    request: a browser keeps sending the old one until ours has reached it. Whoever goes back in
    the browser's history to an address without a run, or with one deleted since, wants none.

    Raises:
        RunNotFoundError: the address names a run that does not exist, or no longer does.
    """
    named = st.query_params.get(RUN)
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
        st.session_state[RUN] = run.id
        use_settings(run.config)
    st.query_params[RUN] = run.id
    return run


def _went_back() -> bool:
    """Whether the visitor has got here by the browser's buttons Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def look_at(run: Run) -> None:
    """Make a run the one this session shows; its settings no longer need the link."""
    st.session_state[RUN] = run.id
    st.query_params[RUN] = run.id
    if run.config == current_settings():
        end_link()


def forget_run(run_id: str | None = None) -> None:
    """Show no run; with an id, only if that is the run shown."""
    if run_id is not None and st.session_state.get(RUN) != run_id:
        return
    st.session_state.pop(RUN, None)
    st.query_params.pop(RUN, None)
