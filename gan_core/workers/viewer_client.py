"""The web server's side of the viewer: submits questions and returns the answers as bytes.

The viewer (`gan_core.workers.viewer`) has two lanes, one process each, that answer one message at a
time; the queue of each is a `Lane`.
"""

import gzip
import json
import secrets
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener
from typing import Any

from gan_core.errors import GanForgeError
from gan_core.limits import Limits
from gan_core.live.cache import Kept
from gan_core.workers.lane import KINDS, LANES, Lane, Question
from gan_core.workers.supervisor import kept_running


def unpacked(answer: bytes) -> Any:  # noqa: ANN401
    """The plain values of a JSON answer."""
    return json.loads(gzip.decompress(answer))


class Viewer:
    """Takes questions. Thread-safe."""

    def __init__(self, limits: Limits) -> None:
        self._kept = Kept[bytes](limits.max_viewer_mb * 2**20)
        self._open: dict[str, Question] = {}
        self._numbers = count(1)
        self._lock = threading.RLock()
        self.lanes = {name: Lane(name, limits, self._lock, self._close) for name in LANES}

    def put(self, kind: str, asker: str, **what: Any) -> Question:  # noqa: ANN401
        """Submit a question; one that is already open or answered is returned as it is.

        Args:
            kind: one of `KINDS`.
            asker: the visitor, who takes turns with others.
            what: the arguments of that kind in `gan_core.live`, plain values.

        Raises:
            ViewerAwayError: no viewer is running, or too many questions are waiting. Try again.
        """
        key = json.dumps({"kind": kind, **what}, sort_keys=True)
        with self._lock:
            now = time.monotonic()
            for failed in [k for k, q in self._open.items() if 0 < q.forget_at < now]:
                del self._open[failed]
            if found := self._open.get(key):
                if asker not in found.askers:
                    found.askers.append(asker)
                return found
            question = Question(key, next(self._numbers), kind, [asker])
            answer = self._kept.find(key)
            if answer is not None:
                question.answer.set_result(answer)
                return question
            self.lanes[KINDS[kind].lane].put(question)
            self._open[key] = question
        return question

    @property
    def is_there(self) -> bool:
        return all(lane.is_there for lane in self.lanes.values())

    def withdraw(self, question: Question, asker: str) -> None:
        """An asker no longer waits for a question; without any it is given up."""
        with self._lock:
            if asker in question.askers:
                question.askers.remove(asker)
            if not (question.askers or question.answer.done()):
                self.lanes[KINDS[question.kind].lane].withdraw(question)
                del self._open[question.key]
                question.answer.cancel()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """A viewer process that lives as long as this context."""
        key = secrets.token_bytes(32)
        listener = Listener(authkey=key)
        threading.Thread(target=self._listen, args=(listener,), daemon=True).start()
        told = f"{listener.address}\n{key.hex()}\n".encode()
        async with kept_running("view", told=told):
            yield

    def _listen(self, listener: Listener) -> None:
        while True:
            with suppress(EOFError, OSError, AuthenticationError, ValueError, KeyError):
                connection = listener.accept()
                hello = json.loads(connection.recv_bytes())
                self.lanes[hello["lane"]].connect(connection, hello["pid"])

    def _close(self, question: Question, answer: bytes | GanForgeError, seconds: float) -> None:
        """Called by a lane when a question is answered, or fails: then kept for some seconds."""
        with self._lock:
            if question.answer.cancelled():
                return
            question.forget_at = time.monotonic() + seconds
            if not seconds:
                del self._open[question.key]
            if not isinstance(answer, bytes):
                question.answer.set_exception(answer)
                return
            if KINDS[question.kind].is_kept:
                self._kept.keep(question.key, answer)
            question.answer.set_result(answer)
