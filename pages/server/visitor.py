"""The one store of this server, and the current user."""

from functools import lru_cache

from gan_core.limits import Limits
from gan_core.store.access import EVERYBODY
from gan_core.store.model import Run
from gan_core.store.store import Store
from gan_core.workers.viewer_client import Viewer
from pages.server.cookie import asking, visitor_of


@lru_cache(maxsize=1)
def shared_store() -> Store:
    """The server's store; opened on first use (its connections are pooled).

    Raises:
        StoreError: it cannot be used; the next call tries again.
    """
    return Store.open()


def store() -> Store:
    """The store for the current user.

    Raises:
        StoreError: as `shared_store`.
    """
    return shared_store().for_user(user())


@lru_cache(maxsize=1)
def viewer() -> Viewer:
    """The source of pictures, samples and scores; the lifespan keeps its process running."""
    return Viewer(Limits.from_environment())


def user() -> str:
    """Who is asking: whose a job is, and whose turn. By its rule everybody may do everything.

    In a request it is known from the middleware, in a page from its session; elsewhere, as in
    scripts, it is everybody.
    """
    if asked_by := asking.get():
        return asked_by
    from streamlit import context, runtime  # which addresses do without

    return visitor_of(context.cookies) if runtime.exists() else EVERYBODY


def find_shown(run_id: object) -> Run:
    """The run whose networks represent a run: for a group, its first member.

    Raises:
        RunNotFoundError: there is none.
    """
    return store().lead(store().get(run_id))
