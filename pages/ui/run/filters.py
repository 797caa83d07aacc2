"""Which runs the table shows, and in which order."""

from collections.abc import Sequence

import streamlit as st

from gan_core.data import DATA_SOURCES
from gan_core.store import model
from gan_core.store.model import Job, Run
from pages.server.visitor import user
from pages.ui.parts.text import _
from pages.ui.run.table import best_first, settings_of
from pages.ui.run.transport import status_word


def filtered(jobs: Sequence[Job]) -> tuple[list[Job], object]:
    """Draw the filters; returns the jobs that pass, in the chosen order, and what was asked."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = st.text_input(
            _("Find"),
            key="runs_find",
            placeholder=_("name or settings"),
            width=165,
            persist_state="session",
            help=_("Words of the name or of the settings, such as lr=0.01."),
        )
        statuses = st.multiselect(
            _("Status"), model.STATUSES, format_func=status_word, key="runs_status",
            placeholder=_("all"), width=165, persist_state="session",
        )  # fmt: skip
        sources = st.multiselect(
            _("Data set"),
            [name for name in DATA_SOURCES if name in set(map(_source, jobs))],
            format_func=lambda name: DATA_SOURCES[name].title,
            key="runs_data",
            placeholder=_("all"),
            width=165,
            persist_state="session",
        )
        best = st.segmented_control(
            _("Order"),
            [False, True],
            format_func=lambda best: _("best first") if best else _("newest first"),
            default=False,
            required=True,
            key="runs_order",
            persist_state="session",
            help=_("Best: the fewest scores that can tell the generated rows from real ones."),
        )
        mine = st.toggle(_("Mine"), key="runs_mine", persist_state="session")
    found = [
        job
        for job in jobs
        if (not statuses or job.status in statuses)
        and (not sources or _source(job) in sources)
        and (not mine or job.owner == user())
        and _has(job, words.casefold().split())
    ]
    asked = (words, *statuses, *sources, best, mine)
    return sorted(found, key=best_first) if best else found, asked


def _source(job: Job) -> str:
    return job.config.data.source if isinstance(job, Run) and not job.fault else ""


def _has(job: Job, words: list[str]) -> bool:
    text = f"{job.name} {settings_of(job) if isinstance(job, Run) else job.kind} {job.id}"
    return all(word in text.casefold() for word in words)
