"""The contract of all kinds of job, and one that a file dropped into the package brings."""

import json
import sys
import threading
import time
from pathlib import Path

import pytest

import gan_core.jobs
from gan_core.__main__ import main
from gan_core.errors import ConfigError
from gan_core.jobs import JOBS
from gan_core.registry import discover
from gan_core.store.queue import Claim
from gan_core.workers import worker

ROOT = Path(__file__).parents[3]
COUNT = (ROOT / "tests/fixtures/one_place/count.py").read_text()
SPECS = {
    "training": {"training": {"epochs": 3}},
    "group": {"configs": [{"training": {"epochs": 3}}, {"seed": 4}]},
}


@pytest.fixture
def count(tmp_path, monkeypatch):
    """A kind in a file of its own, found as those of the package are."""
    (tmp_path / "count.py").write_text(COUNT)
    monkeypatch.setattr(gan_core.jobs, "__path__", [*gan_core.jobs.__path__, str(tmp_path)])
    discover("gan_core.jobs", [str(tmp_path)])
    yield JOBS["count"]
    del JOBS._members["count"], sys.modules["gan_core.jobs.count"]


@pytest.fixture(autouse=True)
def as_nice_as_before(monkeypatch):
    monkeypatch.setattr(worker, "_be_nice", lambda: None)


@pytest.mark.parametrize("name", JOBS)
def test_every_kind_keeps_its_spec_and_says_how_much_it_is(store, name):
    kind = JOBS[name]
    spec = kind.from_dict(SPECS.get(name, {}))
    assert kind.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec
    assert kind.label
    job = spec.submit(store, "mine")
    assert (job.kind, job.name, job.status, job.progress) == (name, "mine", "queued", 0)
    assert job.total >= 1
    assert job.id in [job.id for job in store.all_jobs()]
    with pytest.raises(ConfigError):
        kind.from_dict({"no such field": 1})
    with pytest.raises(ConfigError):
        kind.from_dict([])


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"to": "x"}, "The field 'to' of a count cannot be used: .* Got 'x'"),
        ({"too": 5}, "The kind of job 'count' has no field 'too'. Known here: to"),
        ({"to": 0}, "leaves nothing to do: its total is 0"),
    ],
)
def test_a_spec_is_checked_by_the_types_of_its_fields(count, spec, words):
    with pytest.raises(ConfigError, match=words):
        count.from_dict(spec)


def test_pages_of_runs_list_trainings_and_groups_alone(store, count):
    for kind in JOBS.values():
        kind.from_dict(SPECS.get(kind.name, {})).submit(store)
    assert {job.kind for job in store.all_jobs()} == set(JOBS)
    assert {run.kind for run in store.list()} == {"training", "group"}


def test_any_kind_is_worked_on_paused_resumed_and_finished(store, queue, url, count):
    job = count(to=100).submit(store)
    claim = queue.claim()
    store.pause(job.id)
    assert worker.run_attempt(url, *claim_of(claim)) == ""
    paused = store.job(job.id)
    assert (paused.status, paused.progress, paused.want) == ("paused", 1, "")
    store.resume(job.id)
    worker.run_attempt(url, *claim_of(queue.claim()))
    done = store.job(job.id)
    assert (done.status, done.progress, done.result) == ("finished", 100, {"sum": 5050})
    assert count.summary(done.result) == "sum: 5050"
    assert (done.attempt, done.can_resume) == (2, False)
    store.delete(job.id)
    assert store.all_jobs() == []


def claim_of(claim: Claim):
    return claim.run_id, claim.attempt


def test_what_fails_or_is_not_known_here_says_so(store, queue, url, count, monkeypatch):
    monkeypatch.setattr(count, "work", lambda self, context: 1 / 0)
    failed = count().submit(store)
    worker.run_attempt(url, *claim_of(queue.claim()))
    assert "please report it: ZeroDivisionError" in store.job(failed.id).reason
    store.resume(failed.id)
    known = JOBS._members.pop("count")
    worker.run_attempt(url, *claim_of(queue.claim()))
    JOBS._members["count"] = known
    assert store.job(failed.id).reason == "this version of GAN Forge has no kind of job 'count'"


def test_a_worker_beats_while_it_is_busy(store, queue, url, count, eventually, monkeypatch):
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.01)
    go_on = threading.Event()
    monkeypatch.setattr(count, "work", lambda self, context: {"waited": go_on.wait(30)})
    job = count().submit(store)
    thread = threading.Thread(target=worker.run_attempt, args=(url, *claim_of(queue.claim())))
    thread.start()
    query = "SELECT heartbeat_at FROM jobs"

    def beat():
        with store.database.read() as db:
            return db.exec_driver_sql(query).scalar() or 0.0

    first = eventually(beat)
    for _ in range(3):
        last = first
        first = eventually(lambda last=last: (now := beat()) > last and now)
    assert abs(first - time.time()) < 30
    go_on.set()
    thread.join()
    assert store.job(job.id).result == {"waited": True}


@pytest.fixture
def command_line(tmp_path, monkeypatch, capsys):
    """``python -m gan_core job`` in this process: its exit status, and what it wrote."""

    def call(kind, spec):
        (tmp_path / "spec.json").write_text(spec)
        arguments = ["gan_core", "job", kind, "--spec", str(tmp_path / "spec.json")]
        monkeypatch.setattr(sys, "argv", arguments)
        return main(), *capsys.readouterr()

    return call


@pytest.mark.parametrize("name", ["training", "group"])
def test_the_command_line_does_any_kind(command_line, name):
    configs = [{"training": {"epochs": 2}, "seed": seed} for seed in (3, 4)]
    spec = {"configs": configs} if name == "group" else configs[0]
    status, out, err = command_line(name, json.dumps(spec))
    assert status == 0, err
    result = {"seed 3", "seed 4"} if name == "group" else {"scores", "spread", "missing"}
    assert json.loads(out).keys() == result


@pytest.mark.parametrize(
    ("kind", "spec", "words"),
    [
        ("nothing", "{}", "no kind of job 'nothing'. Known here: group, training"),
        ("training", '{"training": {"epochs": 0}}', "training.epochs must be"),
        ("group", "{}", 'A group is {"configs": [...]}'),
        ("training", "{", "cannot be read"),
    ],
)
def test_what_the_command_line_cannot_do_is_told(command_line, kind, spec, words):
    status, out, err = command_line(kind, spec)
    assert (status, out) == (1, "")
    assert words in err
