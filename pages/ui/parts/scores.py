"""Scores as a row of cards: value, direction, and the noise floor as a band behind it."""

import html
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import pandas as pd
import streamlit as st

from gan_core.metrics import METRICS, Metric, Score, ScoreReport
from pages.ui.parts.text import _

FLOOR_HELP = (
    "The grey band is the noise floor: how half of the real rows score against the other half, "
    "by chance. Inside the band or beyond its good end: indistinguishable from real rows."
)


def score_cards(reports: Sequence[ScoreReport], *, judged: bool = True) -> None:
    """Draw one card per metric; of several reports on the same real rows, the median and range.

    Args:
        reports: one or more.
        judged: say what each score means. It means nothing for too few rows.
    """
    with st.grid(6, min_column_width=150):
        for name in reports[0].scores:
            with st.container(border=True, height="stretch", gap="xsmall"):
                _card(METRICS[name], [report.scores[name] for report in reports], judged)
    st.caption(_(FLOOR_HELP))


def score_table(report: ScoreReport) -> None:
    """Draw every score of every feature, with the midpoint of the floor."""
    rows = {}
    for score in report.scores.values():
        metric = METRICS[score.metric]
        if metric.per_feature:
            rows[f"{_(metric.label)} {direction(metric)}"] = score.per_feature
            floor = {f: score.floor.per_feature[f].median for f in score.per_feature}
            rows[f"{_(metric.label)}: {_('floor')}"] = floor
    st.dataframe(pd.DataFrame(rows).round(3))


def direction(metric: Metric) -> str:
    """Which way is better, as an arrow."""
    return "↑" if metric.goal == "max" else "↓"


def better_is(metric: Metric) -> str:
    """Which way is better, in words."""
    return _("higher is better") if metric.goal == "max" else _("lower is better")


def _card(metric: Metric, scores: Sequence[Score], judged: bool) -> None:
    score = replace(scores[0], overall=median(one.overall for one in scores))
    better = better_is(metric)
    unit = f" {_(metric.unit)}" if metric.unit else ""
    bounds = f"{metric.low:g} … {'∞' if metric.high == float('inf') else f'{metric.high:g}'}"
    st.metric(
        _(metric.label),
        _value(score),
        help=f"{_(metric.help)}\n\n{_('Range')}: {bounds}{unit}; {better}.",
    )
    st.html(_band(metric, scores, score))
    st.caption(f"{direction(metric)} {better}{unit and ','}{unit}")
    if judged:
        st.markdown(_verdict(score) if len(scores) == 1 else _verdicts(scores))


def _verdict(score: Score) -> str:
    """What the score means relative to its noise floor."""
    floor = score.floor.overall
    if not score.within_floor:
        return f":small[○ {_('worse than chance can explain')}]"
    inside = floor.low <= score.overall <= floor.high
    words = _("within the noise floor") if inside else _("better than the noise floor")
    return f":small[✓ {words}]"


def _verdicts(scores: Sequence[Score]) -> str:
    """The range of several scores, and how many of them are as good as the noise floor."""
    lowest = min(scores, key=lambda score: score.overall)
    highest = max(scores, key=lambda score: score.overall)
    words = _("{low} to {high}; {k} of {n} within the noise floor or better")
    k, n = sum(score.within_floor for score in scores), len(scores)
    return f":small[{words.format(low=_value(lowest), high=_value(highest), k=k, n=n)}]"


def _value(score: Score) -> str:
    if score.out_of:
        return f"{round(score.overall * score.out_of, 1):g} / {score.out_of}"
    return f"{score.overall:.3f}"


def _band(metric: Metric, scores: Sequence[Score], middle: Score) -> str:
    """A thin scale: the floor as a grey band, the score as a mark, in the range of several."""
    floor = middle.floor.overall
    low, *_others, high = sorted([middle.overall, *(score.overall for score in scores)])
    top = max(floor.high, high, 1e-12) * 1.15
    span = metric.high if metric.high <= 1 else top
    left, right, at, low, high = (
        min(100, max(0, 100 * v / span)) for v in (floor.low, floor.high, middle.overall, low, high)
    )
    title = html.escape(f"{_('noise floor')}: {floor.low:.3f} – {floor.high:.3f}")
    grey = "rgba(128,136,155"
    bar = "position:absolute;height:100%;border-radius:3px"
    return (
        f'<div title="{title}" role="img" aria-label="{title}" '
        f'style="position:relative;height:12px;border-radius:3px;background:{grey},.15)">'
        f'<div style="{bar};left:{left:.1f}%;width:{max(1, right - left):.1f}%;'
        f'background:{grey},.55)"></div>'
        f'<div style="{bar};left:{low:.1f}%;width:{high - low:.1f}%;'
        f'background:rgba(240,138,36,.4)"></div>'
        f'<div style="{bar};left:calc({at:.1f}% - 1.5px);width:3px;background:#F08A24"></div></div>'
    )
