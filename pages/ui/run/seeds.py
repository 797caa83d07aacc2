"""The verdict on a run; on a group of runs, also its scores, and a member to show."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from gan_core.metrics import METRICS, judge
from gan_core.store.groups import scores_by_member
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts.navigation import link_to
from pages.ui.parts.scores import score_cards
from pages.ui.parts.text import _, plain
from pages.ui.parts.verdict import verdict


def final_verdict(run: Run) -> None:
    """Draw the verdict on a run that has ended; of a group, how many of its runs are good."""
    if run.is_group:
        members_verdict(store().members(run))
    elif run.scores:
        verdict(run.scores, run.config.at(run.step), brief=True)


def members_verdict(members: Sequence[Run]) -> None:
    """Draw how many runs of a group are good."""
    levels = Counter(judge(member.scores).level for member in members if member.scores)
    if levels:
        words = _("Of {n} runs, {good} good, {fair} fairly good, {poor} not good.")
        counts = {level: levels[level] for level in ("good", "fair", "poor")}
        st.markdown(f"**{words.format(n=levels.total(), **counts)}**")


def member_scores(group: Run, members: Sequence[Run]) -> None:
    """Draw every score over the members beside its noise floor, and each member's own."""
    scores, seeds = scores_by_member(members), group.differs_in_seed
    if scores.empty:
        st.info(_("None of these runs has ended yet; the scores appear with the first that does."))
        return
    members_verdict(members)
    over = _("Scores over the seeds") if seeds else _("Scores over the runs")
    median = _("median, and the range from the lowest to the highest as an orange bar")
    st.markdown(f"**{over}** · {len(scores)} / {len(members)} · {median}")
    score_cards(group.reports)
    with st.expander(_("Scores by seed") if seeds else _("Scores by run")):
        st.dataframe(scores.rename(columns=lambda n: _(METRICS[n].label)).round(4))


def choose_member(group: Run, members: Sequence[Run]) -> Run:
    """Which member to show in detail; all that follows on the page is of this one alone."""
    by_label = {member.label: member for member in members}
    label = st.selectbox(
        _("Show the run with") if group.differs_in_seed else _("Show the run"),
        list(by_label),
        key=f"member_of.{group.id}",
        width=230,
    )
    words = _("From here on, everything is of one of the {n} runs alone: the one with {label}.")
    st.markdown(plain(words.format(n=len(members), label=label)))
    return by_label[label]


def fork_of_group(group: Run) -> None:
    """Say why a group has no fork, and lead to its runs, which have."""
    with st.popover(_("Fork"), icon=":material/call_split:"):
        st.markdown(
            _(
                "A fork continues from one state of one run, and these are several. Open one of "
                "them; there it can be forked."
            )
        )
        for member in store().members(group):
            link_to("train", member.label, "open_in_new", member)
