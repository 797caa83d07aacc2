"""Keeps a dispatcher running beside a server, and takes it along when the server goes."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

log = logging.getLogger(__name__)

_ROOT = Path(__file__).parents[2]
_COMMAND = (sys.executable, "-m", "gan_core", "dispatch", "--die-with-stdin")
_RESTART_SECONDS = 1.0  # and twice as long after each one that did not even live a minute
_MOST_SECONDS = 60.0


@asynccontextmanager
async def dispatcher_running() -> AsyncIterator[None]:
    """A dispatcher process lives as long as this context, and is started again if it dies alone.

    Its standard input is a pipe from this process: it ends when this process ends, however.
    """
    keeper = asyncio.create_task(_keep_running())
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


def _search_path() -> str:
    """Where the child finds gan_core, which need not be installed."""
    return os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))


async def _keep_running() -> None:
    pause = _RESTART_SECONDS
    while True:
        began = time.monotonic()
        try:
            end = f"ended with code {await _run_once()}"
        except Exception as error:  # whatever it is, without a dispatcher nothing trains any more
            log.exception("the dispatcher cannot be started")
            end = f"could not be started ({type(error).__name__})"
        lived = time.monotonic() - began
        pause = _RESTART_SECONDS if lived > _MOST_SECONDS else pause
        log.warning("the dispatcher %s; starting it again in %.0f s", end, pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _MOST_SECONDS)


async def _run_once() -> int:
    """Start the dispatcher and wait until it ends; taken along when this is cancelled."""
    process = await asyncio.create_subprocess_exec(
        # In this process's own folder: a relative address of the store means the same there.
        *_COMMAND,
        stdin=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": _search_path()},
    )
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
