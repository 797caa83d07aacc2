import re
import time

import pytest
import sqlalchemy as sa

from gan_core import ExperimentConfig, train
from gan_core.errors import RunNotFoundError, RunStateError
from gan_core.jobs.training import Training
from gan_core.naming import MAX_NAME
from gan_core.scoring import score
from gan_core.store import model, schema
from gan_core.store.attempt import Attempt
from gan_core.store.store import Store
from tests import stored

ME = "everybody"


@pytest.fixture(scope="module")
def trained(configured):
    *_, end = train(configured(epochs=3))
    return end


@pytest.fixture
def run_in(store, queue):
    """A run in a status, brought there by what brings runs there."""

    def make(status):
        run = store.create(ExperimentConfig(), ME)
        if status == model.PAUSED:
            store.pause(run.id)
        elif status == model.STOPPED:
            store.stop(run.id)
        elif status != model.QUEUED:
            claim = queue.claim()
            assert claim.run_id == run.id
            if status != model.RUNNING:
                reason = "why" if status == model.FAILED else ""
                Attempt(store.database, run.id, claim.attempt).close(status, reason)
        run = store.get(run.id)
        assert run.status == status
        return run

    return make


def test_a_new_run_waits_with_all_that_is_known_of_it(store, configured):
    config = configured({"data.classes": ["virginica"], "seed": 3}, epochs=7)
    before = time.time()
    run = store.create(config, "ada", "  My\n first   run ")
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", run.id)
    assert run.config == config
    assert before <= run.created_at == run.queued_at <= time.time()
    expected = {
        "owner": "ada",
        "name": "My first run",
        "status": "queued",
        "reason": "",
        "want": "",
        "attempt": 0,
        "worker_pid": None,
        "started_at": None,
        "ended_at": None,
        "step": 0,
        "total_steps": 14,
        "steps_per_epoch": 2,
        "rate": None,
        "device": None,
        "engine": None,
        "d_loss": None,
        "g_loss": None,
        "result_json": None,
        "scores": None,
        "epoch": 0,
        "is_active": True,
        "can_resume": False,
        "seconds_left": None,
    }
    assert {name: getattr(run, name) for name in expected} == expected
    assert store.get(run.id) == run


def test_a_run_without_a_name_is_called_after_its_rows_and_numbered(store):
    assert store.create(ExperimentConfig(), ME).name == "Iris · setosa 1"
    assert store.create(ExperimentConfig(), ME, "  ").name == "Iris · setosa 2"


def test_ids_are_unguessable(store):
    ids = {store.create(ExperimentConfig(), ME).id for _ in range(20)}
    assert len(ids) == 20
    assert len({run_id[:4] for run_id in ids}) == 20


def test_list_is_newest_first(store):
    runs = [store.create(ExperimentConfig(), ME) for _ in range(4)]
    assert store.list() == runs[::-1]
    assert store.list(limit=2) == runs[:1:-1]


def test_counts(store, run_in):
    assert store.counts() == dict.fromkeys(model.STATUSES, 0)
    for status in (model.FINISHED, model.FAILED, model.RUNNING, model.PAUSED, model.PAUSED):
        run_in(status)
    assert store.counts() == {
        "queued": 0,
        "running": 1,
        "paused": 2,
        "stopped": 0,
        "finished": 1,
        "failed": 1,
    }


UNSEEN = "\u202ewide \u200bcritic\n"


def test_every_name_is_cleaned(store, configured):
    """Fault 10; one that has nothing to see is none, and a run is called after its rows."""
    ways = (
        lambda name: store.create(configured(), ME, name),
        lambda name: store.create(configured(), ME, name, repeats=2),
        lambda name: store.submit(Training(configured()), ME, name),
    )
    for make in ways:
        assert make(UNSEEN).name == "wide critic"
        assert make("\u200b\u202e").name[:4] in ("Iris", "trai")
    run = store.create(configured(), ME)
    store.rename(run.id, UNSEEN)
    assert store.get(run.id).name == "wide critic"
    with pytest.raises(RunStateError, match="at least one visible character"):
        store.rename(run.id, "\u200b\u202e")


def test_rename(store):
    run = store.create(ExperimentConfig(), ME)
    store.rename(run.id, "  wide   critic ")
    assert store.get(run.id).name == "wide critic"
    store.rename(run.id, "x" * 500)
    assert store.get(run.id).name == "x" * MAX_NAME
    for empty in ("", "  \n\t "):
        with pytest.raises(RunStateError, match="at least one visible character"):
            store.rename(run.id, empty)
    assert store.get(run.id).name == "x" * MAX_NAME


@pytest.mark.parametrize("status", model.STATUSES)
def test_delete_takes_everything_of_this_run_and_nothing_of_others(store, run_in, trained, status):
    kept = run_in(model.RUNNING)
    gone = run_in(status)
    losses = trained.history.iloc[:, 2:].to_numpy()
    for run in (kept, gone):
        if run.status == model.RUNNING:
            attempt = Attempt(store.database, run.id, run.attempt)
            attempt.append(1, losses, preview=trained.generator.rows(4))
            attempt.save(trained.checkpoint)
    store.delete(gone.id)
    with pytest.raises(RunNotFoundError):
        store.get(gone.id)
    assert [run.id for run in store.list()] == [kept.id]
    with store.database.read() as db:
        for table in (schema.chunks, schema.checkpoints, schema.previews):
            assert db.scalars(sa.select(table.c.run_id)).all() == [kept.id]
    assert len(stored.losses(store.database, kept.id)[1]) == 6


MALFORMED = [
    None,
    5,
    b"aaaaaaaaaaaa",
    "",
    "short",
    "a" * 13,
    "aaaaaaaaaaaa\n",
    "../../../etc",
    "aaaa aaaaaaa",
    "'; DROP TABL",
    "éééééééééééé",
    "<script>aaaa",
    ["aaaaaaaaaaaa"],
    "a" * 100_000,
]
ACTIONS = {
    "get": lambda store, run_id: store.get(run_id),
    "pause": lambda store, run_id: store.pause(run_id),
    "stop": lambda store, run_id: store.stop(run_id),
    "resume": lambda store, run_id: store.resume(run_id),
    "rename": lambda store, run_id: store.rename(run_id, "x"),
    "delete": lambda store, run_id: store.delete(run_id),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("run_id", MALFORMED, ids=lambda run_id: repr(run_id)[:16])
def test_malformed_ids_are_told_what_an_id_is(store, action, run_id):
    run = store.create(ExperimentConfig(), ME)
    with pytest.raises(RunNotFoundError, match="an id is 12 letters, digits, - or _") as caught:
        ACTIONS[action](store, run_id)
    assert repr(str(run_id)[:30]) in str(caught.value)
    assert len(str(caught.value)) < 200
    assert store.list() == [run]


@pytest.mark.parametrize("action", ACTIONS)
def test_unknown_ids_are_told_so(store, action):
    run = store.create(ExperimentConfig(), ME)
    with pytest.raises(RunNotFoundError, match="no run 'AAAAAAAAAAAA' on this server"):
        ACTIONS[action](store, "AAAAAAAAAAAA")
    assert store.list() == [run]


# What becomes of (status, want) when somebody asks for something; None: it is refused.
AFTER = {
    ("queued", "pause"): ("paused", ""),
    ("queued", "stop"): ("stopped", ""),
    ("queued", "resume"): None,
    ("running", "pause"): ("running", "pause"),
    ("running", "stop"): ("running", "stop"),
    ("running", "resume"): None,
    ("paused", "pause"): None,
    ("paused", "stop"): ("stopped", ""),
    ("paused", "resume"): ("queued", ""),
    ("stopped", "pause"): None,
    ("stopped", "stop"): None,
    ("stopped", "resume"): ("queued", ""),
    ("finished", "pause"): None,
    ("finished", "stop"): None,
    ("finished", "resume"): None,
    ("failed", "pause"): None,
    ("failed", "stop"): None,
    ("failed", "resume"): ("queued", ""),
}


@pytest.mark.parametrize(("status", "action"), AFTER)
def test_transitions(store, run_in, status, action):
    run = run_in(status)
    after = AFTER[status, action]
    if after is None:
        with pytest.raises(RunStateError, match=f"This run is {status}"):
            ACTIONS[action](store, run.id)
        assert store.get(run.id) == run
    else:
        ACTIONS[action](store, run.id)
        now = store.get(run.id)
        assert (now.status, now.want) == after


@pytest.mark.parametrize("status", model.STATUSES)
def test_what_can_be_resumed_says_so(run_in, status):
    run = run_in(status)
    assert run.can_resume == (AFTER[status, "resume"] is not None)
    assert run.is_active == (status in ("queued", "running"))


def test_resume_forgets_the_reason_and_goes_to_the_end_of_the_queue(store, run_in):
    failed = run_in(model.FAILED)
    waiting = store.create(ExperimentConfig(), ME)
    store.resume(failed.id)
    again = store.get(failed.id)
    assert (again.reason, again.attempt) == ("", 1)
    assert store.place_in_queue(store.get(waiting.id)) == 1
    assert store.place_in_queue(again) == 2


def test_the_last_request_counts(store, run_in):
    run = run_in(model.RUNNING)
    store.pause(run.id)
    store.stop(run.id)
    assert store.get(run.id).want == "stop"


def test_place_in_queue(store, queue):
    runs = [store.create(ExperimentConfig(), ME) for _ in range(4)]
    assert [store.place_in_queue(run) for run in runs] == [1, 2, 3, 4]
    assert queue.claim().run_id == runs[0].id
    store.pause(runs[2].id)
    places = [store.place_in_queue(store.get(run.id)) for run in runs]
    assert places == [0, 1, 0, 2]


def test_place_in_queue_of_runs_of_the_same_moment(store, queue):
    runs = [store.create(ExperimentConfig(), ME) for _ in range(5)]
    with store.database.write() as db:
        db.execute(schema.jobs.update().values(queued_at=1.0))
    places = {store.place_in_queue(store.get(run.id)): run.id for run in runs}
    assert sorted(places) == [1, 2, 3, 4, 5]
    assert [queue.claim().run_id for _ in runs] == [places[i] for i in range(1, 6)]


def test_a_second_store_on_the_same_file_sees_everything(store, url, run_in, trained):
    run = run_in(model.RUNNING)
    attempt = Attempt(store.database, run.id, run.attempt)
    attempt.append(1, trained.history.iloc[:, 2:].to_numpy())
    other = Store.open(url)
    assert other.list() == store.list()
    assert len(stored.losses(other.database, run.id)[1]) == 6
    other.pause(run.id)
    assert store.get(run.id).want == "pause"
    other.database.engine.dispose()


def test_scores_round_trip(store, begun, trained):
    attempt, report = begun(), score(trained.generator)
    attempt.close(model.FINISHED, result=report.to_dict())
    run = store.get(attempt.run_id)
    assert run.scores.to_dict() == report.to_dict()
    assert run.status == "finished"


def test_a_running_run_tells_its_epoch_and_the_time_left(store, begun, trained, configured):
    attempt = begun(configured(epochs=5))
    losses = trained.history.iloc[:, 2:].to_numpy()
    for first_step, epoch, left in [(1, 1, 4.5), (2, 1, 4.0), (3, 2, 3.5)]:
        attempt.append(first_step, losses[:1], rate=2.0)
        run = store.get(attempt.run_id)
        assert (run.step, run.epoch, run.seconds_left) == (first_step, epoch, left)
    attempt.close(model.STOPPED)
    assert store.get(attempt.run_id).seconds_left is None


def test_folder_is_that_of_the_file(store, tmp_path):
    assert store.database.folder == (tmp_path if store.database.is_sqlite else None)


def test_half_a_character_in_a_name_is_replaced(store):
    assert store.create(ExperimentConfig(), "everybody", "a\udfffb").name == "ab"
