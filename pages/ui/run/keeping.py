"""Rename a run, or delete it after a confirmation."""

import streamlit as st

from gan_core.errors import GanForgeError
from gan_core.naming import MAX_NAME
from gan_core.store import model
from gan_core.store.model import Job
from pages.server.visitor import store
from pages.ui.parts.errors import show
from pages.ui.parts.text import _, plain
from pages.ui.session.run import forget_run


def rename(run: Job) -> None:
    """A field for a new name."""
    with st.popover(_("Rename"), icon=":material/edit:"):
        name = st.text_input(_("New name"), run.name, max_chars=MAX_NAME, key=f"name.{run.id}")
        if st.button(_("Save"), key=f"save.{run.id}"):
            store().rename(run.id, name)
            st.rerun()


def confirm_delete(run: Job) -> None:
    """Ask for confirmation; a deleted run cannot be restored."""
    st.markdown(_("Delete this run with its history and its networks? This cannot be undone."))
    st.markdown(f"**{plain(run.name)}**")
    if run.status == model.RUNNING:
        st.warning(_("It is still training; deleting ends it."))
    with st.container(horizontal=True):
        if st.button(_("Delete permanently"), type="primary"):
            try:
                store().delete(run.id)
            except GanForgeError as error:
                show(error)
                return
            forget_run(run.id)
            st.rerun()
        if st.button(_("Cancel")):
            st.rerun()
