"""Rename a run; delete runs, and bring them back."""

import time
from collections.abc import Callable, Sequence

import streamlit as st

from gan_core.errors import GanForgeError
from gan_core.naming import MAX_NAME
from gan_core.store.discarding import KEPT_SECONDS
from gan_core.store.model import Job
from pages.server.visitor import store
from pages.ui.parts.errors import attempt, show
from pages.ui.parts.text import _, plain, plural
from pages.ui.session.run import forget_run

MEGABYTE = 2**20


def rename(run: Job) -> None:
    """A field for a new name."""
    with st.popover(_("Rename"), icon=":material/edit:"):
        name = st.text_input(_("New name"), run.name, max_chars=MAX_NAME, key=f"name.{run.id}")
        if st.button(_("Save"), key=f"save.{run.id}"):
            store().rename(run.id, name)
            st.rerun()


def confirm_delete(jobs: Sequence[Job]) -> None:
    """Ask for confirmation, and whether at once or with a day to think better of it."""
    names = ", ".join(plain(job.name) for job in jobs[:10])
    more = f" … (+{len(jobs) - 10})" if len(jobs) > 10 else ""
    st.markdown(f"**{names}**{more}")
    if any(job.is_active for job in jobs):
        st.warning(_("Still training or waiting; deleting ends it."))
    size = _("{mb:,.1f} MB").format(mb=store().size(job.id for job in jobs) / MEGABYTE)
    st.markdown(
        _(
            "Deleted runs can be restored on this page for a day; until then they take their "
            "space, {size}. Deleting permanently frees it at once and cannot be undone."
        ).format(size=size)
    )
    with st.container(horizontal=True):
        for label, verb, is_usual in (
            (_("Delete with undo"), store().discard, True),
            (_("Delete permanently"), store().delete, False),
        ):
            if st.button(label, type="primary" if is_usual else "secondary"):
                try:
                    for job in jobs:
                        verb(job.id)
                        forget_run(job.id)
                except GanForgeError as error:
                    show(error)
                    return
                st.rerun()
        if st.button(_("Cancel")):
            st.rerun()


def deleted_runs() -> None:
    """Draw the runs that can be restored, if there are any."""
    found = {job.id: job for job in store().discarded()}
    if not found:
        return
    title = plural("{n} deleted run", "{n} deleted runs", len(found)).format(n=len(found))
    with st.expander(title, icon=":material/delete_history:", key="deleted_runs"):
        size = _("{mb:,.1f} MB").format(mb=store().size(found) / MEGABYTE)
        st.markdown(_("They take {size} until they are erased, a day after.").format(size=size))
        chosen = st.multiselect(
            _("Deleted runs"),
            list(found),
            default=_last_deleted(list(found.values())),
            format_func=lambda job_id: f"{found[job_id].name} · {_hours_left(found[job_id])}",
            key=f"deleted.{'.'.join(found)}",
        )
        with st.container(horizontal=True):
            for label, verb, icon in (
                (_("Restore"), store().restore, "restore_from_trash"),
                (_("Delete permanently"), store().delete, "delete_forever"),
            ):
                st.button(
                    label,
                    icon=f":material/{icon}:",
                    on_click=_each,
                    args=(verb, chosen),
                    disabled=not chosen,
                    key=f"deleted_{icon}",
                )


def _each(verb: Callable[[str], object], job_ids: Sequence[str]) -> None:
    for job_id in job_ids:
        attempt(verb, job_id)


def _last_deleted(found: Sequence[Job]) -> list[str]:
    """Those that were deleted together, or nearly."""
    times = [job.deleted_at or 0.0 for job in found]
    return [job.id for job, at in zip(found, times, strict=True) if max(times) - at < 60]


def _hours_left(job: Job) -> str:
    left = (job.deleted_at or 0.0) + KEPT_SECONDS - time.time()
    return _("{n} h left").format(n=max(0, round(left / 3600)))
