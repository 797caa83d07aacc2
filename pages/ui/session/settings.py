"""The settings of this session, its drawing, and the keys of their widgets."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from gan_core.config import ExperimentConfig
from pages.ui.parts.text import _
from pages.ui.session.link import current_link, end_link

_SETTINGS = "settings"
_DRAWING = "drawing"
_PREFIX = "set."  # before a setting's dotted name: the key of its widget


def current_settings() -> ExperimentConfig:
    """The settings chosen in this session; initially the tutorial's."""
    return st.session_state.setdefault(_SETTINGS, ExperimentConfig())


def use_settings(config: ExperimentConfig) -> None:
    """Replace all settings; the widgets follow when they are next drawn."""
    keep_settings(config)
    if config.data.drawing:
        keep_drawing(config.data.drawing)
    for key in list(st.session_state):
        if str(key).startswith(_PREFIX):
            del st.session_state[key]


def change_settings(changes: Mapping[str, Any]) -> None:
    """Change some settings, by dotted name; call it from a widget's callback.

    If a link has locked any of them, nothing changes.

    Raises:
        ConfigError: a value is invalid; nothing is changed.
    """
    if are_locked(changes):
        changes = {}
    use_settings(current_settings().with_values(changes))


def are_locked(paths: Iterable[str]) -> bool:
    """Whether a link has locked any of these settings; if so, the page says it."""
    found = not current_link().fixed.isdisjoint(paths)
    if found:
        st.toast(_("The link that opened this page has locked that."), icon=":material/lock:")
    return found


def keep_settings(config: ExperimentConfig) -> None:
    """Remember the values of the widgets."""
    st.session_state[_SETTINGS] = config
    end_link(config)


def last_drawing() -> str:
    """The last drawing, even if it has too few points or another data set is chosen."""
    return st.session_state.get(_DRAWING, "")


def keep_drawing(text: str) -> None:
    """Remember the drawing."""
    st.session_state[_DRAWING] = text


def widget_key(path: str) -> str:
    """The key of a setting's widget."""
    return _PREFIX + path
