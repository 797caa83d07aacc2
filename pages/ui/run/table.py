"""The table of what has been trained here."""

from collections.abc import Sequence
from statistics import median

import pandas as pd
import streamlit as st

from gan_core.config import links
from gan_core.data.drawing import n_points
from gan_core.jobs import JOBS, Kind
from gan_core.metrics import ScoreReport, judge
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
    less = _("Lower is better.") + " " + _("Of several seeds: the median, with the range.")
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
                width=140,
                help=_("How many scores can tell the generated rows from real ones.") + f" {less}",
            ),
            "status": text(_("Status"), width=75),
            "kind": _("Kind") if others else None,
            "progress": st.column_config.ProgressColumn(_("Progress")) if others else None,
            "settings": text(
                _("Settings"),
                width=235,
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
    if not (reports := _reports(job)):
        return 2.0, 0.0
    return median(map(_share_off, reports)), median(map(_moved, reports))


def _overview(jobs: Sequence[Job]) -> pd.DataFrame:
    """The jobs as a table; columns that only a training has are empty for the others."""
    runs = [job if isinstance(job, Run) else None for job in jobs]
    return pd.DataFrame(
        {
            "name": [job.name for job in jobs],
            "result": [result_of(job) for job in jobs],
            "found": [_scores_off(_reports(job)) for job in jobs],
            "status": [status_word(job.status) for job in jobs],
            "kind": [_(JOBS[job.kind].label) if job.kind in JOBS else job.kind for job in jobs],
            "progress": [job.progress / max(1, job.total) for job in jobs],
            "settings": [settings_of(run) if run else "" for run in runs],
            "epoch": [f"{r.epoch:,} / {r.epochs:,}" if r else "" for r in runs],
            "modes": [_missing_modes(_reports(job)) for job in jobs],
            "wasserstein": [
                median(map(_moved, found)) if (found := _reports(job)) else None for job in jobs
            ],
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


def result_of(job: Job) -> str:
    """How a job has ended, in a word or a line; of a group, how many of its runs are good."""
    if not isinstance(job, Run):
        kind = JOBS.get(job.kind, Kind)
        return kind.summary(job.result) if job.result is not None else ""
    verdicts = [judge(report) for report in job.reports]
    if job.is_group and verdicts:
        good = sum(verdict.level == "good" for verdict in verdicts)
        return _("{good} of {n} good").format(good=good, n=len(verdicts))
    return _(verdicts[0].word) if verdicts else ""


def _reports(job: Job) -> tuple[ScoreReport, ...]:
    return job.reports if isinstance(job, Run) else ()


def _scores_off(reports: Sequence[ScoreReport]) -> str:
    """Sorted as text, the best come first and jobs without scores last."""
    if not reports:
        return _("no scores")  # an empty cell would come first, and letters follow digits
    share = f"{100 * median(map(_share_off, reports)):>3.0f} %"
    return f"{share} · {_counted([*map(_n_off, reports)], len(reports[0].scores)).lstrip()}"


def _missing_modes(reports: Sequence[ScoreReport]) -> str:
    found = [score for one in reports for score in one.scores.values() if score.out_of]
    missing = [round((1 - score.overall) * score.out_of) for score in found]
    return _counted(missing, found[0].out_of) if found else ""


def _counted(counts: Sequence[int], out_of: int) -> str:
    """A count, or the median of several with their range."""
    low, high = min(counts), max(counts)
    return f"{median(counts):>2g} / {out_of}" + (f" ({low}–{high})" if low < high else "")


def _n_off(report: ScoreReport) -> int:
    return sum(not score.within_floor for score in report.scores.values())


def _share_off(report: ScoreReport) -> float:
    return _n_off(report) / len(report.scores)


def _moved(report: ScoreReport) -> float:
    return report.scores["wasserstein"].overall
