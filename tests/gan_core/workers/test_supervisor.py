"""What happens when a process cannot be started, for want of memory for instance."""

import asyncio
import logging

import pytest

from gan_core.store import model
from gan_core.workers import supervisor
from gan_core.workers.dispatcher import Dispatcher
from gan_core.workers.local import LocalExecutor
from tests.apart import run_apart


@pytest.mark.parametrize("unusable", ["dispatcher", "\0"], ids=["OSError", "another error"])
def test_the_supervisor_survives_that_no_process_can_be_started(
    tmp_path, monkeypatch, caplog, unusable
):
    """And says so in the log; a moment later there is memory again."""
    started = tmp_path / "started"
    command = tmp_path / "dispatcher"
    monkeypatch.setattr(supervisor, "_PROGRAM", (f"{tmp_path}/{unusable}",))
    monkeypatch.setattr(supervisor, "_RESTART_SECONDS", 0.02)

    async def live():
        async with supervisor.dispatcher_running():
            await asyncio.sleep(0.2)
            command.write_text(f"#!/bin/sh\ntouch {started}\nexec cat\n")
            command.chmod(0o755)
            monkeypatch.setattr(supervisor, "_PROGRAM", (str(command),))
            for _ in range(500):
                if started.exists():
                    return
                await asyncio.sleep(0.02)

    with caplog.at_level(logging.WARNING):
        run_apart(live())
    assert started.exists()
    assert "cannot be started" in caplog.text


class Reluctant(LocalExecutor):
    """Runs nothing; a shortage lasts for its first tries."""

    def __init__(self, failures):
        self.failures, self.started = failures, []

    def found_hardware(self):
        return "", ""

    def start(self, claim):
        if self.failures:
            raise self.failures.pop()
        self.started.append(claim.run_id)
        return super().start(claim)

    def _schedule(self, claim):
        return None

    def poll(self, handle):
        return None


def test_a_run_for_which_no_worker_can_be_started_waits_again(
    store, queue, configured, monkeypatch, eventually
):
    monkeypatch.setattr("gan_core.workers.dispatcher.FIRST_PAUSE_SECONDS", 0.05)
    errors = [OSError(12, "Cannot allocate memory"), EOFError(), RuntimeError("broken")]
    executor = Reluctant(errors)
    dispatcher = Dispatcher(queue, executor, 1)
    run = store.create(configured(epochs=1), "everybody")
    dispatcher.look()
    assert store.get(run.id).status == model.QUEUED

    def running():
        dispatcher.look()
        return store.get(run.id).status == model.RUNNING

    eventually(running, 10)
    assert executor.started == [run.id]
