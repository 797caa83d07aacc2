"""Data: choose the real rows and look at them."""

import pandas as pd
import streamlit as st

from gan_core.data import DATA_SOURCES, Table
from gan_core.data.drawing import DRAWING, MIN_POINTS, n_points
from gan_core.problem import Problem, resolve
from pages.ui.parts import charts
from pages.ui.parts.head import page_head
from pages.ui.parts.text import _, plain
from pages.ui.session.settings import current_settings, last_drawing
from pages.ui.settings.choose_data import (
    choose_class,
    choose_encoder,
    choose_features,
    choose_source,
)
from pages.ui.settings.drawing import drawing_surface


def choose_rows(name: str) -> None:
    """Class and features of a data set, where there is a choice."""
    source = DATA_SOURCES[name]
    if source.classes:
        left, right = st.columns([1, 1.6])
        with left:
            choose_class()
        with right:
            choose_features()
    elif len(source.features) > 2:
        choose_features()


def look(table: Table, *, drawn: bool) -> None:
    """The rows as a table and as charts; with two features, also as points in the plane."""
    if len(table.features) > 2:
        left, right = st.columns([1, 2])
        left.dataframe(table.frame, height=400)
        with right:
            charts.histograms("data_histograms", table.features, table.values)
        return
    plane, single, rows = st.columns([1.1, 1, 0.7])
    with plane:
        if drawn:
            drawing_surface()
        else:
            charts.scatter("data_scatter", table.features, table.values)
    with single:
        charts.histograms("data_histograms", table.features, table.values)
    rows.dataframe(table.frame.round(4), height=400)


def not_enough(table: Table) -> None:
    """The drawing surface while the drawing has too few points."""
    st.markdown(f"**{DATA_SOURCES[DRAWING].title}** · {_(DATA_SOURCES[DRAWING].description)}")
    plane, beside, _empty = st.columns([1.1, 1, 0.7])
    with plane:
        drawing_surface()
    beside.info(
        _("Draw at least {least} points. Until then the previous choice stays: {title}.").format(
            least=MIN_POINTS, title=plain(table.title)
        ),
        icon=":material/draw:",
    )


def encoded_form(problem: Problem) -> None:
    """What the networks see, and how it is derived."""
    encoder = problem.encoder
    st.markdown(f"#### {_('What the networks see')}")
    choose_encoder()
    st.markdown(_(encoder.help))
    left, right = st.columns([1, 1.2])
    learned = pd.DataFrame(
        {_(title): getattr(encoder, name) for name, title in encoder.marks.items()},
        index=pd.Index(problem.features, name=_("feature")),
    )
    left.dataframe(learned, height="content" if len(learned) < 9 else 300)
    encoded = pd.DataFrame(problem.x_real, columns=list(problem.columns))
    right.dataframe(encoded.round(3), height=300)


def main() -> None:
    """Draw the page."""
    page_head(_("Data"), _("Which rows should the GAN imitate, and what do they look like?"))
    name = choose_source()
    problem = resolve(current_settings())
    table = problem.table
    choose_rows(name)
    drawn = name == DRAWING
    if drawn and n_points(last_drawing()) < MIN_POINTS:
        not_enough(table)
        return
    source = DATA_SOURCES[name]
    st.markdown(
        f"**{table.title}** · {table.n_rows:,} {_('rows')} × {len(table.features)} "
        f"{_('features')}. {_(source.description)}"
    )
    look(table, drawn=drawn)
    st.caption(f"{_('Source')}: {source.credit}")
    encoded_form(problem)


main()
