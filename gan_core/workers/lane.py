"""The queue of one viewer process: whose turn it is, and what to do if it dies or hangs.

Questions take turns: pictures of a run's latest state go before films, and among equals the asker
that has waited longest since its last turn is served. A long question is worked on in slices, so
nobody waits longer than for one slice.
"""

import json
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import psutil

from gan_core.errors import (
    DataError,
    GanForgeError,
    RunNotFoundError,
    RunStateError,
    StoreError,
    ViewerAwayError,
    ViewerError,
    ViewError,
)
from gan_core.limits import Limits

log = logging.getLogger(__name__)

LANES = ("pictures", "samples")


class Kind(NamedTuple):
    """How one kind of question is treated: its lane, its rank there, and whether it is cached."""

    lane: str
    rank: int
    is_kept: bool = True


KINDS = {
    "arena": Kind("pictures", 0),
    "film": Kind("pictures", 1),
    "quality": Kind("samples", 0),
    "sample": Kind("samples", 1),
    "csv": Kind("samples", 1, is_kept=False),
}
FAILED_SECONDS = 30.0  # for which a question that hung or killed the viewer is not retried
_MOST_TRIES = 2
_MOST_ASKERS = 1000  # whose last turn is remembered
_ERRORS: dict[str, type[GanForgeError]] = {
    error.__name__: error
    for error in (DataError, RunNotFoundError, RunStateError, StoreError, ViewError)
}


@dataclass(eq=False)
class Question:
    """A submitted question."""

    key: str
    number: int
    kind: str  # one of `KINDS`
    askers: list[str]  # the visitors who wait for it; it is the first one's turn that it takes
    answer: "Future[bytes]" = field(default_factory=Future)  # compressed as by gzip
    done: int = 0  # how much of the work is done
    of: int = 0  # how much work there is; 0 while unknown
    begun_with: Connection | None = None
    tries: int = 0
    forget_at: float = 0.0  # of a failed one


class Lane:
    """The queue of one viewer process, and the thread that talks to it."""

    def __init__(
        self,
        name: str,
        limits: Limits,
        lock: threading.RLock,
        close: Callable[[Question, bytes | GanForgeError, float], None],
    ) -> None:
        self.name, self._limits, self._close = name, limits, close
        self._ready = threading.Condition(lock)
        self._connection: Connection | None = None
        self._waiting: list[Question] = []
        self._dropped: list[int] = []
        self._served: dict[str, int] = {}  # by asker: its last turn
        self._turns = count(1)
        self.pid: int | None = None
        self.computed: dict[str, int] = {}
        self._thread = threading.Thread(target=self._work, daemon=True, name=f"viewer-{name}")

    @property
    def is_there(self) -> bool:
        return self._connection is not None

    @property
    def memory(self) -> int:
        """Bytes used by the process, including memory shared with others."""
        with suppress(psutil.Error):
            return psutil.Process(self.pid).memory_info().rss if self.pid else 0
        return 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def put(self, question: Question) -> None:
        """Queue a question.

        Raises:
            ViewerAwayError: there is no process, or too many questions are waiting.
        """
        most = self._limits.max_viewer_waiting
        with self._ready:
            if self._connection is None:
                raise ViewerAwayError("The process that computes pictures is starting.")
            alike = sum(one.kind == question.kind for one in self._waiting)
            of_asker = sum(one.askers[0] == question.askers[0] for one in self._waiting)
            if alike >= most or of_asker >= max(1, most // 2):
                raise ViewerAwayError("Many pictures are still waiting. Try again in a moment.")
            self._waiting.append(question)
            self._ready.notify()

    def withdraw(self, question: Question) -> None:
        with self._ready:
            if question in self._waiting:
                self._waiting.remove(question)
                self._dropped.append(question.number)

    def connect(self, connection: Connection, pid: int) -> None:
        """This process answers from now on; questions begun by an earlier one start over."""
        with self._ready:
            self._connection, self.pid = connection, pid
            if self._thread.ident is None:
                self._thread.start()
            self._ready.notify()

    def _work(self) -> None:
        while True:
            connection, question = self._next()
            try:
                reply, answer = self._exchange(connection, question)
            except (EOFError, OSError) as error:
                self._lost(connection, question, hung=isinstance(error, TimeoutError))
                continue
            self.computed = reply["computed"]
            if answer is not None:
                self._close(question, answer, 0)
            elif "error" in reply:
                error_type = _ERRORS.get(reply["error"], ViewerError)
                self._close(question, error_type(reply["message"]), 0)
            else:
                question.done, question.of = reply["done"], reply["of"]
                self._again(question)

    def _next(self) -> tuple[Connection, Question]:
        """Wait for a process and a question, and take the one whose turn it is."""
        with self._ready:
            while not (self._connection and self._waiting):
                alone = bool(self._waiting)  # without a process
                in_time = self._ready.wait(self._limits.max_viewer_seconds if alone else None)
                if alone and not in_time:
                    self._refuse()
            question = min(self._waiting, key=self._turn)
            self._waiting.remove(question)
            self._served.pop(question.askers[0], None)
            self._served[question.askers[0]] = next(self._turns)
            while len(self._served) > _MOST_ASKERS:
                del self._served[next(iter(self._served))]  # the one whose turn was longest ago
            return self._connection, question

    def _turn(self, question: Question) -> tuple[int, int, int]:
        served = self._served.get(question.askers[0], 0)
        return KINDS[question.kind].rank, served, question.number

    def _exchange(
        self, connection: Connection, question: Question
    ) -> tuple[dict[str, Any], bytes | None]:
        """One message to the process and its reply.

        Raises:
            TimeoutError: it did not reply in time and was killed.
            EOFError, OSError: it died.
        """
        with self._ready:
            dropped, self._dropped = self._dropped, []
            pid = self.pid
        message: dict[str, Any] = {"id": question.number, "drop": dropped}
        if question.begun_with is not connection:
            question.begun_with = connection
            question.tries += 1
            message |= json.loads(question.key)
        connection.send_bytes(json.dumps(message).encode())
        reply = json.loads(self._received(connection, pid))
        return reply, self._received(connection, pid) if "bytes" in reply else None

    def _received(self, connection: Connection, pid: int | None) -> bytes:
        if not connection.poll(self._limits.max_viewer_seconds):
            if pid:
                with suppress(OSError):
                    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
            raise TimeoutError
        return connection.recv_bytes()

    def _lost(self, connection: Connection, question: Question, *, hung: bool) -> None:
        """The process died on a question; a new one connects soon."""
        with self._ready:
            if self._connection is connection:
                self._connection = self.pid = None
        connection.close()
        if hung:
            why = f"took longer than {self._limits.max_viewer_seconds} s without any progress"
        elif question.tries >= _MOST_TRIES:
            why = "crashed the process that computes it"
        else:
            return self._again(question)
        log.warning("a question to the viewer %s: %.200s", why, question.key)
        message = f"This {why}, and was cancelled. Request less, or try again in a minute."
        return self._close(question, ViewerError(message), FAILED_SECONDS)

    def _again(self, question: Question) -> None:
        with self._ready:
            if question.answer.cancelled():
                self._dropped.append(question.number)
            else:
                self._waiting.append(question)

    def _refuse(self) -> None:
        """Answer all waiting questions that there is no process."""
        waiting, self._waiting = self._waiting, []
        for question in waiting:
            error = ViewerAwayError("The process that computes pictures is not running.")
            self._close(question, error, 0)
