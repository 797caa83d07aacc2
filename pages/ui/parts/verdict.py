"""Whether generated rows are good, in one sentence, and why."""

import streamlit as st

from gan_core.metrics import ScoreReport, judge
from pages.ui.parts.text import _, plain

_ICONS = {
    "good": ":green[:material/check_circle:]",
    "fair": ":orange[:material/trending_up:]",
    "poor": ":red[:material/cancel:]",
}


def verdict(report: ScoreReport, *, brief: bool = False) -> None:
    """Draw it above the figures that it sums up.

    Args:
        report: the scores.
        brief: in one line, with only the most important reason.
    """
    found = judge(report)
    why = plain(" ".join(reason.text(_) for reason in found.reasons[: 1 if brief else None]))
    headline = f"{_ICONS[found.level]} **{plain(found.headline.text(_))}**"
    st.markdown(f"{headline} :small[{why}]" if brief else f"{headline} {why}")


def too_few_rows(least: int) -> None:
    """Say why there is no verdict: the noise floor does not apply to so few rows."""
    words = _("Too few generated rows for a verdict: it takes at least {n}, half the real rows.")
    st.markdown(words.format(n=f"{least:,}"))
