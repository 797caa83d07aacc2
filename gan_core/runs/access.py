"""Who may see and touch which run. The one place that decides it."""

from gan_core.runs.model import Run

EVERYBODY = "everybody"  # the owner of runs on a server that knows no users


def may_see(user: str, run: Run) -> bool:
    """Whether a user may look at a run: for now everybody on this server sees every run."""
    return bool(user) and bool(run.owner)


def may_change(user: str, run: Run) -> bool:
    """Whether a user may steer, rename or delete a run: for now as `may_see`."""
    return may_see(user, run)
