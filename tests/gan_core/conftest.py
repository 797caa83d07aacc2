import os
import shutil
import time

import hypothesis
import pytest

from gan_core import ExperimentConfig
from gan_core.config.sections import ENGINES
from gan_core.store.attempt import Attempt
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.store.store import Store
from tests.gan_core.postgres import running as postgres_running

# The machines that test are busy: a slow example says nothing about the code.
hypothesis.settings.register_profile("gan_core", deadline=None)
hypothesis.settings.load_profile("gan_core")

# The numbers and the speed of the reference, wherever the tests run.
PLAIN = {"training.device": "cpu", "training.engine": "torch"}

# Settings within bounds with which the tutorial's networks explode after a few dozen steps: without
# the second moment Adam divides by almost nothing.
DIVERGING = {
    "training.epochs": 500,
    "seed": 2,
    "optimizer.lr_g": 10.0,
    "optimizer.lr_d": 10.0,
    "optimizer.beta1": 0.9,
    "optimizer.beta2": 0.0,
}


@pytest.fixture(scope="session")
def configured():
    """A config that differs from the tutorial's: ``configured(epochs=3, **{"seed": 1})``."""

    def make(changes=None, **training):
        named = {f"training.{name}": value for name, value in training.items()}
        return ExperimentConfig().with_values({**PLAIN, **named, **(changes or {})})

    return make


@pytest.fixture(scope="session")
def diverging():
    return ExperimentConfig().with_values({**PLAIN, **DIVERGING})


@pytest.fixture(scope="session", params=[engine for engine in ENGINES if engine != "auto"])
def engine(request):
    """Each engine: what it must do is tested for a new one by its being listed."""
    return request.param


@pytest.fixture(scope="session")
def eventually():
    """Wait until a condition holds and return what it returned; fail when it never does."""

    def wait(condition, seconds=30.0, what=""):
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, f"not within {seconds:g} s: {what or condition}"
            time.sleep(0.01)
        return found

    return wait


@pytest.fixture(scope="session")
def postgres():
    with postgres_running() as server:
        yield server


@pytest.fixture
def url(tmp_path, new_store):
    shutil.copy(new_store, tmp_path)
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(url):
    store = Store.open(url)
    yield store
    store.database.engine.dispose()


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def queue_of(clock):
    """A dispatcher's side of a store; each call is another dispatcher."""

    def make(store, **more):
        queue = Queue(store.database, DispatcherInfo(slots=2), clock, **more)
        queue.announce()
        return queue

    return make


@pytest.fixture
def queue(store, queue_of):
    return queue_of(store)


@pytest.fixture
def begun(store, queue):
    """An attempt at a new run that has begun, as a worker holds it."""

    def make(config=None, step=0):
        store.create(config or ExperimentConfig(), "everybody")
        claim = queue.claim()
        attempt = Attempt(store.database, claim.run_id, claim.attempt)
        attempt.begin(step, os.getpid(), "cpu", "torch")
        return attempt

    return make
