"""A run that was repeated with several seeds, on Results: its scores, and which seed to look at."""

import streamlit as st

from gan_core.metrics import METRICS
from gan_core.store.groups import scores_by_member
from gan_core.store.model import Run
from pages.ui.parts.scores import direction
from pages.ui.parts.text import _


def seed_scores(members: list[Run]) -> None:
    """Draw mean and standard deviation of every score over the seeds, and each seed's own."""
    scores = scores_by_member(members)
    if scores.empty:
        st.info(_("No seed has ended yet; the scores come with the first that does."))
        return
    st.markdown(f"**{_('Scores over the seeds')}** · {len(scores)} / {len(members)}")
    with st.grid(6, min_column_width=150):
        for name in scores:
            metric, values = METRICS[str(name)], scores[name]
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(
                    f"{_(metric.label)} {direction(metric)}",
                    f"{values.mean():.3f}",
                    help=f"{_(metric.help)}\n\n{_('Mean and standard deviation over the seeds.')}",
                )
                if len(values) > 1:
                    st.caption(f"± {values.std():.3f}")
    with st.expander(_("Scores of every seed")):
        st.dataframe(scores.rename(columns=lambda n: _(METRICS[n].label)).round(4))


def choose_seed(run: Run, members: list[Run]) -> Run:
    """Which member to look at closely."""
    by_seed = {member.config.seed: member for member in members}
    seed = st.selectbox(
        _("Show the run with seed"), list(by_seed), key=f"seed_of.{run.id}", width=230
    )
    return by_seed[seed]
