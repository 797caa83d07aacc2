"""Results: how close the generated rows came."""

import numpy as np
import streamlit as st

from gan_core.data import Table
from gan_core.errors import GanForgeError
from gan_core.metrics import ScoreReport
from gan_core.problem import resolve
from gan_core.scoring import score
from gan_core.store import results
from gan_core.store.model import Run
from gan_core.training import TrainedGenerator
from pages.server.visitor import store
from pages.ui.parts import charts
from pages.ui.parts.downloads import download_menu
from pages.ui.parts.head import page_head
from pages.ui.parts.navigation import page_path
from pages.ui.parts.scores import score_cards, score_table
from pages.ui.parts.text import _, plain
from pages.ui.run.seeds import choose_seed, seed_scores
from pages.ui.run.transport import status_row
from pages.ui.session import state
from pages.ui.settings.share import share_button

FIRST_ROWS = 5  # as in the tutorial
MOST_POINTS = 2000  # of a sample, in the plane


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
                "How many rows to draw. More make smoother histograms; for the scores take at "
                "least as many as there are real ones."
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
            help=_("Another seed draws other rows from the same generator."),
        )
    return int(n), None if seed is None else int(seed)


@st.cache_data(max_entries=64, show_spinner=False)
def scores_of(
    run_id: str, step: int, n: int, seed: int | None, _generator: TrainedGenerator
) -> dict:
    """Scores of a sample; the same question is answered from memory."""
    return score(_generator, n, seed).to_dict()


def sample_scores(run: Run, generator: TrainedGenerator, n: int, seed: int | None) -> ScoreReport:
    """The run's own scores where the sample is the run's own, else this sample's."""
    if run.scores and n == resolve(run.config).n_rows and seed is None:
        return run.scores
    return ScoreReport.from_dict(scores_of(run.id, run.step, n, seed, generator))


def draw(run: Run, generator: TrainedGenerator) -> None:
    """Draw everything about a generator."""
    table = resolve(run.config).table
    top, menu = st.columns([3, 1], vertical_alignment="bottom")
    with top:
        n, seed = choose_sample(run)
    sample = generator.sample(n, seed)
    with menu.container(horizontal=True, horizontal_alignment="right"):
        download_menu(run, generator, sample)
    report = sample_scores(run, generator, n, seed)
    score_cards(report)
    figures(table, sample.to_numpy())
    real, fake = st.columns(2)
    real.markdown(f"**{_('Real rows')}** · {_('first')} {FIRST_ROWS} / {table.n_rows:,}")
    real.dataframe(table.frame.head(FIRST_ROWS).round(3), hide_index=True)
    fake.markdown(f"**{_('Generated rows')}** · {_('first')} {FIRST_ROWS} / {n:,}")
    fake.dataframe(sample.head(FIRST_ROWS).round(3), hide_index=True)
    with st.expander(_("Scores of every feature")):
        score_table(report)


def figures(table: Table, sample: np.ndarray) -> None:
    """Histograms of every feature; two features also as points in the plane."""
    features, real = table.features, table.values
    if len(features) > 2:
        columns = 2 if len(features) <= 4 else 4
        charts.histograms(
            "result_histograms", features, real, sample, columns=columns, row_height=240
        )
        return
    plane, single = st.columns(2)
    with plane:
        charts.scatter("result_scatter", features, real, sample[:MOST_POINTS], height=440)
    with single:
        charts.histograms("result_histograms", features, real, sample, columns=1, row_height=220)


def newest_with_result() -> Run | None:
    """The run to show when none was chosen."""
    return next((run for run in store().list(50) if run.step), None)


def main() -> None:
    """Draw the page."""
    corner = page_head(_("Results"), _("How close did the generated rows come to the real ones?"))
    run = state.current_run() or newest_with_result()
    if run is None:
        st.info(_("Nothing has been trained yet. Train a GAN first; its result appears here."))
        st.page_link(page_path("train"), label=_("Train"), icon=":material/play_arrow:")
        return
    state.look_at(run)
    with corner:
        share_button(run.config, run)
    status_row(run)
    if run.members > 1:
        members = store().members(run)
        seed_scores(members)
        run = choose_seed(run, members)
    generator = results.generator(store().database, run)
    if generator is None:
        st.info(
            _(
                "This run has no result yet: its first checkpoint comes about two seconds after "
                "its start, and when it is paused, stopped or finished."
            )
        )
        st.page_link(page_path("train"), label=_("Watch it train"), icon=":material/visibility:",
                     query_params={"run": run.id})  # fmt: skip
        return
    if run.is_active:
        st.info(_("This run still trains: this is its last checkpoint. Reload for a newer one."))
    try:
        draw(run, generator)
    except GanForgeError as error:
        st.error(plain(error))


main()
