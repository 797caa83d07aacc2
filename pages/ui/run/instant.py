"""Instant mode: releasing a slider trains again, beside a ghost of the previous run."""

from contextlib import suppress

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.errors import AccessError, RunNotFoundError, RunStateError
from gan_core.store import model
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts.text import _
from pages.ui.session.link import current_link
from pages.ui.session.run import start
from pages.ui.session.view import INSTANT, instant_runs

# The newest, its ghost, and a few that were superseded before their first step: by the time an
# older one is deleted, nobody is looking at it.
KEPT = 6


def instant_toggle() -> bool:
    """Draw the toggle; returns whether it is on."""
    return st.toggle(
        _("Train while I move sliders"),
        key=INSTANT,
        help=_(
            "Releasing a slider trains again at once from the same seed; the previous run stays in "
            "the charts as a ghost. Only the last position is trained; older runs of this kind are "
            "deleted."
        ),
        disabled=current_link().locks_all,
    )


def follow_settings(run: Run | None, config: ExperimentConfig) -> Run:
    """The run with these settings: an existing one, or a new one that replaces older ones."""
    unchanged: dict[str, object] = {"schedule": ()}  # manual changes do not count
    if run is not None and run.config.model_copy(update=unchanged) == config.model_copy(
        update=unchanged
    ):
        return run
    if run is not None and run.is_active and run.id in instant_runs():
        # Only our own: whoever started another run wants it trained.
        with suppress(RunStateError, RunNotFoundError):  # it has just ended by itself
            store().stop(run.id)
    newest = start(lambda: store().create(config))
    kept = instant_runs()
    kept.append(newest.id)
    while len(kept) > KEPT:
        with suppress(AccessError, RunNotFoundError):  # deleted by hand in the meantime
            store().delete(kept.pop(0))
    return newest


def ghost_of(run: Run) -> str | None:
    """The id of the run trained before this one in instant mode."""
    kept = instant_runs()
    earlier = kept[: kept.index(run.id)] if run.id in kept else []
    for run_id in reversed(earlier):
        try:
            if store().get(run_id).status == model.FINISHED:
                return run_id
        except RunNotFoundError:
            continue  # deleted by hand in the meantime
    return None
