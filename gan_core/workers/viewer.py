"""The viewer computes what the pages show: pictures, samples, scores.

It is ``python -m gan_core view``, a process beside the web server, which thus stays free of PyTorch
and of everything slow. It imports what is needed once and forks the processes that answer,
so that one that died or hung is replaced in milliseconds: one for pictures, which must be quick,
and one for samples and scores, which may take longer. Each connects to the server (see
`gan_core.workers.viewer_client`) and answers one message after another. Nothing is pickled.

A message is JSON: ``{"id", "kind", ...}`` begins a question, ``{"id"}`` continues it, and
``drop`` in either lists those that nobody waits for any more. The reply is JSON too: ``{"done",
"of"}`` if there is more to do, ``{"error", "message"}``, or ``{"bytes"}`` with the answer,
compressed with gzip, in a message of its own after it.
"""

import gc
import json
import logging
import os
import select
import sys
import threading
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection
from typing import Any, NoReturn

from gan_core.config import ExperimentConfig
from gan_core.errors import GanForgeError, ViewerError
from gan_core.limits import Limits
from gan_core.live import film, sample, scores  # noqa: F401 - each registers its questions
from gan_core.live.cache import Kept
from gan_core.live.questions import QUESTIONS, Parts, as_json
from gan_core.problem import resolve
from gan_core.store.database import Database, database_url
from gan_core.store.store import Store
from gan_core.views.pictures import picture_of
from gan_core.views.view import View
from gan_core.workers.lane import LANES

log = logging.getLogger(__name__)

SLICE_SECONDS = 0.02  # of work on a question before another one gets its turn
MAX_MESSAGE = 2**16  # bytes
NICENESS = 5  # of everything except pictures
_STDIN = 0
_GZIP = 16 + zlib.MAX_WBITS


@dataclass
class _Work:
    """A question that has been begun."""

    parts: Parts
    packer: Any = field(default_factory=lambda: zlib.compressobj(5, wbits=_GZIP))
    packed: list[bytes] = field(default_factory=list)


class Answers:
    """Answers messages, one after another; keeps what may be requested again."""

    def __init__(self, store: Store, kept_bytes: int) -> None:
        self._store, self._kept = store, Kept[bytes](kept_bytes)
        self._begun: dict[int, _Work] = {}
        self._computed = Counter[str]()

    def serve(self, connection: Connection) -> None:
        while True:
            try:
                message = connection.recv_bytes(MAX_MESSAGE)
            except (EOFError, OSError):
                return
            head, body = self.answer(message)
            connection.send_bytes(as_json({**head, "computed": self._computed}))
            if body is not None:
                connection.send_bytes(body)

    def answer(self, message: bytes) -> tuple[dict[str, Any], bytes | None]:
        """The reply to a message, and with a question's last one its answer."""
        asked = json.loads(message)
        number = asked.pop("id")
        for dropped in asked.pop("drop", ()):
            self._begun.pop(dropped, None)
        try:
            return self._go_on(number, **asked)
        except GanForgeError as error:
            found = {"error": type(error).__name__, "message": str(error)}
        except Exception as error:
            log.exception("question %.200s", message)
            why = f"unexpected error, please report it: {type(error).__name__}: {error}"
            found = {"error": ViewerError.__name__, "message": why}
        self._begun.pop(number, None)
        return found, None

    def _go_on(
        self, number: int, kind: str | None = None, **what: object
    ) -> tuple[dict[str, Any], bytes | None]:
        """Begin a question of a kind, or continue one that was begun."""
        if kind is not None:
            self._begun[number] = _Work(QUESTIONS[kind](self._store, self._kept, **what))
            self._computed[kind] += 1
        work = self._begun[number]
        until = time.monotonic() + SLICE_SECONDS
        for part in work.parts:
            work.packed.append(work.packer.compress(part.data))
            if time.monotonic() > until:
                return {"done": part.done, "of": part.of}, None
        del self._begun[number]
        body = b"".join([*work.packed, work.packer.flush()])
        return {"bytes": len(body)}, body


def view() -> None:
    """Answer until standard input ends; its first two lines are the address and the key."""
    address, key = (sys.stdin.buffer.readline().strip() for _ in range(2))
    dial = (address.decode(), bytes.fromhex(key.decode()))
    _warm()
    if sys.platform == "linux":
        _keep_forking(*dial)
    # Elsewhere forking is not safe, so threads are used: one that hangs blocks the whole process.
    for lane in LANES:
        threading.Thread(target=_serve, args=(lane, *dial), daemon=True).start()
    while os.read(_STDIN, 4096):
        pass
    os._exit(0)


def _warm() -> None:
    """Import what answers need. No backward(): autograd's threads do not survive a fork."""
    import torch

    torch.set_num_threads(1)
    picture_of(resolve(ExperimentConfig()), View()).facts()
    gc.collect()
    gc.freeze()  # what is loaded by now stays in memory pages shared by all


def _keep_forking(address: str, key: bytes) -> NoReturn:
    """One process per lane, a new one for each that ends, until standard input ends."""
    alive: dict[int, tuple[int, str, float]] = {}  # by the pipe that closes with it
    missing = list(LANES)
    while True:
        for lane in missing:
            reads, writes = os.pipe()  # the child holds the other end as long as it lives
            if pid := os.fork():
                os.close(writes)
                alive[reads] = (pid, lane, time.monotonic())
            else:
                for other in alive:
                    os.close(other)
                _serve(lane, address, key)
        missing = []
        for ended in select.select([_STDIN, *alive], [], [])[0]:
            if ended == _STDIN:
                if os.read(_STDIN, 4096):
                    continue
                for pid, *_ in alive.values():
                    os.kill(pid, 9)
                os._exit(0)
            pid, lane, began = alive.pop(ended)
            os.close(ended)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            log.warning("the viewer's %s ended with code %s; starting them again", lane, code)
            missing.append(lane)
            if time.monotonic() - began < 0.2:  # it does not even reach a question
                time.sleep(1.0)


def _serve(lane: str, address: str, key: bytes) -> NoReturn:
    """In a child: connect to the server and answer it."""
    limits, code = Limits.from_environment(), 1
    try:
        if lane != LANES[0] and hasattr(os, "nice"):
            os.nice(NICENESS)
        answers = Answers(Store(Database(database_url()), limits), limits.max_viewer_mb * 2**20)
        with Client(address, authkey=key) as connection:
            connection.send_bytes(as_json({"lane": lane, "pid": os.getpid()}))
            answers.serve(connection)
        code = 0
    except Exception:
        log.exception("the viewer's %s", lane)
    finally:
        os._exit(code)
