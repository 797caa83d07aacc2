"""Runs: everything that has been trained here."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from gan_core.data.drawing import n_points
from gan_core.errors import GanForgeError
from gan_core.jobs import JOBS
from gan_core.store.model import Job, Run
from pages.server.visitor import store
from pages.ui.parts.head import page_head
from pages.ui.parts.health import warn_if_unattended
from pages.ui.parts.navigation import page_path
from pages.ui.parts.text import _, plain
from pages.ui.run.keeping import confirm_delete, rename
from pages.ui.run.transport import members_of, status_word
from pages.ui.session.run import forget_run, look_at
from pages.ui.session.settings import use_settings
from pages.ui.session.view import shown_runs

SHOWN = 500


def overview(jobs: Sequence[Job]) -> pd.DataFrame:
    """The jobs as a table; columns that only a training has are empty for the others."""
    runs = [job if isinstance(job, Run) else None for job in jobs]
    return pd.DataFrame(
        {
            "status": [status_word(job.status) for job in jobs],
            "kind": [_(JOBS[job.kind].label) if job.kind in JOBS else job.kind for job in jobs],
            "name": [job.name for job in jobs],
            "progress": [job.progress / max(1, job.total) for job in jobs],
            "differs": [differences(run) if run else "" for run in runs],
            "epoch": [run.epoch if run else None for run in runs],
            "epochs": [run.config.training.epochs if run else None for run in runs],
            "d_loss": [run.d_loss if run else None for run in runs],
            "g_loss": [run.g_loss if run else None for run in runs],
            "overlap": [overall(run, "overlap") for run in runs],
            "wasserstein": [overall(run, "wasserstein") for run in runs],
            "created": pd.to_datetime([job.created_at for job in jobs], unit="s", utc=True),
        }
    )


def differences(run: Run) -> str:
    """How the run's settings differ from the tutorial's."""
    changed = run.config.differences()
    shown = [f"{path.split('.')[-1]}={_short(path, value)}" for path, value in changed.items()]
    return ", ".join([*shown, members_of(run)] if run.is_group else shown)


def _short(path: str, value: object) -> str:
    if path == "data.drawing":
        value = _("{n} points").format(n=n_points(str(value)))
    return "+".join(map(str, value)) or "all" if isinstance(value, tuple) else str(value)


def overall(run: Run | None, metric: str) -> float | None:
    """A final score, None where there is none."""
    found = run.scores.scores.get(metric) if run and run.scores else None
    return found.overall if found else None


def choose(jobs: Sequence[Job]) -> Job | None:
    """Draw the table; returns the selected job."""
    runs, key = shown_runs(jobs)
    others = any(not isinstance(job, Run) for job in runs)  # which need a kind and a bar
    number = st.column_config.NumberColumn
    chosen = st.dataframe(
        overview(runs),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        placeholder="",  # a run that is training has no scores yet
        column_config={
            "status": _("Status"),
            "kind": _("Kind") if others else None,
            "name": _("Name"),
            "progress": st.column_config.ProgressColumn(_("Progress")) if others else None,
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


def actions(job: Job) -> None:
    """Draw the actions for the selected job."""
    with st.container(border=True):
        st.markdown(f"**{plain(job.name)}** · {status_word(job.status)} · `{job.id}`")
        with st.container(horizontal=True):
            mine = store().may_change(job)
            if isinstance(job, Run):
                of_a_run(job, mine)
            elif mine:
                of_another(job)
            if mine:
                rename(job)
                if st.button(_("Delete"), icon=":material/delete:"):
                    st.dialog(_("Delete"))(confirm_delete)(job)


def of_a_run(run: Run, mine: bool) -> None:
    """Draw the buttons that lead to other pages."""
    if st.button(_("Open"), icon=":material/open_in_new:", type="primary"):
        go(run, "train")
    if st.button(_("Results"), icon=":material/analytics:", disabled=not run.step):
        go(run, "results")
    resumable = mine and run.can_resume
    if st.button(_("Resume"), icon=":material/play_arrow:", disabled=not resumable):
        store().resume(run.id)
        go(run, "train")
    if st.button(_("Duplicate settings"), icon=":material/content_copy:"):
        forget_run()
        use_settings(run.config)
        st.switch_page(page_path("train"))


def of_another(job: Job) -> None:
    """Draw the actions for a job of any kind without a page of its own."""
    for label, icon, ask, can in (
        (_("Resume"), "play_arrow", store().resume, job.can_resume),
        (_("Pause"), "pause", store().pause, job.is_active),
        (_("Stop"), "stop", store().stop, job.is_active),
    ):
        if st.button(label, icon=f":material/{icon}:", disabled=not can):
            ask(job.id)
            st.rerun()


def go(run: Run, page: str) -> None:
    """Open a page that shows a run."""
    look_at(run)
    use_settings(run.config)
    st.switch_page(page_path(page), query_params={"run": run.id})


def main() -> None:
    """Draw the page."""
    page_head(_("Runs"), _("What has been trained on this server, and how did it end?"))
    jobs = store().all_jobs(SHOWN)
    if not jobs:
        st.info(_("Nothing has been trained yet."))
        st.page_link(page_path("train"), label=_("Train"), icon=":material/play_arrow:")
        return
    warn_if_unattended(jobs)
    try:
        job = choose(jobs)
        if job:
            actions(job)
        else:
            st.caption(_("Select a run to open, resume, duplicate, rename or delete it."))
    except GanForgeError as error:
        st.error(plain(error))


main()
