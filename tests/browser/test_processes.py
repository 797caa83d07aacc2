"""Workers and servers that are killed, and several servers on one store."""

import os
import signal

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from gan_core.store import model, results
from gan_core.store.schema import chunks
from tests import stored
from tests.browser.server import alive, eventually

PAGES = ["Home", "Data", "Train", "Results", "Runs", "System"]


def history_is_whole(store, run):
    """Every step is there once."""
    steps = stored.history(store.database, run)["step"]
    return list(steps) == list(range(1, run.step + 1))


def test_a_killed_worker_takes_its_run_alone(forge, store, start_run):
    victim, other = start_run(), start_run()
    forge.open("train", victim)
    forge.training(victim.id)
    eventually(lambda: store.get(other.id).step > 0, what="the other run")
    os.kill(store.get(victim.id).worker_pid, signal.SIGKILL)
    forge.badge("failed", seconds=5)
    forge.error("worker", "killed")
    expect(forge.button("Resume")).to_be_visible()
    step = store.get(other.id).step
    eventually(lambda: store.get(other.id).step > step, what="more of the other run")
    assert store.get(other.id).status == model.RUNNING
    assert store.get(other.id).attempt == 1
    forge.press("Resume").badge("running").training(victim.id)
    expect(forge.main.get_by_test_id("stAlert")).to_have_count(0)


@pytest.mark.timeout(300)
def test_a_killed_server_loses_no_run_and_leaves_nothing_behind(own_server, new_forge, slow):
    server = own_server(GAN_FORGE_SLOTS="3")
    store = server.store
    forge = new_forge(server)
    forge.open("system").at("System")  # the first request of this server
    navigation = forge.page.get_by_role("navigation", name="App pages")
    assert navigation.get_by_role("link").all_inner_texts() == PAGES
    expect(forge.page.get_by_text("Page not found")).to_have_count(0)

    def ended(run):
        return store.get(run.id).status == model.FINISHED

    probe = store.create(slow.with_values({"training.epochs": 200}), "everybody")
    eventually(lambda: ended(probe), 60, "a short run")
    # Long enough to come to a checkpoint, after two seconds, and to be killed then.
    epochs = int(max(500, 2.5 * store.get(probe.id).rate))
    long = slow.with_values({"training.epochs": epochs})
    runs = [store.create(long, "everybody") for _ in range(3)]
    forge.open("train", runs[0]).training(runs[0].id)

    def saved(run):
        return results.checkpoint(store.database, run.id)

    eventually(lambda: all(map(saved, runs)), 60, "three checkpoints")
    assert {store.get(run.id).status for run in runs} == {model.RUNNING}
    forge.watch.forgive()
    others = server.kill()
    assert len(others) >= 5  # the dispatcher, its forkserver, three workers
    eventually(lambda: not any(map(alive, others)), 5, "the end of all it started")
    steps = {run.id: saved(run).step for run in runs}
    assert all(0 < steps[run.id] < run.total_steps for run in runs)
    assert {store.get(run.id).status for run in runs} == {model.RUNNING}  # to be taken up again
    forge.see("is not responding")

    server.start(port=server.port)
    forge.badge("finished", seconds=90)  # the page that was open found its server again
    expect(forge.main.get_by_text("is not responding")).to_have_count(0)
    eventually(lambda: all(map(ended, runs)), 90, "the end of all runs")
    for run in (store.get(run.id) for run in runs):
        assert run.attempt == 2
        assert run.step == run.total_steps
        assert history_is_whole(store, run)
        second = sa.and_(chunks.c.run_id == run.id, chunks.c.attempt == 2)
        with store.database.read() as db:
            first_step = db.scalar(sa.select(sa.func.min(chunks.c.first_step)).where(second))
        assert first_step == steps[run.id] + 1
    forge.go("Runs")
    rows = forge.main.get_by_test_id("stDataFrame").first.locator("table tbody tr")
    expect(rows).to_have_count(4)

    run = store.create(slow, "everybody")
    eventually(lambda: store.get(run.id).step > 0, 60, "one more run")
    assert not server.close(gently=True)  # Ctrl-C, which the workers hear too
    assert store.get(run.id).status == model.RUNNING
    assert not store.get(run.id).reason


@pytest.mark.timeout(240)
def test_two_servers_share_a_store(forge, own_server, new_forge, server, store, start_run):
    second = own_server(server.home)
    run, twin = start_run(), start_run()
    other = new_forge(second)
    other.open("train", run).training(run.id)  # the first request of this server
    forge.open("train", run).training(run.id)
    other.press("Pause").badge("paused")
    forge.badge("paused")
    forge.press("Resume").badge("running")
    other.watch.forgive()
    second.kill()  # whichever of the two had the runs, they go on
    for one in (run, twin):
        step = store.get(one.id).step
        eventually(lambda one=one, step=step: store.get(one.id).step > step, 60, "it goes on")
    forge.training(run.id)
    for one in (run, twin):
        store.pause(one.id)
    for one in (run, twin):
        eventually(lambda one=one: store.get(one.id).status == model.PAUSED, what="a pause")
        assert history_is_whole(store, store.get(one.id))
