"""The one store of this server, and who is asking."""

from functools import lru_cache

from gan_core.limits import Limits
from gan_core.store import access
from gan_core.store.model import Run
from gan_core.store.store import Store
from gan_core.workers.viewer_client import Viewer


@lru_cache(maxsize=1)
def store() -> Store:
    """The store; opened at the first use, shared by all sessions (its connections are pooled).

    Raises:
        StoreError: it cannot be used; the next call tries again.
    """
    return Store.open()


@lru_cache(maxsize=1)
def viewer() -> Viewer:
    """Where pictures, samples and scores come from; the lifespan keeps its process running."""
    return Viewer(Limits.from_environment())


def user() -> str:
    """Who is asking. This server knows no users yet, so everybody."""
    return access.EVERYBODY


def find_run(run_id: object) -> Run:
    """A run that the user may see.

    Raises:
        RunNotFoundError: there is none.
    """
    run = store().get(run_id)
    access.check_may_see(user(), run)
    return run
