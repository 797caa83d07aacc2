"""One attempt at a job, in a process of its own."""

import logging
import os

from sqlalchemy import URL

from gan_core.errors import GanForgeError, StaleAttemptError, StoreError
from gan_core.jobs import training
from gan_core.jobs.recorder import retry_while_busy
from gan_core.store import model
from gan_core.store.attempt import Attempt
from gan_core.store.database import Database

log = logging.getLogger(__name__)

NICENESS = 10


def run_attempt(url: str | URL, run_id: str, number: int) -> str:
    """Work on a run until it is done, asked to rest, or taken away. Called in a fresh process.

    Args:
        url: the store's database.
        run_id: the run.
        number: this attempt's number.

    Returns:
        why it failed, where the store could not take that; else nothing.
    """
    _be_nice()
    attempt = Attempt(Database(url), run_id, number)
    try:
        training.work(attempt)
    except StaleAttemptError as error:
        log.info("%s", error)
    except GanForgeError as error:
        return _fail(attempt, str(error))
    except Exception as error:
        log.exception("run %s", run_id)
        why = f"unexpected error, please report it: {type(error).__name__}: {error}"
        return _fail(attempt, why)
    return ""


def _fail(attempt: Attempt, reason: str) -> str:
    """Note why a run failed; returns the reason where the dispatcher has to note it, later."""
    try:
        retry_while_busy(lambda: attempt.end(model.FAILED, reason))
    except StaleAttemptError as error:
        log.info("%s", error)
    except StoreError as error:
        log.warning("run %s: %s", attempt.run_id, error)
        return reason
    return ""


def _be_nice() -> None:
    """Let the pages answer while runs train. Where workers are used again, once is enough."""
    if hasattr(os, "nice") and os.nice(0) < NICENESS:
        os.nice(NICENESS)
