"""Instant mode: releasing a slider trains again, beside a ghost of the previous run."""

from contextlib import suppress

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.errors import AccessError, RunNotFoundError, RunStateError
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts.text import _
from pages.ui.run.ghost import ghost_of
from pages.ui.session.link import current_link
from pages.ui.session.run import start
from pages.ui.session.view import INSTANT, instant_runs
from pages.ui.settings.controls import control_label


def instant_toggle() -> bool:
    """Draw the toggle; returns whether it is on."""
    return st.toggle(
        control_label(INSTANT),
        key=INSTANT,
        help=_(
            "Releasing a slider trains again at once from the same seed; the previous run stays in "
            "the charts as a ghost. Only the last position is trained; older runs of this kind, "
            "and those that did not get to their end, are deleted."
        ),
        disabled=INSTANT in current_link().fixed,
    )


def follow_settings(run: Run | None, config: ExperimentConfig) -> Run:
    """The run with these settings: an existing one, or a new one that replaces older ones.

    Those that it supersedes are deleted once it has come to its end, when no browser that was
    still drawing asks for one of them any more.
    """
    unchanged: dict[str, object] = {"schedule": ()}  # manual changes do not count
    if run is not None and run.config.model_copy(update=unchanged) == config.model_copy(
        update=unchanged
    ):
        if not run.is_active:
            _delete_all_but({run.id, ghost_of(run)})
        return run
    if run is not None and run.is_active and run.id in instant_runs():
        # Only our own: whoever started another run wants it trained.
        with suppress(RunStateError, RunNotFoundError):  # it has just ended by itself
            store().stop(run.id)
    runs = instant_runs()

    def create() -> Run:
        newest = store().create(config)
        runs.append(newest.id)  # here, for the next slider's event may interrupt the rest of this
        return newest

    return start(create)


def _delete_all_but(kept: set[str | None]) -> None:
    """Delete the runs started by moving sliders, except these."""
    for run_id in [run_id for run_id in instant_runs() if run_id not in kept]:
        with suppress(AccessError, RunNotFoundError):  # deleted by hand in the meantime
            store().delete(run_id)
        instant_runs().remove(run_id)
