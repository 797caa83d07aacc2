"""Instant mode: releasing a slider trains anew, beside a ghost of the run before."""

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.errors import AccessError, RunNotFoundError, RunStateError
from gan_core.store import model
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts.text import _
from pages.ui.session.link import current_link
from pages.ui.session.run import look_at
from pages.ui.session.view import INSTANT, instant_runs

# The newest, its ghost, and a few that were overtaken before they had a step: nobody looks at an
# older one any more when it is deleted.
KEPT = 6


def instant_toggle() -> bool:
    """Draw the toggle; returns whether it is on."""
    return st.toggle(
        _("Train while I move sliders"),
        key=INSTANT,
        help=_(
            "Releasing a slider trains again from the same seed at once; the run before stays in "
            "the charts as a ghost. Only the last position is trained; older runs of this kind are "
            "deleted."
        ),
        disabled=current_link().locks_all,
    )


def follow_settings(run: Run | None, config: ExperimentConfig) -> Run:
    """The run of these settings: the one there is, or a new one in the place of older ones."""
    unchanged: dict[str, object] = {"schedule": ()}  # made by hand, changes are no other settings
    if run is not None and run.config.model_copy(update=unchanged) == config.model_copy(
        update=unchanged
    ):
        return run
    if run is not None and run.is_active and run.id in instant_runs():
        _overtake(run)  # no other one: whoever started that wants it trained
    newest = store().create(config)
    kept = instant_runs()
    kept.append(newest.id)
    while len(kept) > KEPT:
        _forget(kept.pop(0))
    look_at(newest)
    return newest


def ghost_of(run: Run) -> str | None:
    """The id of the run that was trained before this one in instant mode."""
    kept = instant_runs()
    earlier = kept[: kept.index(run.id)] if run.id in kept else []
    for run_id in reversed(earlier):
        try:
            if store().get(run_id).status == model.FINISHED:
                return run_id
        except RunNotFoundError:
            continue  # deleted by hand meanwhile
    return None


def _overtake(run: Run) -> None:
    """Take a run back: out of the queue before it starts, or to rest where it is."""
    try:
        store().stop(run.id)
    except (RunStateError, RunNotFoundError):
        return  # it has just ended by itself


def _forget(run_id: str) -> None:
    try:
        store().delete(run_id)
    except (AccessError, RunNotFoundError):
        return  # deleted by hand meanwhile
