"""Whether generated rows are good, in one sentence, what to try next, and why."""

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.metrics import ScoreReport, judge
from pages.ui.parts.text import _, plain

_ICONS = {
    "good": ":green[:material/check_circle:]",
    "fair": ":orange[:material/trending_up:]",
    "poor": ":orange[:material/pending:]",
}


def verdict(report: ScoreReport, config: ExperimentConfig, *, brief: bool = False) -> None:
    """Draw it above the figures that it sums up.

    Args:
        report: the scores.
        config: the settings at the end of the training.
        brief: without what it rests on.
    """
    found = judge(report, config.optimizer.highest)
    headline = f"{_ICONS[found.level]} **{plain(found.headline.text(_))}**"
    advice = plain(found.advice.text(_))
    why = "" if brief else plain(" ".join(reason.text(_) for reason in found.reasons))
    st.markdown(f"{headline} {advice}" + (f"  \n{why}" if why else ""))


def too_few_rows(least: int) -> None:
    """Say why there is no verdict: the noise floor does not apply to so few rows."""
    words = _("Too few generated rows for a verdict: it takes at least {n}, half the real rows.")
    st.markdown(words.format(n=f"{least:,}"))
