"""Runs: everything that has been trained here."""

import streamlit as st

from gan_core.store.model import Job, Run
from pages.server.visitor import store
from pages.ui.parts.head import page_head
from pages.ui.parts.health import warn_if_unattended
from pages.ui.parts.navigation import link_to, switch_to
from pages.ui.parts.text import _, plain
from pages.ui.run.filters import filtered
from pages.ui.run.keeping import confirm_delete, deleted_runs, rename
from pages.ui.run.table import choose_jobs, result_of
from pages.ui.run.transport import status_word
from pages.ui.session.run import forget_run, look_at
from pages.ui.session.settings import use_settings

SHOWN = 500


def actions(job: Job) -> None:
    """Draw the actions for the selected job."""
    with st.container(border=True):
        st.markdown(f"**{plain(job.name)}** · {status_word(job.status)} · `{job.id}`")
        if not isinstance(job, Run) and (told := job.reason or result_of(job)):
            st.markdown(plain(told))  # it has no page of its own that says so
        with st.container(horizontal=True):
            mine = store().may_change(job)
            if isinstance(job, Run):
                of_a_run(job, mine)
            elif mine:
                of_another(job)
            if mine:
                rename(job)
                delete_button([job])


def actions_for_several(jobs: list[Job]) -> None:
    """Draw what can be done with all selected jobs at once."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{_('{n} runs selected').format(n=len(jobs))}**", width="content")
        mine = [job for job in jobs if store().may_change(job)]
        if mine:
            delete_button(mine)


def delete_button(jobs: list[Job]) -> None:
    """Draw the button that asks before it deletes."""
    if st.button(_("Delete"), icon=":material/delete:"):
        st.dialog(_("Delete"))(confirm_delete)(jobs)


def of_a_run(run: Run, mine: bool) -> None:
    """Draw the buttons that lead to other pages."""
    gone = bool(run.fault)
    if st.button(_("Open run"), icon=":material/open_in_new:", type="primary", disabled=gone):
        go(run, "train")
    if st.button(_("Results"), icon=":material/analytics:", disabled=gone or not run.step):
        go(run, "results")
    resumable = mine and run.can_resume and not gone
    if st.button(_("Resume"), icon=":material/play_arrow:", disabled=not resumable):
        store().resume(run.id)
        go(run, "train")
    if st.button(_("Duplicate settings"), icon=":material/content_copy:", disabled=gone):
        forget_run()
        use_settings(run.config)
        switch_to("train")


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
    switch_to(page, run)


def main() -> None:
    """Draw the page."""
    page_head(_("Runs"), _("What has been trained on this server, and how did it end?"))
    jobs = store().all_jobs(SHOWN)
    if jobs:
        warn_if_unattended(jobs)
        found, asked = filtered(jobs)
        if found:
            choose(found, asked)
        else:
            st.info(_("No run fits these filters."))
    else:
        st.info(_("Nothing has been trained yet."))
        link_to("train", _("Train"), "play_arrow")
    deleted_runs()


def choose(jobs: list[Job], asked: object) -> None:
    """Draw the table, and what can be done with the selected jobs."""
    chosen = choose_jobs(jobs, asked)
    if len(chosen) == 1:
        actions(chosen[0])
    elif chosen:
        actions_for_several(chosen)
    else:
        st.caption(
            _("Select a run to open, resume, duplicate, rename or delete it; several to delete.")
        )


main()
