"""Runs in real processes: a dispatcher, its pool, and what is left when something is killed."""

import asyncio
import os
import re
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from gan_core import train
from gan_core.scoring import score
from gan_core.store import model, results
from gan_core.store.queue import live_dispatchers
from gan_core.store.store import Store
from gan_core.training.snapshots import snapshot_steps
from gan_core.workers.supervisor import dispatcher_running
from tests import stored
from tests.apart import run_apart
from tests.gan_core.workers.house import SLOTS, House, gone

ME = "everybody"
LONG = 100_000  # epochs; no test waits for their end


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    house.close()


@pytest.fixture
def dispatcher(house, eventually):
    """The house with a dispatcher that works, and no run left over from the test before."""
    house.ensure_dispatcher()
    yield house
    for run in house.store.list():
        house.store.delete(run.id)


@pytest.fixture
def store(dispatcher):
    return dispatcher.store


@pytest.fixture
def reaches(store, eventually):
    """Wait until a run has a status, or so many steps."""

    def wait(run, goal, seconds=60.0):
        def there():
            now = store.get(run.id)
            if isinstance(goal, int):
                assert now.status in model.ACTIVE, f"{now.status}: {now.reason}"
                return now if now.step >= goal else None
            assert now.status in (goal, *model.ACTIVE), f"{now.status}: {now.reason}"
            return now if now.status == goal else None

        return eventually(there, seconds, f"{run.name}: {goal}")

    return wait


def test_a_run_finishes_with_scores_and_all_it_made(store, reaches, configured):
    config = configured(epochs=60)
    run = reaches(store.create(config, ME), "finished")
    assert (run.step, run.total_steps, run.epoch, run.want, run.reason) == (120, 120, 60, "", "")
    assert run.created_at <= run.started_at <= run.ended_at
    assert (run.device, run.engine, run.attempt) == ("cpu", "torch", 1)
    *_, expected = train(config)
    assert stored.history(store.database, run).equals(expected.history)
    generator = results.generator(store.database, run)
    assert generator.sample(50).equals(expected.sample(50))
    assert results.preview(store.database, run.id).step == 120
    assert results.preview(store.database, run.id).rows.shape == (500, 4)
    assert run.scores == score(expected.generator)
    assert results.snapshot_steps(store.database, run.id) == snapshot_steps(120)
    last = results.snapshot_checkpoint(store.database, run.id, 120)
    assert last.to_bytes() == results.checkpoint(store.database, run.id).to_bytes()
    assert results.latest_players(store.database, run.id).step == 120
    assert not run.can_resume


def test_the_dispatcher_says_what_it_is(store, dispatcher, eventually):
    def announced():
        return [info for info in live_dispatchers(store.database) if info.device]

    found = eventually(announced)
    assert [info.pid for info in found] == [dispatcher.process.pid]
    info = found[0]
    assert (info.host, info.slots) == (socket.gethostname(), SLOTS)
    assert info.torch_version.startswith("2.")
    if sys.platform == "linux":
        maps = Path(f"/proc/{info.pid}/maps").read_text()
        assert "libtorch" not in maps  # it would import it for seconds, deaf to its workers


# Both take about as long, so that there is time to pause and kill.
SLOW = {
    "torch": {"training.epochs": 500},
    "fast": {
        "training.epochs": 1000,
        "data.source": "wine",
        "data.classes": [],
        "training.batch_size": 178,
        "generator.hidden_dims": [64, 64],
        "discriminator.hidden_dims": [64, 64],
    },
}


def test_paused_resumed_killed_and_resumed_makes_the_same_numbers(
    store, reaches, configured, engine
):
    config = configured({"seed": 11, "training.engine": engine, **SLOW[engine]})
    run = store.create(config, ME)
    reaches(run, 100)
    store.pause(run.id)
    paused = reaches(run, "paused")
    assert 100 <= paused.step < 1000
    assert results.checkpoint(store.database, run.id).step == paused.step
    assert len(stored.losses(store.database, run.id)[1]) == paused.step
    assert results.generator(store.database, paused) is not None

    store.resume(run.id)
    again = reaches(run, paused.step + 100)
    os.kill(again.worker_pid, signal.SIGKILL)
    failed = reaches(run, "failed")
    assert failed.attempt == 2
    assert paused.step < failed.step < 1000
    assert len(stored.losses(store.database, run.id)[1]) == failed.step

    store.resume(run.id)
    finished = reaches(run, "finished")
    assert finished.attempt == 3
    *_, expected = train(config)
    assert stored.history(store.database, finished).equals(expected.history)
    tensors = results.checkpoint(store.database, run.id).tensors
    assert tensors.keys() == expected.checkpoint.tensors.keys()
    for name, array in expected.checkpoint.tensors.items():
        assert np.array_equal(tensors[name], array), name


def test_a_killed_worker_takes_only_its_own_run_along(store, reaches, configured, eventually):
    first, second = (store.create(configured(epochs=LONG), ME) for _ in range(2))
    first, second = reaches(first, 50), reaches(second, 50)
    assert first.worker_pid != second.worker_pid
    os.kill(first.worker_pid, signal.SIGKILL)
    failed = reaches(first, "failed", seconds=5)
    assert "worker process died (signal 9 - killed" in failed.reason
    assert failed.can_resume
    still = store.get(second.id)
    assert (still.status, still.worker_pid) == ("running", second.worker_pid)
    third = store.create(configured(epochs=5), ME)
    reaches(third, "finished")
    reaches(second, still.step + 100)


def test_a_stopped_run_keeps_what_it_has_with_scores(store, reaches, configured):
    run = store.create(configured(epochs=LONG), ME)
    reaches(run, 50)
    store.stop(run.id)
    stopped = reaches(run, "stopped")
    assert 50 <= stopped.step < stopped.total_steps
    assert (stopped.want, stopped.reason) == ("", "")
    assert stopped.scores is not None
    generator = results.generator(store.database, stopped)
    assert len(generator.sample(20)) == 20
    assert results.checkpoint(store.database, run.id).step == stopped.step
    assert len(stored.history(store.database, stopped)) == stopped.step
    store.resume(run.id)
    reaches(run, stopped.step + 1)


def test_more_runs_than_slots_start_in_the_order_of_their_creation(
    store, reaches, configured, eventually
):
    first = [store.create(configured(epochs=LONG), ME) for _ in range(SLOTS)]
    waiting = [store.create(configured(epochs=2), ME) for _ in range(3)]
    for run in first:
        reaches(run, 1)
    assert [store.get(run.id).status for run in waiting] == ["queued"] * 3
    assert [store.place_in_queue(store.get(run.id)) for run in waiting] == [1, 2, 3]
    store.pause(waiting[1].id)
    assert store.place_in_queue(store.get(waiting[2].id)) == 2
    store.stop(first[0].id)
    reaches(waiting[2], "finished")
    assert store.get(waiting[0].id).status == "finished"
    assert store.get(waiting[0].id).ended_at <= store.get(waiting[2].id).started_at
    assert store.get(waiting[1].id).status == "paused"
    assert store.get(first[1].id).status == "running"


def test_of_one_visitor_no_more_train_at_once_than_the_limit(tmp_path, configured, eventually):
    """Fault 7. There is a slot for a second one; what comes after it starts."""
    house = House(tmp_path, GAN_FORGE_MAX_ACTIVE="1", GAN_FORGE_SLOTS="3")
    owners = ("ada", "ada", "grace")
    runs = [house.store.create(configured(epochs=LONG), owner) for owner in owners]
    house.ensure_dispatcher()
    try:
        eventually(lambda: house.store.get(runs[2].id).step, 60)
        found = [house.store.get(run.id).status for run in runs]
    finally:
        house.close()
    assert found == [model.RUNNING, model.QUEUED, model.RUNNING]


def test_a_deleted_run_loses_its_worker(store, dispatcher, reaches, configured, eventually):
    run = reaches(store.create(configured(epochs=LONG), ME), 50)
    worker = psutil.Process(run.worker_pid)
    store.delete(run.id)
    eventually(lambda: gone([worker]), what="the worker is gone")
    reaches(store.create(configured(epochs=2), ME), "finished")
    assert dispatcher.process.poll() is None


def test_hung_workers_are_killed_when_their_run_is_stopped_or_deleted(
    store, reaches, configured, eventually
):
    stopped, deleted = (store.create(configured(epochs=LONG), ME) for _ in range(SLOTS))
    workers = [psutil.Process(reaches(run, 1).worker_pid) for run in (stopped, deleted)]
    try:
        with store.database.write():  # so that none of them is stopped with the lock in its hand
            for worker in workers:
                worker.suspend()
        store.stop(stopped.id)
        store.delete(deleted.id)
        after = store.create(configured(epochs=2), ME)
        reaches(stopped, "stopped")
        reaches(after, "finished")
        eventually(lambda: gone(workers), what="both workers are gone and both slots free")
        assert [run.status for run in store.list()] == ["finished", "stopped"]
    finally:
        for worker in workers:
            with suppress(psutil.NoSuchProcess):
                worker.kill()


def test_the_death_of_the_forkserver_fails_its_runs_and_no_later_one(
    dispatcher, store, reaches, configured
):
    run = store.create(configured(epochs=LONG), ME)
    reaches(run, 1)
    server = next(
        p
        for p in dispatcher.family()
        if p.ppid() == dispatcher.process.pid and "forkserver" in p.cmdline()[-1]
    )
    server.kill()
    assert reaches(run, "failed").reason.startswith("its worker ")
    # One for each worker that waited when its forkserver died: it must not take the run with it.
    later = [store.create(configured({"seed": n}, epochs=2), ME) for n in range(SLOTS + 1)]
    for one in later:
        reaches(one, "finished")


def test_a_diverged_run_fails_with_the_step_and_keeps_what_came_before(store, reaches, diverging):
    # Only once steps have long been stored in larger portions.
    rates = {"optimizer.lr_g": 2e-4, "optimizer.lr_d": 2e-4}
    late = diverging.with_values({"training.epochs": LONG, **rates})
    config = late.with_edit(1000, dict.fromkeys(rates, diverging.optimizer.lr_d))
    run = reaches(store.create(config, ME), "failed")
    step = int(re.match(r"diverged at step ([\d,]+): ", run.reason)[1].replace(",", ""))
    first_step, losses = stored.losses(store.database, run.id)
    assert (first_step, len(losses), run.step) == (1, step - 1, step - 1)
    assert step > 1000 and np.isfinite(losses).all()
    checkpoint = results.checkpoint(store.database, run.id)
    assert checkpoint is None or checkpoint.step < step


def test_a_run_that_cannot_be_trained_here_fails_with_the_reason(store, reaches, configured):
    import torch

    if torch.cuda.is_available():
        pytest.skip("CUDA is there")
    run = reaches(store.create(configured(device="cuda"), ME), "failed")
    assert "no CUDA GPU on this machine" in run.reason


def test_ctrl_c_in_a_terminal_makes_no_traceback(dispatcher, store, configured, eventually):
    """It reaches the server and the dispatcher alike; either may be the one to end the other."""
    eventually(lambda: live_dispatchers(store.database))
    size = dispatcher.log.stat().st_size
    dispatcher.process.send_signal(signal.SIGINT)
    run = store.create(configured(epochs=2), ME)
    eventually(
        lambda: dispatcher.process.poll() is not None or store.get(run.id).status == "finished"
    )
    assert dispatcher.process.poll() in (None, 0, 130)
    written = dispatcher.log.read_bytes()[size:].decode()
    assert "Traceback" not in written
    assert "Fatal" not in written


def test_runs_survive_the_kill_of_their_dispatcher_which_the_supervisor_starts_again(
    tmp_path, monkeypatch, configured, eventually
):
    monkeypatch.setenv("GAN_FORGE_HOME", str(tmp_path))
    monkeypatch.setenv("GAN_FORGE_SLOTS", str(SLOTS))
    monkeypatch.delenv("GAN_FORGE_DATABASE_URL", raising=False)
    store, config = Store.open(), configured({"seed": 5}, epochs=300)
    killed, waiting, asked = (
        store.create(one, ME) for one in (config, configured(epochs=LONG), configured(epochs=3))
    )

    def family_of_the_one_that_is_not(pid):
        def announced():
            return [info.pid for info in live_dispatchers(store.database) if info.pid != pid]

        dispatcher = psutil.Process(eventually(announced)[0])
        return [dispatcher, *dispatcher.children(recursive=True)]

    def disturb():
        eventually(lambda: store.get(killed.id).step >= 100 and store.get(waiting.id).step, 60)
        store.pause(asked.id)
        first = family_of_the_one_that_is_not(None)
        assert len(first) >= 1 + 1 + SLOTS
        first[0].kill()
        eventually(lambda: gone(first), 5, "no process is left after 5 s")
        assert store.get(killed.id).status == "running"  # nobody is there to say otherwise
        store.stop(waiting.id)
        eventually(lambda: store.get(killed.id).status == "finished", 60)
        assert store.get(killed.id).attempt == 2
        assert store.get(asked.id).status == "paused"
        eventually(lambda: store.get(waiting.id).status == "stopped")
        assert store.get(waiting.id).attempt == 1
        last = store.create(configured(epochs=LONG), ME)
        eventually(lambda: store.get(last.id).step)
        return last, family_of_the_one_that_is_not(first[0].pid)

    async def live():
        async with dispatcher_running():
            return await asyncio.to_thread(disturb)

    last, family = run_apart(live())  # which closes the standard input of the second one
    eventually(lambda: gone(family), 20, "no process is left")
    assert store.get(last.id).status == "running"
    *_, expected = train(config)
    assert stored.history(store.database, store.get(killed.id)).equals(expected.history)
    store.database.engine.dispose()
