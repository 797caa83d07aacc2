"""The table of what has been trained here."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from gan_core.config import links
from gan_core.data.drawing import n_points
from gan_core.jobs import JOBS
from gan_core.metrics import judge
from gan_core.store.model import Job, Run
from pages.ui.parts.text import _
from pages.ui.run.transport import members_of, status_word
from pages.ui.session.view import shown_runs


def choose_jobs(jobs: Sequence[Job], asked: object) -> list[Job]:
    """Draw the table; returns the selected jobs.

    Args:
        jobs: those to show.
        asked: filters and order that they come from.
    """
    runs, key = shown_runs(jobs, asked)
    overview = _overview(runs)
    others = any(not isinstance(job, Run) for job in runs)  # which need a kind and a bar
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    less = _("Lower is better.")
    chosen = st.dataframe(
        overview,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=key,
        placeholder="",  # a run that is training has no scores yet
        alt=_("All runs, one per row"),
        column_config={
            "name": text(_("Name"), width=120),
            "result": text(_("Result"), width=110),
            "found": text(
                _("Scores off"),
                width=90,
                help=_("How many scores can tell the generated rows from real ones.") + f" {less}",
            ),
            "status": text(_("Status"), width=75),
            "kind": _("Kind") if others else None,
            "progress": st.column_config.ProgressColumn(_("Progress")) if others else None,
            "settings": text(
                _("Settings"),
                width=250,
                help=_("What differs from the tutorial, in the words of links."),
            ),
            "epoch": text(_("Epoch")),
            "modes": text(
                _("Modes missing"), help=_("Of the clouds that the real rows form.") + f" {less}"
            )
            if any(overview["modes"])
            else None,
            "wasserstein": number(_("Wasserstein"), format="%.3f", help=less),
            "d_loss": number(_("D loss"), format="%.3f"),
            "g_loss": number(_("G loss"), format="%.3f"),
            "created": st.column_config.DatetimeColumn(_("Started"), format="distance"),
        },
    )
    rows = chosen["selection"]["rows"]
    return [runs[row] for row in rows if row < len(runs)]


def best_first(job: Job) -> tuple[float, float]:
    """The order of jobs by their results: the share of scores that differ, then how far."""
    scores = job.scores if isinstance(job, Run) else None
    if scores is None:
        return 2.0, 0.0
    worse = [not score.within_floor for score in scores.scores.values()]
    return sum(worse) / len(worse), scores.scores["wasserstein"].overall


def _overview(jobs: Sequence[Job]) -> pd.DataFrame:
    """The jobs as a table; columns that only a training has are empty for the others."""
    runs = [job if isinstance(job, Run) else None for job in jobs]
    scored = [run.scores if run else None for run in runs]
    floors = [[s.within_floor for s in found.scores.values()] if found else [] for found in scored]
    return pd.DataFrame(
        {
            "name": [job.name for job in jobs],
            "result": [_(judge(found).word) if found else "" for found in scored],
            "found": [f"{f.count(False):>2} / {len(f)}" if f else "" for f in floors],
            "status": [status_word(job.status) for job in jobs],
            "kind": [_(JOBS[job.kind].label) if job.kind in JOBS else job.kind for job in jobs],
            "progress": [job.progress / max(1, job.total) for job in jobs],
            "settings": [settings_of(run) if run else "" for run in runs],
            "epoch": [f"{r.epoch:,} / {r.epochs:,}" if r else "" for r in runs],
            "modes": [_missing_modes(run) for run in runs],
            "wasserstein": [_overall(run, "wasserstein") for run in runs],
            "d_loss": [run.d_loss if run else None for run in runs],
            "g_loss": [run.g_loss if run else None for run in runs],
            "created": pd.to_datetime([job.created_at for job in jobs], unit="s", utc=True),
        }
    )


def settings_of(run: Run) -> str:
    """How a run's settings differ from the tutorial's, in the words of links."""
    if run.fault:
        return _("cannot be read here: {why}").format(why=run.fault)
    said = links.to_query(run.config)
    if drawing := run.config.data.drawing:
        said["drawing"] = _("{n} points").format(n=n_points(drawing))
    shown = [f"{key}={value or _('all')}" for key, value in said.items()]
    return " ".join([*shown, members_of(run)] if run.is_group else shown)


def _missing_modes(run: Run | None) -> str:
    for score in run.scores.scores.values() if run and run.scores else ():
        if score.out_of:
            return f"{round((1 - score.overall) * score.out_of):>2} / {score.out_of}"
    return ""


def _overall(run: Run | None, metric: str) -> float | None:
    """A final score, None where there is none."""
    found = run.scores.scores.get(metric) if run and run.scores else None
    return found.overall if found else None
