"""Who may see and touch which run. The one place that decides it."""

from gan_core.errors import RunNotFoundError
from gan_core.store.model import Run

EVERYBODY = "everybody"  # the owner of runs on a server that knows no users


def may_see(user: str, run: Run) -> bool:
    """Whether a user may look at a run: for now everybody on this server sees every run."""
    return bool(user) and bool(run.owner)


def may_change(user: str, run: Run) -> bool:
    """Whether a user may steer, rename or delete a run: for now as `may_see`."""
    return may_see(user, run)


def check_may_see(user: str, run: Run) -> None:
    """Refuse a run that is not the user's, without saying that it exists.

    Raises:
        RunNotFoundError: the user may not see it.
    """
    if not may_see(user, run):
        raise RunNotFoundError(f"There is no run {run.id!r} that you may see.")
