"""Which run to show where none was chosen: a choice of the visitor's own newest."""

import streamlit as st

from pages.server.visitor import store, user
from pages.ui.parts.navigation import link_to
from pages.ui.parts.text import _, plain
from pages.ui.run.transport import status_word

_SHOWN = 5


def offer_own() -> None:
    """Draw links to the results of the visitor's newest runs that have any."""
    mine = [run for run in store().list() if run.owner == user() and run.step][:_SHOWN]
    if not mine:
        st.info(_("You have not trained anything yet. Train a GAN first; its results appear here."))
        with st.container(horizontal=True):
            link_to("train", _("Train"), "play_arrow")
            link_to("runs", _("Runs of others"), "list")
        return
    st.markdown(_("No run is chosen. These are your newest; all others are on the page Runs."))
    for run in mine:
        link_to("results", f"{plain(run.name)} · {status_word(run.status)}", "analytics", run)
