"""Runs: everything that was trained here."""

import pandas as pd
import streamlit as st

from gan_core.data.drawing import n_points
from gan_core.errors import GanForgeError
from gan_core.store import access
from gan_core.store.model import Run
from pages.server.visitor import store, user
from pages.ui.parts.head import page_head
from pages.ui.parts.navigation import page_path
from pages.ui.parts.text import _, plain
from pages.ui.run.keeping import confirm_delete, rename
from pages.ui.run.transport import status_word
from pages.ui.session.run import forget_run, look_at
from pages.ui.session.settings import use_settings
from pages.ui.session.view import shown_runs

SHOWN = 500


def overview(runs: list[Run]) -> pd.DataFrame:
    """The runs as a table."""
    return pd.DataFrame(
        {
            "status": [status_word(run.status) for run in runs],
            "name": [run.name for run in runs],
            "differs": [differences(run) for run in runs],
            "epoch": [run.epoch for run in runs],
            "epochs": [run.config.training.epochs for run in runs],
            "d_loss": [run.d_loss for run in runs],
            "g_loss": [run.g_loss for run in runs],
            "overlap": [overall(run, "overlap") for run in runs],
            "wasserstein": [overall(run, "wasserstein") for run in runs],
            "created": pd.to_datetime([run.created_at for run in runs], unit="s", utc=True),
        }
    )


def differences(run: Run) -> str:
    """What the run's settings have that the tutorial's have not."""
    changed = run.config.differences()
    shown = [f"{path.split('.')[-1]}={_short(path, value)}" for path, value in changed.items()]
    return ", ".join([*shown, f"{run.members} {_('seeds')}"] if run.members > 1 else shown)


def _short(path: str, value: object) -> str:
    if path == "data.drawing":
        value = _("{n} points").format(n=n_points(str(value)))
    return "+".join(map(str, value)) or "all" if isinstance(value, tuple) else str(value)


def overall(run: Run, metric: str) -> float | None:
    """A final score, None where the run has none."""
    found = run.scores.scores.get(metric) if run.scores else None
    return found.overall if found else None


def choose(runs: list[Run]) -> Run | None:
    """Draw the table; returns the selected run."""
    runs, key = shown_runs(runs)
    number = st.column_config.NumberColumn
    chosen = st.dataframe(
        overview(runs),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        placeholder="",  # a run that trains has no scores yet
        column_config={
            "status": _("Status"),
            "name": _("Name"),
            "differs": st.column_config.TextColumn(_("Differs from the tutorial"), width="large"),
            "epoch": number(_("Epoch"), format="localized"),
            "epochs": number(_("of"), format="localized"),
            "d_loss": number(_("D loss"), format="%.3f"),
            "g_loss": number(_("G loss"), format="%.3f"),
            "overlap": number(_("Overlap ↑"), format="%.3f", help=_("Higher is better.")),
            "wasserstein": number(_("Wasserstein ↓"), format="%.3f", help=_("Lower is better.")),
            "created": st.column_config.DatetimeColumn(_("Started"), format="distance"),
        },
    )
    rows = chosen["selection"]["rows"]
    return runs[rows[0]] if rows and rows[0] < len(runs) else None


def actions(run: Run) -> None:
    """Draw what can be done with the selected run."""
    with st.container(border=True):
        st.markdown(f"**{plain(run.name)}** · {status_word(run.status)} · `{run.id}`")
        with st.container(horizontal=True):
            if st.button(_("Open"), icon=":material/open_in_new:", type="primary"):
                go(run, "train")
            if st.button(_("Results"), icon=":material/analytics:", disabled=not run.step):
                go(run, "results")
            if st.button(_("Resume"), icon=":material/play_arrow:", disabled=not run.can_resume):
                store().resume(run.id)
                go(run, "train")
            if st.button(_("Duplicate settings"), icon=":material/content_copy:"):
                forget_run()
                use_settings(run.config)
                st.switch_page(page_path("train"))
            if access.may_change(user(), run):
                rename(run)
                if st.button(_("Delete"), icon=":material/delete:"):
                    st.dialog(_("Delete"))(confirm_delete)(run)


def go(run: Run, page: str) -> None:
    """Open a page on a run."""
    look_at(run)
    use_settings(run.config)
    st.switch_page(page_path(page), query_params={"run": run.id})


def main() -> None:
    """Draw the page."""
    page_head(_("Runs"), _("What has been trained on this server, and how did it end?"))
    runs = [run for run in store().list(SHOWN) if access.may_see(user(), run)]
    if not runs:
        st.info(_("Nothing has been trained yet."))
        st.page_link(page_path("train"), label=_("Train"), icon=":material/play_arrow:")
        return
    try:
        run = choose(runs)
        if run:
            actions(run)
        else:
            st.caption(_("Select a run to open, resume, copy, rename or delete it."))
    except GanForgeError as error:
        st.error(plain(error))


main()
