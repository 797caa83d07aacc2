"""One attempt at a job, in a process of its own."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL

from gan_core.errors import GanForgeError, StaleAttemptError, StoreError
from gan_core.jobs import JOBS, Kind
from gan_core.jobs.recorder import retry_while_busy
from gan_core.limits import Limits
from gan_core.store import model
from gan_core.store.context import Context
from gan_core.store.database import Database
from gan_core.workers.guard import Guard

log = logging.getLogger(__name__)

NICENESS = 10
BEAT_SECONDS = 1.0  # a dispatcher waits five of these for a worker to pause or stop


def run_attempt(url: str | URL, run_id: str, number: int) -> str:
    """Work on a job until it is done, paused, stopped or taken away. Called in a fresh process.

    Returns:
        why it failed, if the store could not take that; else nothing.
    """
    _be_nice()
    context = Context(Database(url), run_id, number)
    try:
        job = context.job()
        if job.kind not in JOBS:
            raise StoreError(f"this version of GAN Forge has no kind of job {job.kind!r}")
        kind = JOBS[job.kind]
        context = kind.context(context.database, run_id, number)
        with _heartbeat(context):
            retry_while_busy(lambda: context.start(os.getpid()))
            _work(kind.from_dict(job.spec), context)
    except StaleAttemptError as error:
        log.info("%s", error)
    except GanForgeError as error:
        return _fail(context, str(error))
    except Exception as error:
        log.exception("run %s", run_id)
        why = f"unexpected error, please report it: {type(error).__name__}: {error}"
        return _fail(context, why)
    return ""


def _work(spec: Kind, context: Context) -> None:
    result = spec.work(context)
    if result is not None:
        retry_while_busy(lambda: context.close(model.FINISHED, result=result))
        return
    job = context.job()
    if job.status == model.RUNNING and job.attempt == context.number and job.want:
        rest = model.PAUSED if job.want == "pause" else model.STOPPED
        retry_while_busy(lambda: context.close(rest))


@contextmanager
def _heartbeat(context: Context) -> Iterator[None]:
    """Say that this worker lives, and keep to limits: in a thread, on a connection of its own."""
    over = threading.Event()

    def beat() -> None:
        if over.wait(BEAT_SECONDS):  # most runs of a class are done by now
            return
        beside = Context(Database(context.database.url), context.run_id, context.number)
        guard = Guard(beside, Limits.from_environment())
        try:
            _beat_on(context, beside, guard, over)
        finally:
            beside.database.engine.dispose()

    thread = threading.Thread(target=beat, daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat_on(context: Context, beside: Context, guard: Guard, over: threading.Event) -> None:
    while True:
        try:
            guard.look(beside.beat(is_closing=context.is_closing))
        except StaleAttemptError:
            return
        except StoreError as error:
            log.warning("%s", error)
        if over.wait(BEAT_SECONDS):
            return


def _fail(context: Context, reason: str) -> str:
    """Record why a job failed; returns the reason if the dispatcher has to record it later."""
    try:
        retry_while_busy(lambda: context.close(model.FAILED, reason))
    except StaleAttemptError as error:
        log.info("%s", error)
    except StoreError as error:
        log.warning("run %s: %s", context.run_id, error)
        return reason
    return ""


def _be_nice() -> None:
    """Keep the pages responsive while runs train. If workers are reused, once is enough."""
    if hasattr(os, "nice") and os.nice(0) < NICENESS:
        os.nice(NICENESS)
