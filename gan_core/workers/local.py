"""Runs attempts in processes on this machine: pebble's pool over a warm forkserver.

In pebble's pool, the death of one worker ends only that worker's run; concurrent.futures
loses the whole pool with it.
"""

import logging
import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import CancelledError
from dataclasses import dataclass, field

from pebble import ProcessExpired, ProcessFuture, ProcessPool
from sqlalchemy import URL

from gan_core.store.queue import Claim

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handle:
    """A started attempt."""

    claim: Claim
    future: ProcessFuture
    started: float = field(default_factory=time.monotonic)


class LocalExecutor:
    """A fixed number of worker processes.

    Args:
        slots: how many attempts run at once.
        url: the store's database, for the workers.
    """

    def __init__(self, slots: int, url: str | URL) -> None:
        self._url = url
        self._slots = slots
        self._pool = self._new_pool()
        # Also starts the forkserver and the first workers now, not when somebody is waiting.
        self._hardware: ProcessFuture = self._pool.schedule(_hardware)

    def found_hardware(self) -> tuple[str, str]:
        """Device and PyTorch version, empty until the first worker has reported them."""
        done = self._hardware.done() and not self._hardware.cancelled()
        if not done or self._hardware.exception():
            return "", ""
        return self._hardware.result()

    def start(self, claim: Claim) -> Handle:
        """Start an attempt in a worker.

        Raises:
            RuntimeError, OSError, EOFError: no process can be started now.
        """
        try:
            future = self._schedule(claim)
        except (RuntimeError, OSError, EOFError):  # its forkserver was killed, or could not fork
            log.warning("the pool of workers broke; making a new one", exc_info=True)
            self._pool.stop()
            self._pool = self._new_pool()
            future = self._schedule(claim)
        return Handle(claim, future)

    def poll(self, handle: Handle) -> str | None:
        """Why the attempt ended, empty if normally; None while it is working."""
        if not handle.future.done():
            return None
        try:
            return handle.future.result()
        except CancelledError:
            return "its worker stopped responding and was terminated"
        except ProcessExpired as error:
            return f"its worker process died ({_cause(error.exitcode)})"
        except Exception as error:
            log.exception("%s", handle.claim)
            why = f"{type(error).__name__}: {error}".removesuffix(": ")
            return f"its worker failed: {why}"

    def cancel(self, handle: Handle) -> None:
        handle.future.cancel()

    def close(self) -> None:
        self._pool.stop()
        self._pool.join(timeout=2)

    def _schedule(self, claim: Claim) -> ProcessFuture:
        return self._pool.schedule(_work, args=(self._url, claim.run_id, claim.attempt))

    def _new_pool(self) -> ProcessPool:
        # If it is safe, a fresh process for each attempt: forking a warm one takes milliseconds.
        # On macOS and Windows a worker is spawned, which takes seconds, so it is reused.
        forks = sys.platform == "linux"
        context = multiprocessing.get_context("forkserver" if forks else "spawn")
        if forks:
            context.set_forkserver_preload(["gan_core.workers.preload"])
        return ProcessPool(
            max_workers=self._slots,
            max_tasks=1 if forks else 0,
            initializer=_die_with_parent,
            context=context,
        )


def _cause(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        killed = " - killed, perhaps for lack of memory" if exit_code == -9 else ""
        return f"signal {-exit_code}{killed}"
    return f"exit code {exit_code}"


def _work(url: str | URL, run_id: str, attempt: int) -> str:
    # Imports PyTorch, which the dispatcher does without.
    from gan_core.workers.worker import run_attempt

    return run_attempt(url, run_id, attempt)


def _die_with_parent() -> None:
    """In a worker: exit at once when the dispatcher is gone, or has abandoned this worker.

    From the start: when the forkserver is killed, pebble forgets the workers that it
    had, and a waiting one of these would take the next run and lose it.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="watch-parent").start()


def _hardware() -> tuple[str, str]:
    """Called in a worker: the device that ``auto`` means here, and PyTorch's version."""
    import torch

    from gan_core.training.devices import device_name, resolve_device

    # A plain string: unpickling PyTorch's own string type would import torch in the dispatcher, and
    # for those seconds the pool would hear nothing from its workers.
    return device_name(resolve_device("auto")), str(torch.__version__)
