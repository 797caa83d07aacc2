"""What is wrong with the server itself, and what to do about it."""

from collections.abc import Iterable
from contextlib import suppress

import streamlit as st

from gan_core.errors import StoreError, StoreGoneError
from gan_core.store.model import Job
from gan_core.store.queue import is_unattended
from pages.server.visitor import store
from pages.ui.parts.text import _, plain


def stop_without_store() -> None:
    """Say on any page that the store has gone, and draw no more of the page."""
    with suppress(StoreError):  # other errors are shown by the parts of a page that need the store
        try:
            store().database.check()
        except StoreGoneError as error:
            st.error(plain(error), icon=":material/error:")
            st.stop()


def warn_if_unattended(waiting: Iterable[Job]) -> None:
    """Say that runs are waiting with nothing to start them."""
    if is_unattended(store().database, waiting):
        st.warning(
            _(
                "Runs are waiting, but no dispatcher is running to start them. The server keeps "
                "trying to start one; if this persists, check its log for the reason (often lack "
                "of memory), then restart GAN Forge. No run is lost."
            ),
            icon=":material/warning:",
        )
