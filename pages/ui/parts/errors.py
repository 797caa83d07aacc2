"""How errors appear on a page: a sentence that says what to do, never a stack trace."""

import logging
from collections.abc import Callable
from typing import Any

import streamlit as st

from gan_core.config import declared_params
from gan_core.errors import GanForgeError, RunNotFoundError, StoreError
from pages.ui.parts.text import _, plain

log = logging.getLogger(__name__)


def show(error: GanForgeError) -> None:
    """Show an error whose message is meant for the user."""
    if isinstance(error, StoreError) and not isinstance(error, RunNotFoundError):
        log.warning("%s", error)
    st.error(in_words(error), icon=":material/error:")


def in_words(error: GanForgeError) -> str:
    """The message, with the labels of settings on the pages in place of their dotted names."""
    message = plain(error)
    for path, declared in declared_params().items():
        label = f"**{_(declared.label)}**"
        if "." in path:
            message = message.replace(plain(path), label)
        elif message.startswith(f"{path} "):  # elsewhere it may be a mere word, such as "loss"
            message = label + message.removeprefix(path)
    return message


def attempt(action: Callable[..., object], *args: Any) -> None:  # noqa: ANN401 - of any action
    """Do what a widget asks for, from its callback; a refusal becomes a toast.

    A run may have ended between drawing the widget and the click.
    """
    try:
        action(*args)
    except GanForgeError as error:
        st.toast(in_words(error), icon=":material/info:")


def show_unexpected(error: Exception) -> bool:
    """Show an unexpected error; its details go only to the server's log.

    Returns:
        True: Streamlit need not show it again.
    """
    log.error("unexpected error on a page", exc_info=error)
    st.error(
        _(
            "Something unexpected went wrong on this page; no trained run is lost. "
            "Reload the page. If it happens again, please report it along with the server's log."
        ),
        icon=":material/error:",
    )
    return True
