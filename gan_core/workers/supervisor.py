"""Keeps a process running beside a server, and ends it when the server ends."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

log = logging.getLogger(__name__)

_ROOT = Path(__file__).parents[2]
_PROGRAM = (sys.executable, "-m", "gan_core")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_RESTART_SECONDS = 1.0  # doubled after each one that lived less than a minute
_MOST_SECONDS = 60.0


@asynccontextmanager
async def kept_running(*command: str, told: bytes = b"") -> AsyncIterator[None]:
    """A process that lives as long as this context, and is restarted if it dies earlier.

    Its standard input is a pipe from this process: it ends when this process ends, however that is.

    Args:
        command: of ``python -m gan_core``, with its options; it must end with standard input.
        told: what it first finds on standard input.
    """
    keeper = asyncio.create_task(_keep_running(command, told))
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


def dispatcher_running() -> AbstractAsyncContextManager[None]:
    """A dispatcher that lives as long as this context."""
    return kept_running("dispatch", "--die-with-stdin")


async def _keep_running(command: tuple[str, ...], told: bytes) -> None:
    pause = _RESTART_SECONDS
    while True:
        began = time.monotonic()
        try:
            end = f"ended with code {await _run_once(command, told)}"
        except Exception as error:  # whatever it is: otherwise nothing would run until a restart
            log.exception("%s cannot be started", command[0])
            end = f"could not be started ({type(error).__name__})"
        lived = time.monotonic() - began
        pause = _RESTART_SECONDS if lived > _MOST_SECONDS else pause
        log.warning("%s %s; starting it again in %.0f s", command[0], end, pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _MOST_SECONDS)


async def _run_once(command: tuple[str, ...], told: bytes) -> int:
    """Start a process and wait until it ends; it is ended when this is cancelled."""
    # Where the child finds gan_core, which need not be installed.
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = await asyncio.create_subprocess_exec(
        # In this process's own folder, so that a relative URL of the store means the same there.
        *(*_PROGRAM, *command),
        stdin=asyncio.subprocess.PIPE,
        env={**os.environ, **_ONE_THREAD, "PYTHONPATH": path},
    )
    if process.stdin:
        process.stdin.write(told)
    try:
        return await process.wait()
    except asyncio.CancelledError:
        if process.stdin:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), timeout=4)
        except TimeoutError:
            process.kill()
        raise
