"""The run that is drawn faintly behind the one shown."""

from gan_core.errors import RunNotFoundError
from gan_core.store import model
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.session.view import instant_runs


def ghost_of(run: Run) -> str | None:
    """The id of the run that it was forked from, or that was trained before it in instant mode.

    None if that run is gone, or learned from other rows: its curves and bars had other axes.
    """
    kept = instant_runs()
    earlier = kept[: kept.index(run.id)] if run.id in kept else []
    for run_id in (run.parent_id, *reversed(earlier)):
        try:
            found = store().get(run_id) if run_id else None
        except RunNotFoundError:
            continue  # deleted by hand in the meantime
        if found is None or found.config.data != run.config.data:
            continue
        if run_id == run.parent_id or found.status == model.FINISHED:
            return run_id
    return None
