import os
import shutil
import threading
from dataclasses import dataclass, replace
from multiprocessing.connection import Pipe
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gan_core import ExperimentConfig
from gan_core.scoring import score
from gan_core.store import model
from gan_core.store.attempt import Attempt
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.store.store import Store
from gan_core.workers.lane import LANES
from gan_core.workers.viewer import Answers
from pages.server import visitor as backend
from tests.pages.helpers import expand

ROOT = Path(__file__).parents[2]
ROUTER = ROOT / "pages" / "router.py"  # what the server runs; app.py only names it
PAGES = ("home", "data", "train", "results", "runs", "system")
TIMEOUT = 60  # seconds for one run of a script, on a machine that does much else


def forget_store():
    """The pages keep one store a process; the next test has its own."""
    if backend.shared_store.cache_info().currsize:
        backend.shared_store().database.engine.dispose()
    backend.shared_store.cache_clear()
    backend.viewer.cache_clear()
    st.cache_data.clear()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An own, empty home for every test."""
    for name in [name for name in os.environ if name.startswith("GAN_FORGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GAN_FORGE_HOME", str(tmp_path))
    forget_store()
    yield tmp_path
    forget_store()


@pytest.fixture
def store(home, new_store):
    shutil.copy(new_store, home)
    store = Store.open()
    yield store
    store.database.engine.dispose()


@pytest.fixture
def viewer(store):
    """The server's viewer, answered in threads of this process instead of one of its own."""
    for lane in LANES:
        here, there = Pipe()
        answers = Answers(store, 2**20)
        threading.Thread(target=answers.serve, args=(there,), daemon=True).start()
        backend.viewer().lanes[lane].connect(here, None)
    return backend.viewer()


@pytest.fixture(scope="session")
def components():
    """What Streamlit finds out about components, which takes 0.15 s, once for all sessions."""
    return AppTest.from_string("").run()._bidi_component_manager


@pytest.fixture
def open_page(components):
    """Open a page in a new session, as a link does: ``open_page("train", run="...")``."""

    def open_(name, locale="en", *, expanded=True, **query):
        at = AppTest.from_file(ROUTER, default_timeout=TIMEOUT)
        at._bidi_component_manager = components
        at.context = {"locale": locale}
        if name != "home":  # which is where a session without a path begins
            at.switch_page(f"{name}.py")
        for key, value in query.items():
            at.query_params[key] = value
        if expanded:
            expand(at)
        return at.run()

    return open_


@dataclass(frozen=True)
class Trained:
    """What a real, small training left."""

    config: ExperimentConfig
    losses: np.ndarray
    checkpoint: object
    generator: object


@pytest.fixture(scope="session")
def trained():
    from gan_core import train

    config = ExperimentConfig().with_values({"training.epochs": 5, "training.device": "cpu"})
    last = list(train(config))[-1]
    losses = last.history.to_numpy(np.float32)[:, 2:]
    return Trained(config, losses, last.checkpoint, last.generator)


@pytest.fixture
def make_run(store, trained):
    """A run in any status, with what a worker would have left: ``make_run("paused")``."""

    def make(status, name="", **changes):
        config = trained.config.with_values(changes) if changes else trained.config
        run = store.create(config, "everybody", name)
        if status == model.QUEUED:
            return run
        queue = Queue(store.database, DispatcherInfo(slots=2))
        queue.announce("CPU", "0")
        claim = queue.claim()
        assert claim is not None
        assert claim.run_id == run.id
        attempt = Attempt(store.database, claim.run_id, claim.attempt)
        attempt.begin(0, os.getpid(), "cpu", "torch")
        attempt.append(1, trained.losses, rate=500.0, preview=trained.generator.rows(50))
        attempt.save(replace(trained.checkpoint, config=config))
        if status != model.RUNNING:
            done = status in (model.FINISHED, model.STOPPED, model.PAUSED)
            reason = "diverged at step 7: no finite number" if status == model.FAILED else ""
            attempt.close(status, reason, score(trained.generator).to_dict() if done else None)
        return store.get(run.id)

    return make
