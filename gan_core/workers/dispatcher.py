"""The dispatcher takes runs from the queue and gives each a worker.

It is ``python -m gan_core dispatch``, a process of its own, so that its ``__main__`` is a plain
module (workers import it again) and the web server stays free of torch. Any number of them can
work on one store.
"""

import logging
import os
import sys
import threading
import time
from contextlib import suppress

from gan_core.errors import StoreError
from gan_core.limits import default_slots
from gan_core.store.database import database_url, home
from gan_core.store.queue import Claim, DispatcherInfo, Queue
from gan_core.store.store import Store
from gan_core.workers.identity import identity
from gan_core.workers.local import Handle, LocalExecutor

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.02
ANNOUNCE_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 1.0  # before retrying to start a process that could not be started,
MOST_PAUSE_SECONDS = 60.0  # and twice as long each time
PURGE_SECONDS = 600.0
PATIENCE_SECONDS = 5.0  # before a worker that was asked to pause or stop is killed


class Dispatcher:
    """Keeps the slots of an executor filled."""

    def __init__(self, queue: Queue, executor: LocalExecutor, slots: int) -> None:
        self._queue = queue
        self._executor = executor
        self._slots = slots
        self._handles: list[Handle] = []
        self._gone: set[Handle] = set()  # whose worker was missing at the last check
        self._announced = 0.0
        self._purged = -PURGE_SECONDS
        self._behind = True
        self._start_again = 0.0  # when to retry after a process could not be started
        self._pause = 0.0

    def look(self) -> None:
        """One pass: record which attempts have ended, start waiting runs.

        Raises:
            StoreError: the store cannot be used now; call again later, nothing is lost.
        """
        now = time.monotonic()
        if now - self._announced > ANNOUNCE_SECONDS:
            # First what needs no write: a hung worker may be the one that holds the store's lock.
            self._kill_overdue()
            self._queue.announce(*self._executor.found_hardware())
            self._queue.adopt_orphans([handle.claim for handle in self._handles])
            self._announced = now
            if now - self._purged > PURGE_SECONDS:
                self._queue.purge()
                self._purged = now
        freed = False
        for handle in list(self._handles):
            if (why := self._executor.poll(handle)) is not None:
                self._queue.ended(handle.claim, why)
                self._handles.remove(handle)
                freed = True
        # Polling for work 50 times a second must cost next to nothing while there is none.
        if not (self._queue.may_have_changed() or freed or self._behind):
            return
        self._behind = True  # until the queue was empty, or the slots full, without an error
        if now < self._start_again:
            return
        while claim := self._claim():
            if not self._start(claim):
                return
        self._behind = False

    def _start(self, claim: Claim) -> bool:
        """Give a run to a worker; if none can be started, the run goes back to the queue."""
        try:
            self._handles.append(self._executor.start(claim))
        except (RuntimeError, OSError, EOFError):
            self._pause = min(max(2 * self._pause, FIRST_PAUSE_SECONDS), MOST_PAUSE_SECONDS)
            self._start_again = time.monotonic() + self._pause
            log.exception("no worker can be started; trying again in %.0f s", self._pause)
            self._queue.give_back(claim)
            return False
        self._pause = 0.0
        return True

    def _claim(self) -> Claim | None:
        """The next run to start. One extra slot is reserved for runs that do only a few steps."""
        busy = len(self._handles)
        if busy > self._slots:
            return None
        return self._queue.claim(short=busy == self._slots)

    def _kill_overdue(self) -> None:
        gone = set()
        for handle in self._handles:
            if self._queue.is_overdue(handle.claim, PATIENCE_SECONDS):
                self._executor.cancel(handle)
            elif self._queue.lost_its_worker(handle.claim, time.monotonic() - handle.started):
                # The pool does not notice a worker that dies while it is taking its task.
                if handle in self._gone:
                    self._executor.cancel(handle)
                gone.add(handle)
        self._gone = gone


def dispatch(*, die_with_stdin: bool = False) -> None:
    """Work until killed or, if told so, until standard input is closed.

    So it is when the server that started this process dies for whatever reason.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"  # inherited by the workers: slots are cores
    slots, url = default_slots(), database_url()
    store = Store.open(url)
    executor = LocalExecutor(slots + 1, url)  # one more for single steps, see `_claim`
    leaving = threading.Event()
    if die_with_stdin:
        threading.Thread(target=_leave_at_end_of_stdin, args=(leaving,), daemon=True).start()
    me = DispatcherInfo(identity(home()), slots=slots)
    queue = Queue(store.database, me, max_active=store.limits.max_active)
    dispatcher = Dispatcher(queue, executor, slots)
    try:
        while not leaving.wait(LOOK_SECONDS):
            try:
                dispatcher.look()
            except StoreError as error:
                log.warning("%s", error)
                leaving.wait(1.0)
            except Exception:  # must not end the runs that are training
                log.exception("unexpected error, please report it")
                leaving.wait(1.0)
    finally:
        executor.close()
        with suppress(StoreError):
            queue.leave()


def _leave_at_end_of_stdin(leaving: threading.Event) -> None:
    # The raw file: a lock on Python's buffer would abort the interpreter when Ctrl-C ends it.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    leaving.set()  # the loop ends and closes the pool; killed workers do not count as failures
    time.sleep(2.0)
    os._exit(0)  # even if a worker resists
