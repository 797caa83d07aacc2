"""The settings of this session, what was drawn, and the keys of their widgets."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from gan_core.config import ExperimentConfig
from pages.ui.parts.text import _
from pages.ui.session.link import current_link, end_link, read_link

_SETTINGS = "settings"
_DRAWING = "drawing"
_PREFIX = "set."  # before a setting's dotted name: the key of its widget


def current_settings() -> ExperimentConfig:
    """The settings chosen in this session; the tutorial's at first."""
    return st.session_state.setdefault(_SETTINGS, ExperimentConfig())


def use_settings(config: ExperimentConfig) -> None:
    """Replace all settings; the widgets follow when they are drawn next."""
    keep_settings(config)
    if config.data.drawing:
        keep_drawing(config.data.drawing)
    for key in list(st.session_state):
        if str(key).startswith(_PREFIX):
            del st.session_state[key]


def change_settings(changes: Mapping[str, Any]) -> None:
    """Change some settings, by dotted name; to be called from a widget's callback.

    What a link has locked stays as it is, and so do the settings that were to change with it.

    Raises:
        ConfigError: a value is wrong; nothing is changed.
    """
    if current_link().fixed & changes.keys():
        st.toast(_("The link that opened this page has locked that."), icon=":material/lock:")
        changes = {}
    use_settings(current_settings().with_values(changes))


def keep_settings(config: ExperimentConfig) -> None:
    """Remember what the widgets say."""
    st.session_state[_SETTINGS] = config
    end_link(config)


def take_link() -> None:
    """Take over the settings that the address brings.

    Raises:
        ConfigError: the link is wrong; nothing of it is taken, and it leaves the address.
    """
    if config := read_link():
        use_settings(config)


def last_drawing() -> str:
    """What was drawn last, also while it has too few points, or another data set is chosen."""
    return st.session_state.get(_DRAWING, "")


def keep_drawing(text: str) -> None:
    """Remember what was drawn."""
    st.session_state[_DRAWING] = text


def widget_key(path: str) -> str:
    """The key of a setting's widget."""
    return _PREFIX + path
