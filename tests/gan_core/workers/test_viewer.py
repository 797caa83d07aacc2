"""The viewer as a real process: what it answers, and what happens when it dies or hangs."""

import asyncio
import gzip
import json
import os
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Pipe

import numpy as np
import psutil
import pytest

from gan_core import ExperimentConfig, train
from gan_core.errors import RunNotFoundError, ViewerAwayError, ViewerError, ViewError
from gan_core.limits import Limits
from gan_core.live.cache import Kept
from gan_core.live.questions import QUESTIONS
from gan_core.store.attempt import Attempt
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.store.store import Store
from gan_core.workers.lane import KINDS, LANES
from gan_core.workers.viewer import Answers
from gan_core.workers.viewer_client import Viewer, unpacked

LIMITS = Limits(max_viewer_seconds=4, max_viewer_mb=1, max_viewer_waiting=6)
# So large that its sample takes a few seconds.
LARGE = {"training.epochs": 1, "training.device": "cpu", "generator.hidden_dims": [1024, 1024]}
SLOW = {"n": 60_000, "scored": False}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A store with a run that has everything to look at."""
    folder = tmp_path_factory.mktemp("viewed")
    store = Store.open(f"sqlite:///{folder / 'store.db'}")
    yield folder, store
    store.database.engine.dispose()


@pytest.fixture(scope="module")
def run(home):
    _, store = home
    config = ExperimentConfig().with_values(LARGE)
    *_, end = train(config)
    store.create(config, "everybody")
    queue = Queue(store.database, DispatcherInfo("me", "here", os.getpid(), 1, "CPU", "0", 0.0))
    queue.announce()
    claim = queue.claim()
    attempt = Attempt(store.database, claim.run_id, claim.attempt)
    attempt.begin(0, os.getpid(), "cpu", "torch")
    state = end.checkpoint
    kept = {step: state.to_bytes() for step in range(3)}
    attempt.append(1, np.ones((2, 4), np.float32), networks=state.players(), kept=kept)
    attempt.save(state)
    return claim.run_id


@pytest.fixture(scope="module")
def viewer(home, eventually):
    """A viewer that runs as long as these tests, in a loop of its own."""
    folder, _ = home
    viewer, loop, end = Viewer(LIMITS), asyncio.new_event_loop(), asyncio.Event()

    async def live():
        async with viewer.running():
            await end.wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_FORGE_HOME", str(folder))
        patch.delenv("GAN_FORGE_DATABASE_URL", raising=False)
        thread = threading.Thread(target=loop.run_until_complete, args=(live(),))
        thread.start()
        yield viewer
        pids = [lane.pid for lane in viewer.lanes.values()]
        loop.call_soon_threadsafe(end.set)
        thread.join(20)
    assert not thread.is_alive()
    eventually(lambda: not any(is_alive(pid) for pid in pids))


@pytest.fixture
def there(viewer, eventually):
    """The viewer when it answers, and nothing waits for it."""
    eventually(lambda: viewer.is_there and not viewer.lanes["samples"].waiting, 60)
    return viewer


def is_alive(pid):
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def asked(viewer, kind, asker, **what):
    return viewer.put(kind, asker, **what).answer.result(60)


def computed(viewer, lane="samples"):
    return sum(viewer.lanes[lane].computed.values())


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("arena", {"view": {"view": "components"}, "facts": True}),
        ("film", {"view": {"view": "density", "x": "2"}}),
        ("film", {"after": 0}),
        ("sample", {"step": 2, "n": 50}),
        ("csv", {"step": 2, "n": 50, "start": 0, "end": 20}),
    ],
)
def test_answers_are_those_of_the_same_computation_here(there, home, run, kind, what):
    parts = QUESTIONS[kind](home[1], Kept(2**20), run=run, **what)
    expected = b"".join(part.data for part in parts)
    assert gzip.decompress(asked(there, kind, run, run=run, **what)) == expected


def test_scores_are_those_of_the_same_computation_here(there, home, run):
    parts = QUESTIONS["quality"](home[1], Kept(2**20), run=run, after=1)
    assert unpacked(asked(there, "quality", run, run=run, attempt=0, after=1)) == json.loads(
        b"".join(part.data for part in parts)
    )


def test_every_kind_can_be_asked_and_has_its_lane():
    assert KINDS.keys() == QUESTIONS.keys()
    assert {kind.lane for kind in KINDS.values()} == set(LANES)


def test_errors_come_as_they_are(there, run):
    with pytest.raises(ViewError, match="one of pair, components, density"):
        asked(there, "arena", run, run=run, view={"view": "globe"}, facts=True)
    with pytest.raises(RunNotFoundError):
        asked(there, "film", "nobody", run="nobody")
    with pytest.raises(ViewerError, match="please report it: TypeError"):
        asked(there, "film", run, colour="red")


def test_two_equal_questions_are_computed_once(there, run):
    before = computed(there)
    what = {"run": run, "step": 2, "n": 40_000, "seed": 1, "scored": False}
    first, second = (there.put("sample", asker, **what) for asker in ("one", "another"))
    assert first.answer.result(60) == second.answer.result(60)
    assert asked(there, "sample", "a third", **what) == first.answer.result()
    assert computed(there) == before + 1


def test_a_killed_viewer_answers_all_the_same(there, run, eventually):
    pid = there.lanes["samples"].pid
    question = there.put("sample", run, run=run, step=2, seed=2, **SLOW)
    eventually(lambda: question.done)
    os.kill(pid, signal.SIGKILL)
    assert len(unpacked(question.answer.result(60))["first"]) == 5
    assert there.lanes["samples"].pid != pid


def test_a_question_that_kills_twice_is_refused_and_the_next_one_works(there, run, eventually):
    question = there.put("sample", run, run=run, step=2, seed=3, **SLOW)
    for tried in (1, 2):
        eventually(lambda tried=tried: question.tries == tried and there.lanes["samples"].pid)
        os.kill(there.lanes["samples"].pid, signal.SIGKILL)
    with pytest.raises(ViewerError, match="cancelled"):
        question.answer.result(60)
    # Not tried again at once, by the same or by another who asks.
    assert there.put("sample", "another", run=run, step=2, seed=3, **SLOW) is question
    eventually(lambda: there.is_there)
    assert asked(there, "sample", run, run=run, step=2, n=3, scored=False)


def test_a_hung_viewer_is_killed_after_its_limit_and_the_next_question_works(
    there, run, eventually
):
    process = psutil.Process(there.lanes["pictures"].pid)
    process.suspend()
    question = there.put("film", run, run=run, state="hung")
    with pytest.raises(ViewerError, match="took longer than 4 s"):
        question.answer.result(30)
    eventually(lambda: not is_alive(process.pid))
    eventually(lambda: there.is_there)
    assert asked(there, "film", run, run=run, state="next")


def test_a_long_sample_holds_up_no_picture(there, run, eventually):
    long = there.put("sample", run, run=run, step=2, seed=4, **SLOW)
    eventually(lambda: long.done)
    asked(there, "arena", run, run=run, view={}, facts=True, state="now")
    assert not long.answer.done()
    there.withdraw(long, run)
    assert long.answer.cancelled()


def test_who_stops_waiting_takes_nothing_from_the_others(there, run, eventually):
    what = {"run": run, "step": 2, "seed": 5, **SLOW}
    shared = there.put("sample", "one", **what)
    assert there.put("sample", "another", **what) is shared
    eventually(lambda: shared.done)
    there.withdraw(shared, "one")
    there.withdraw(shared, "one")  # twice is no other
    assert not shared.answer.done()
    assert there.put("sample", "one", **what) is shared  # and may come back
    there.withdraw(shared, "another")
    assert len(unpacked(shared.answer.result(60))["first"]) == 5
    there.withdraw(shared, "one")  # too late
    again = there.put("sample", "one", **what | {"seed": 6})
    there.put("sample", "another", **what | {"seed": 6})
    for asker in ("another", "one"):
        assert not again.answer.done()
        there.withdraw(again, asker)
    assert again.answer.cancelled()
    assert there.put("sample", "one", **what | {"seed": 6}) is not again


def test_askers_take_turns_and_frames_go_before_films(there, run, eventually):
    asked(there, "film", "one", run=run, state="warm")
    process = psutil.Process(there.lanes["pictures"].pid)
    order = []

    def put(kind, asker, state):
        what = {"view": {}, "facts": True} if kind == "arena" else {}
        question = there.put(kind, asker, run=run, state=state, **what)
        question.answer.add_done_callback(lambda _: order.append((kind, state)))
        return question

    process.suspend()
    try:
        put("film", "one", "a")
        eventually(lambda: not there.lanes["pictures"].waiting)  # it is at this one
        last = [put("film", "one", "b"), put("film", "one", "c"), put("film", "two", "d")]
        put("arena", "three", "e")
    finally:
        process.resume()
    for question in last:
        question.answer.result(30)
    assert order == [("film", "a"), ("arena", "e"), ("film", "d"), ("film", "b"), ("film", "c")]


def test_too_many_questions_are_refused_by_asker_and_by_kind(there, run, eventually):
    process = psutil.Process(there.lanes["pictures"].pid)
    process.suspend()
    try:
        there.put("film", "none", run=run, state="the one it is at")
        eventually(lambda: not there.lanes["pictures"].waiting)
        puts = [there.put("film", "one", run=run, state=f"of one {i}") for i in range(3)]
        with pytest.raises(ViewerAwayError):
            there.put("film", "one", run=run, state="of one 4")
        puts += [there.put("film", f"{i}", run=run, state=f"of {i}") for i in range(3)]
        with pytest.raises(ViewerAwayError):
            there.put("film", "seven", run=run, state="of seven")
        there.put("arena", "seven", run=run, view={}, facts=True, state="of seven")
    finally:
        process.resume()
    for question in puts:
        question.answer.result(30)


def test_answers_are_kept_within_the_bound(there, run):
    first = {"run": run, "view": {}, "facts": True}
    for i in range(400):
        asked(there, "arena", run, **first, state=f"bound {i}")
    assert there._kept.size <= LIMITS.max_viewer_mb * 2**20
    before = computed(there, "pictures")
    asked(there, "arena", run, **first, state="bound 399")
    assert computed(there, "pictures") == before
    asked(there, "arena", run, **first, state="bound 0")
    assert computed(there, "pictures") == before + 1


def test_without_a_process_the_answer_is_to_try_again():
    with pytest.raises(ViewerAwayError, match="starting"):
        Viewer(LIMITS).put("film", "me", run="any")


@pytest.mark.parametrize(
    "message",
    [
        b'{"id": 1, "kind": "weights"}',
        b'{"id": 1}',
        b'{"id": 1, "kind": "film", "run": "x", "colour": "red"}',
    ],
)
def test_what_is_no_question_is_refused_and_the_next_one_answered(home, run, message):
    here, there = Pipe()
    answers = Answers(home[1], 2**20)
    thread = threading.Thread(target=answers.serve, args=(there,))
    thread.start()
    here.send_bytes(message)
    reply = json.loads(here.recv_bytes())
    assert reply["error"] == "ViewerError"
    assert "please report it" in reply["message"]
    here.send_bytes(json.dumps({"id": 2, "kind": "film", "run": run}).encode())
    while "of" in (reply := json.loads(here.recv_bytes())):
        here.send_bytes(b'{"id": 2}')
    assert reply["bytes"] == len(here.recv_bytes())
    here.close()
    thread.join(5)
    assert not thread.is_alive()
