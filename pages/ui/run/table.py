"""The table of everything that has been trained here."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from gan_core.data.drawing import n_points
from gan_core.jobs import JOBS
from gan_core.store.model import Job, Run
from pages.ui.parts.text import _
from pages.ui.run.transport import members_of, status_word
from pages.ui.session.view import shown_runs


def choose_job(jobs: Sequence[Job]) -> Job | None:
    """Draw the table; returns the selected job."""
    runs, key = shown_runs(jobs)
    others = any(not isinstance(job, Run) for job in runs)  # which need a kind and a bar
    number = st.column_config.NumberColumn
    chosen = st.dataframe(
        _overview(runs),
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


def _overview(jobs: Sequence[Job]) -> pd.DataFrame:
    """The jobs as a table; columns that only a training has are empty for the others."""
    runs = [job if isinstance(job, Run) else None for job in jobs]
    return pd.DataFrame(
        {
            "status": [status_word(job.status) for job in jobs],
            "kind": [_(JOBS[job.kind].label) if job.kind in JOBS else job.kind for job in jobs],
            "name": [job.name for job in jobs],
            "progress": [job.progress / max(1, job.total) for job in jobs],
            "differs": [_differences(run) if run else "" for run in runs],
            "epoch": [run.epoch if run else None for run in runs],
            "epochs": [run.config.training.epochs if run else None for run in runs],
            "d_loss": [run.d_loss if run else None for run in runs],
            "g_loss": [run.g_loss if run else None for run in runs],
            "overlap": [_overall(run, "overlap") for run in runs],
            "wasserstein": [_overall(run, "wasserstein") for run in runs],
            "created": pd.to_datetime([job.created_at for job in jobs], unit="s", utc=True),
        }
    )


def _differences(run: Run) -> str:
    """How the run's settings differ from the tutorial's."""
    changed = run.config.differences()
    shown = [f"{path.split('.')[-1]}={_short(path, value)}" for path, value in changed.items()]
    return ", ".join([*shown, members_of(run)] if run.is_group else shown)


def _short(path: str, value: object) -> str:
    if path == "data.drawing":
        value = _("{n} points").format(n=n_points(str(value)))
    return "+".join(map(str, value)) or "all" if isinstance(value, tuple) else str(value)


def _overall(run: Run | None, metric: str) -> float | None:
    """A final score, None where there is none."""
    found = run.scores.scores.get(metric) if run and run.scores else None
    return found.overall if found else None
