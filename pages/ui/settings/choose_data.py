"""Which rows are the real ones: data set, class and features as rows of choices."""

import streamlit as st

from gan_core.config import declared_params
from gan_core.data import DATA_SOURCES, ENCODERS
from gan_core.data.drawing import DRAWING, MIN_POINTS, n_points
from pages.ui.parts.text import _
from pages.ui.session.link import current_link
from pages.ui.session.settings import (
    are_locked,
    change_settings,
    current_settings,
    keep_drawing,
    keep_settings,
    last_drawing,
    widget_key,
)

ALL = ""  # stands for all classes in the row of choices


def choose_source() -> str:
    """The data set as a row of choices; a new set starts with its first class, all features."""
    now = current_settings().data.source
    chosen = st.segmented_control(
        _("Data set"),
        list(DATA_SOURCES),
        format_func=lambda s: DATA_SOURCES[s].title,
        key=_begin("data.source", now if now in DATA_SOURCES else None),
        required=True,
        wrap=True,
        on_change=take_source,
        disabled=_is_fixed("data.source"),
    )
    return chosen or now


def take_source() -> None:
    """Another data set was chosen."""
    name = st.session_state.get(widget_key("data.source"))  # missing if a rerun cut in
    if name == DRAWING:
        use_drawing(last_drawing())
    elif name:
        change_settings(_of_source(name))


def use_drawing(text: str) -> None:
    """Take a drawing as the data set, as soon as it has enough points."""
    changes = _of_source(DRAWING, text)
    if are_locked(changes):
        return
    keep_drawing(text)
    if n_points(text) >= MIN_POINTS:
        # Not change_settings: strokes may come faster than widgets are redrawn, and none of these
        # disagrees now.
        keep_settings(current_settings().with_values(changes))


def _of_source(name: str, drawing: str = "") -> dict[str, object]:
    """The initial settings for a data set."""
    return {
        "data.source": name,
        "data.classes": DATA_SOURCES[name].classes[:1],
        "data.features": (),
        "data.drawing": drawing,
    }


def choose_class() -> None:
    """The class as a row of choices, with its number of rows."""
    now = current_settings().data
    sizes = DATA_SOURCES[now.source].class_sizes()
    st.segmented_control(
        _("Class"),
        [*sizes, ALL],
        format_func=lambda c: (
            f"{c} ({sizes[c]})" if c else f"{_('all rows')} ({sum(sizes.values())})"
        ),
        key=_begin("data.classes", now.classes[0] if now.classes else ALL),
        required=True,
        wrap=True,
        help=_("One class acts as the class with too few rows; the GAN sees only its rows."),
        on_change=take_class,
        disabled=_is_fixed("data.classes"),
    )


def take_class() -> None:
    """Another class was chosen."""
    name = st.session_state.get(widget_key("data.classes"))
    if name is not None:
        change_settings({"data.classes": (name,) if name else ()})


def choose_features() -> None:
    """The features as pills; at least two."""
    now = current_settings().data
    known = DATA_SOURCES[now.source].features
    chosen = st.pills(
        _("Features"),
        known,
        selection_mode="multi",
        key=_begin("data.features", list(now.features or known)),
        wrap=True,
        help=_("The columns that G must generate; at least two."),
        on_change=take_features,
        disabled=_is_fixed("data.features"),
    )
    if len(chosen) < 2:
        st.warning(_("Choose at least two features; until then the last choice stays."))


def take_features() -> None:
    """Features were added or removed."""
    chosen = st.session_state.get(widget_key("data.features"), ())
    known = DATA_SOURCES[current_settings().data.source].features
    picked = tuple(f for f in known if f in chosen)
    if len(picked) >= 2:
        change_settings({"data.features": () if picked == known else picked})


def choose_encoder() -> None:
    """How rows are encoded for the networks, as a row of choices."""
    st.segmented_control(
        _("Encoding"),
        list(ENCODERS),
        format_func=lambda name: _(ENCODERS[name].label),
        key=_begin("data.encoder", current_settings().data.encoder),
        required=True,
        wrap=True,
        help=_(declared_params()["data.encoder"].help),
        on_change=take_encoder,
        disabled=_is_fixed("data.encoder"),
    )


def take_encoder() -> None:
    """Another encoder was chosen."""
    name = st.session_state.get(widget_key("data.encoder"))
    if name:
        change_settings({"data.encoder": name})


def _begin(path: str, value: object) -> str:
    """The key of a widget that starts with the session's settings."""
    key = widget_key(path)
    st.session_state.setdefault(key, value)
    return key


def _is_fixed(path: str) -> bool:
    return path in current_link().fixed
