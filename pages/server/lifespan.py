"""What lives as long as the server: its store, its dispatcher and its viewer."""

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from threadpoolctl import threadpool_limits

from gan_core.errors import StoreError
from gan_core.workers.supervisor import dispatcher_running
from pages.server.visitor import shared_store, viewer

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Open the store and keep a dispatcher and a viewer running while the server lives."""
    try:
        shared_store()
    except StoreError as error:
        log.error("%s", error)  # the pages say so too, and try again
    # Small networks gain nothing from multithreaded products: the threads wait for each other.
    threadpool_limits(1, user_api="blas")
    async with dispatcher_running(), viewer().running():
        gc.collect()
        gc.freeze()  # start-up objects are never garbage; scanning them costs every run
        yield
