"""Results: how close the generated rows are to the real ones."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from gan_core.data import Table
from gan_core.metrics import ScoreReport
from gan_core.problem import resolve
from gan_core.store import results
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts import charts
from pages.ui.parts.downloads import download_menu
from pages.ui.parts.head import page_head
from pages.ui.parts.navigation import link_to
from pages.ui.parts.scores import score_cards, score_table
from pages.ui.parts.text import _
from pages.ui.parts.verdict import too_few_rows, verdict
from pages.ui.run.own import offer_own
from pages.ui.run.sample import sample_of
from pages.ui.run.seeds import choose_member, member_scores
from pages.ui.run.transport import status_row
from pages.ui.session.run import current_run, look_at
from pages.ui.settings.share import share_button


def choose_sample(run: Run) -> tuple[int, int | None]:
    """How many generated rows, and from which seed; None is the run's own evaluation noise."""
    limit = store().limits.max_sample_rows
    usual = max(2, min(limit, resolve(run.config).n_rows))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.number_input(
            _("Generated rows"),
            min_value=2,
            max_value=max(2, limit),
            value=usual,
            step=10,
            key=f"sample_rows.{run.id}",
            width=170,
            help=_(
                "How many rows to generate. More make smoother histograms; for the scores use at "
                "least as many as there are real rows."
            ),
        )
        seed = st.number_input(
            _("Seed of the noise"),
            min_value=0,
            max_value=2**32 - 1,
            value=None,
            placeholder=_("the run's own"),
            key=f"sample_seed.{run.id}",
            width=190,
            help=_("A different seed gives different rows from the same generator."),
        )
    return int(n), None if seed is None else int(seed)


def draw(run: Run, step: int, *, cards: bool) -> None:
    """Draw all results of the generator from the checkpoint at a step, with or without cards."""
    table = resolve(run.config).table
    top, menu = st.columns([3, 1], vertical_alignment="bottom")
    with top:
        n, seed = choose_sample(run)
    asked = {"step": step, "n": n} | ({} if seed is None else {"seed": seed})
    with menu.container(horizontal=True, horizontal_alignment="right"):
        download_menu(run, asked)
    # The run's own scores if the sample is the run's own, else this sample's.
    own = run.scores if n == table.n_rows and seed is None else None
    sample = sample_of(run, asked, scored=own is None)
    if sample is None:
        return
    report = own or ScoreReport.from_dict(sample["scores"])
    if 2 * n >= table.n_rows:
        verdict(report, run.config.at(step))
    else:
        too_few_rows(-(-table.n_rows // 2))
    if cards:
        score_cards([report], judged=2 * n >= table.n_rows)
    figures(table, sample, n)
    generated = pd.DataFrame(sample["first"], columns=list(table.features))
    real, fake = st.columns(2)
    real.markdown(f"**{_('Real rows')}** · {_('first')} {len(generated)} / {table.n_rows:,}")
    real.dataframe(table.frame.head(len(generated)).round(3), hide_index=True)
    fake.markdown(f"**{_('Generated rows')}** · {_('first')} {len(generated)} / {n:,}")
    fake.dataframe(generated.round(3), hide_index=True)
    with st.expander(_("Scores by feature")):
        score_table(report)


def figures(table: Table, sample: dict[str, Any], n: int) -> None:
    """Histograms of every feature; with two features, also as points in the plane."""
    key, drawn = "result_histograms", sample["densities"]
    features, real = table.features, table.values
    if len(features) > 2:
        charts.histograms(key, features, real, drawn, n_generated=n, row_height=240)
        return
    plane, single = st.columns(2)
    with plane:
        points = np.array(sample["points"])
        charts.scatter("result_scatter", features, real, points, height=440)
    with single:
        charts.histograms(key, features, real, drawn, n_generated=n, row_height=220)


def main() -> None:
    """Draw the page."""
    head = page_head(_("Results"), _("How close are the generated rows to the real ones?"))
    run = current_run()
    if run is None:
        offer_own()
        return
    look_at(run)
    with head.corner:
        share_button(run.config, run)
    status_row(run)
    has_cards = run.is_group and bool(run.reports)
    if run.is_group:
        members = store().members(run)
        member_scores(run, members)
        run = choose_member(run, members)
    step = results.checkpoint_step(store().database, run.id)
    if step is None:
        st.info(
            _(
                "This run has no results yet: its first checkpoint is saved two seconds after "
                "it starts, and whenever it is paused, stopped or finished."
            )
        )
        link_to("train", _("Watch it train"), "visibility", run)
        return
    if run.is_active:
        st.info(
            _("This run is still training; these are from its last checkpoint. Reload to update.")
        )
    draw(run, step, cards=not has_cards)


main()
