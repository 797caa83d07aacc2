"""Generated rows of a run, computed by the viewer: the rows, or the progress so far."""

from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as StillWaiting
from typing import Any

import streamlit as st

from gan_core.errors import ViewerAwayError
from gan_core.store.model import Run
from gan_core.workers.lane import Question
from gan_core.workers.viewer_client import unpacked
from pages.server.visitor import user, viewer
from pages.ui.parts.text import _

PATIENCE = 1.0  # seconds until the page shows the progress
_OFTEN = 0.5  # seconds between two polls


def sample_of(run: Run, sample: dict[str, int], *, scored: bool) -> dict[str, Any] | None:
    """The result of `gan_core.live.sample.sample`; None, and the page says so, until it is ready.

    Args:
        run: the run.
        sample: ``step``, ``n`` and optionally ``seed``.
        scored: whether scores are wanted.

    Raises:
        GanForgeError: the rows cannot be generated.
    """
    try:
        question = viewer().put("sample", user(), run=run.id, **sample, scored=scored)
    except ViewerAwayError:
        _until_it_is_there()
        return None
    try:
        return unpacked(question.answer.result(PATIENCE))
    except ViewerAwayError:
        _until_it_is_there()
    except CancelledError:
        _stopped()
    except StillWaiting:
        _until_it_is_done(question)
    return None


@st.fragment(run_every=_OFTEN)
def _until_it_is_done(question: Question) -> None:
    """The progress, and a button to stop."""
    if user() not in question.askers:
        _stopped()
        return
    if question.answer.done():
        st.rerun()
    how_far = _("computing, {done:,} of {all:,}").format(done=question.done, all=question.of)
    bar, stop = st.columns([4, 1], vertical_alignment="center")
    share = question.done / question.of if question.of else 0.0
    bar.progress(min(1.0, share), how_far if question.of else _("waiting for other pictures"))
    stop.button(_("Stop computing"), on_click=viewer().withdraw, args=(question, user()))


@st.fragment(run_every=_OFTEN)
def _until_it_is_there() -> None:
    st.info(_("The pictures will appear soon: the process that computes them is starting or busy."))
    if viewer().is_there:
        st.rerun()


def _stopped() -> None:
    st.info(_("Stopped. Request fewer rows, or reload the page to start again."))
