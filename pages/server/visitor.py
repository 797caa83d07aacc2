"""The one store of this server, and who is asking."""

from functools import lru_cache

from gan_core.store.access import EVERYBODY
from gan_core.store.model import Run
from gan_core.store.store import Store


@lru_cache(maxsize=1)
def shared_store() -> Store:
    """The server's store; opened at the first use (its connections are pooled).

    Raises:
        StoreError: it cannot be used; the next call tries again.
    """
    return Store.open()


def store() -> Store:
    """The store as whoever asks may use it.

    Raises:
        StoreError: as `shared_store`.
    """
    return shared_store().for_user(user())


def user() -> str:
    """Who is asking. This server knows no users yet, so everybody."""
    return EVERYBODY


def find_run(run_id: object) -> Run:
    """A run that the user may see.

    Raises:
        RunNotFoundError: there is none.
    """
    return store().get(run_id)
