"""How much the server takes and sends."""

import json
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from gan_core.problem import resolve
from gan_core.store import model
from gan_core.store.attempt import Attempt
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.store.schema import jobs
from tests.browser.server import get
from tests.browser.traffic import Traffic

KB, MB = 1024, 1024**2


def test_a_server_and_its_first_visitor(own_server, new_forge, figure):
    """Home on a cold cache, the tutorial's start, every page: little to send, little memory."""
    server = own_server()
    forge = new_forge(server, fresh=True)
    traffic = Traffic(forge.page)
    began = time.perf_counter()
    forge.page.goto(server.url)
    expect(forge.button("Start the tutorial")).to_be_enabled()
    took = time.perf_counter() - began
    forge.idle()
    expect(forge.main.locator(".gf-film canvas")).to_be_visible()
    forge.page.wait_for_load_state("networkidle")
    figure("Home on a cold cache", f"usable after {took:.2f} s, {traffic.total / MB:.2f} MB")
    assert traffic.total < 3 * MB
    assert took < 30  # 3 s on a machine that does nothing else: tests/benchmarks/first_point.py

    forge.press("Start the tutorial").at("Train").badge("finished")
    for name in ("Data", "Results", "Runs", "System", "Home", "Train"):
        forge.go(name)
    memory = server.process.memory_info().rss
    figure("memory of the server after a visit of all pages", f"{memory / MB:.0f} MB")
    assert memory < 250 * MB
    viewer = [p.memory_info().rss for p in server.processes() if p.cmdline()[-1:] == ["view"]]
    figure("memory of the viewer's processes", ", ".join(f"{size / MB:.0f} MB" for size in viewer))
    assert len(viewer) == 3
    assert max(viewer) < 400 * MB
    maps = Path(f"/proc/{server.process.pid}/maps")
    if maps.exists():
        assert "torch" not in maps.read_text()


@pytest.fixture
def dispatcher(store):
    """Another dispatcher that lives, so that the server's leaves its run alone."""
    me, over = DispatcherInfo(), threading.Event()
    queue = Queue(store.database, me)
    queue.announce()

    def announce():
        while not over.wait(1.0):
            queue.announce()

    thread = threading.Thread(target=announce, daemon=True)
    thread.start()
    yield me
    over.set()
    thread.join()
    queue.leave()


@pytest.fixture
def long_run(store, config, dispatcher):
    """A run of 500,000 steps that seems to go on, and the attempt that may add to it."""
    run = store.create(config(epochs=300_000), "everybody", "a long run")
    store.pause(run.id)  # in whichever state the dispatcher took it
    deadline = time.monotonic() + 30
    while store.get(run.id).is_active:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    owner = {"status": model.RUNNING, "dispatcher": dispatcher.id, "attempt": 9, "want": ""}
    with store.database.write() as db:
        db.execute(jobs.update().where(jobs.c.id == run.id).values(**owner))
    attempt = Attempt(store.database, run.id, 9)
    attempt.begin(0, os.getpid(), "cpu", "torch")
    rng = np.random.default_rng(0)
    rows = resolve(run.config).table.values
    for part in range(10):
        losses = rng.random((50_000, 4), np.float32)
        attempt.append(1 + 50_000 * part, losses, rate=999.0, preview=np.tile(rows, (10, 1)))
    yield run, attempt
    attempt.close(model.STOPPED)


def whole_buckets(step):
    """The last step sent of a run that goes on: that of its last complete bucket."""
    return step // 2048 * 2048


def test_every_live_update_is_small_however_long_the_run(forge, server, figure, long_run):
    run, attempt = long_run
    for query in (
        "since=0",
        "",
        "attempt=9&since=1",
        "attempt=9&since=499000",
        "attempt=1&since=9",
    ):
        status, body = get(f"{server.url}/api/runs/{run.id}/live?{query}")
        assert status == 200
        assert len(body) <= 100 * KB
    assert json.loads(body)["step"] == whole_buckets(500_000)
    traffic = Traffic(forge.page)
    answers = []
    forge.page.on("response", lambda r: answers.append(r) if "/live?" in r.url else None)
    forge.open("train", run)
    forge.live_until(lambda now: now["step"] == whole_buckets(500_000) and now["points"] >= 900)
    for part in range(5):
        step = 500_000 + 2500 * part
        attempt.append(step + 1, np.full((2500, 4), 0.5, np.float32), rate=999.0)
        last = whole_buckets(step + 2500)
        forge.live_until(lambda now, last=last: now["step"] == last, what="the new steps")
    sizes = [len(answer.body()) for answer in answers if answer.finished() is None]
    assert len(sizes) >= 6
    figure("largest live answer", f"{max(sizes) / KB:.0f} KB")
    figure("largest websocket frame", f"{max(traffic.frames) / KB:.0f} KB")
    assert max(sizes) <= 100 * KB
    assert max(traffic.frames) <= 100 * KB
    assert forge.live()["points"] <= 4000
