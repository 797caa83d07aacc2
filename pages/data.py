"""Data: choose the real rows and look at them."""

import pandas as pd
import streamlit as st

from gan_core.data import DATA_SOURCES, MinMaxScaler, Table
from gan_core.errors import ConfigError
from pages.ui import charts, state
from pages.ui.head import page_head
from pages.ui.text import _, plain

ALL = ""  # stands for all classes in the row of choices


def choose_source() -> None:
    """The data set as a row of choices; another set begins with its first class, all features."""
    st.segmented_control(
        _("Data set"),
        list(DATA_SOURCES),
        format_func=lambda s: DATA_SOURCES[s].title,
        key=_begin("data.source", state.settings().data.source),
        required=True,
        wrap=True,
        on_change=take_source,
    )


def take_source() -> None:
    """Another data set was chosen."""
    name = st.session_state[state.widget_key("data.source")]
    if name:
        classes = DATA_SOURCES[name].classes[:1]
        state.change_settings({"data.source": name, "data.classes": classes, "data.features": ()})


def choose_class() -> None:
    """The class as a row of choices, with its number of rows."""
    now = state.settings().data
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
        help=_("One class poses as the class that has too few rows; the GAN sees only its rows."),
        on_change=take_class,
    )


def take_class() -> None:
    """Another class was chosen."""
    name = st.session_state[state.widget_key("data.classes")]
    if name is not None:
        state.change_settings({"data.classes": (name,) if name else ()})


def choose_features() -> None:
    """The features as pills; two at least."""
    now = state.settings().data
    known = DATA_SOURCES[now.source].features
    chosen = st.pills(
        _("Features"),
        known,
        selection_mode="multi",
        key=_begin("data.features", list(now.features or known)),
        help=_("The columns that G must invent; at least two."),
        on_change=take_features,
    )
    if len(chosen) < 2:
        st.warning(_("Choose at least two features; until then the last choice stays."))


def take_features() -> None:
    """Features were added or taken away."""
    chosen = st.session_state[state.widget_key("data.features")]
    known = DATA_SOURCES[state.settings().data.source].features
    picked = tuple(f for f in known if f in chosen)
    if len(picked) >= 2:
        state.change_settings({"data.features": () if picked == known else picked})


def _begin(path: str, value: object) -> str:
    """The key of a widget that begins with the session's settings."""
    key = state.widget_key(path)
    st.session_state.setdefault(key, value)
    return key


def scaled_form(table: Table) -> None:
    """What the networks see."""
    scaler = MinMaxScaler.fit(table.values)
    st.markdown(f"#### {_('What the networks see')}")
    st.markdown(
        _(
            "Each feature is scaled so that its smallest value becomes -1 and its largest +1, "
            "because G ends in **Tanh**, which gives only values between -1 and 1: so G can reach "
            "every real value, and no feature counts more for its unit. Results are scaled back."
        )
    )
    left, right = st.columns([1, 1.2])
    ranges = pd.DataFrame(
        {_("smallest → -1"): scaler.low, _("largest → +1"): scaler.high},
        index=pd.Index(table.features, name=_("feature")),
    )
    left.dataframe(ranges, height="content" if len(ranges) < 9 else 300)
    scaled = pd.DataFrame(scaler.transform(table.values), columns=list(table.features))
    right.dataframe(scaled.round(3), height=300)


def main() -> None:
    """Draw the page."""
    page_head(
        _("Data"), _("Which rows should the GAN learn to imitate, and what do they look like?")
    )
    first, second = st.columns([1, 1.6])
    with first:
        choose_source()
    with second:
        choose_class()
    choose_features()
    try:
        table = state.settings().data.load()
    except ConfigError as error:
        st.error(plain(error))
        return
    source = DATA_SOURCES[state.settings().data.source]
    st.markdown(
        f"**{table.title}** · {table.n_rows:,} {_('rows')} × {len(table.features)} "
        f"{_('features')}. {_(source.description)}"
    )
    left, right = st.columns([1, 2])
    left.dataframe(table.frame, height=400)
    with right:
        columns = 2 if len(table.features) <= 4 else 4
        charts.histograms("data_histograms", table.features, table.values, columns=columns)
    st.caption(f"{_('Source')}: {source.credit}")
    scaled_form(table)


main()
