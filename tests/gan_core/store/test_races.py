"""What happens at the same moment is lost by neither side, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gan_core.errors import LimitError, RunStateError, StaleAttemptError, StoreBusyError
from gan_core.store import model, schema
from gan_core.store.attempt import Attempt
from gan_core.store.database import Database
from gan_core.store.rows import lock
from gan_core.store.store import Store

ME = "everybody"
LOSSES = np.ones((5, 4), np.float32)


@pytest.fixture
def at_once():
    """Call functions in threads of their own at the same moment; returns what each returned."""
    with ThreadPoolExecutor(8) as pool:

        def call(*functions):
            barrier = threading.Barrier(len(functions))

            def held(function):
                barrier.wait()
                return function()

            return [one.result() for one in [pool.submit(held, f) for f in functions]]

        yield call


@pytest.fixture
def another(url):
    """The store over connections of its own, as another process has it."""
    store = Store(Database(url))
    yield store
    store.database.engine.dispose()


def test_an_edit_against_a_claim_is_in_the_record_or_asked_of_the_worker(
    store, another, queue, at_once, configured
):
    """Fault 14: lost in 6 of 60 tries, so that the record said 0.01 and the numbers 0.0002."""
    for i in range(60):
        run = store.create(configured(epochs=20), ME)
        value = 0.01 + 0.001 * i

        def claim():
            """And read at once what is to be trained, as a worker does."""
            attempt = Attempt(store.database, *astuple(queue.claim()))
            return attempt, attempt.config().at(0).optimizer.lr_g

        _, (attempt, trained) = at_once(
            lambda run=run, value=value: another.edit(run.id, {"optimizer.lr_g": value}), claim
        )
        attempt.begin(0, 1, "cpu", "torch")
        want = attempt.append(1, LOSSES).want
        assert (trained == value) != (want == "edit")  # one of both, never neither
        if want:
            attempt.take_up_edit()
        recorded = store.get(run.id).config
        assert recorded.at(5).optimizer.lr_g == value
        assert recorded.at(0).optimizer.lr_g == trained
        store.delete(run.id)


def test_edits_at_the_moment_of_taking_up_are_all_taken_up(store, another, begun, at_once):
    """Fault 6: `ask_for` against `take_up`."""
    attempt = begun()
    attempt.append(1, LOSSES)
    asked = {"optimizer.lr_g": 0.001, "optimizer.lr_d": 0.002, "training.input_noise": 0.1}
    for turn in range(1, 21):
        another.edit(attempt.run_id, {"training.n_critic": 1 + turn % 5})  # being taken up already
        calls = [
            lambda path=path, value=value, turn=turn: another.edit(
                attempt.run_id, {path: value * (1 + turn / 100)}
            )
            for path, value in asked.items()
        ]
        at_once(*calls, attempt.take_up_edit)
        attempt.take_up_edit()
        now = store.get(attempt.run_id).config.at(5).flat()
        for path, value in asked.items():
            assert now[path] == value * (1 + turn / 100)


def test_a_group_is_deleted_while_its_members_work(store, url, queue, at_once, configured):
    """Fault 14: a deadlock in 1 of 10 tries."""
    databases = [Database(url) for _ in range(4)]
    for _ in range(30):
        group = store.create(configured(epochs=500), ME, repeats=4)
        claims = [queue.claim() for _ in databases]

        def work(database, claim):
            attempt = Attempt(database, claim.run_id, claim.attempt)
            try:
                attempt.begin(0, 1, "cpu", "torch")
                for i in range(100_000):  # until it is deleted
                    attempt.append(1 + 5 * i, LOSSES, preview=LOSSES, networks=b"x")
            except StaleAttemptError:
                return True
            return False

        workers = [
            lambda database=database, claim=claim: work(database, claim)
            for database, claim in zip(databases, claims, strict=True)
        ]
        ended = at_once(*workers, lambda group=group: store.delete(group.id))
        assert ended == [True] * 4 + [None]
        with store.database.read() as db:
            assert db.scalar(sa.select(sa.func.count()).select_from(schema.chunks)) == 0
    for database in databases:
        database.engine.dispose()


def test_orphans_are_adopted_while_their_group_is_deleted(
    store, another, queue_of, at_once, configured
):
    for _ in range(10):
        group = store.create(configured(), ME, repeats=5)
        dead, heir = queue_of(store), queue_of(another)
        while dead.claim():
            pass
        dead.leave()
        at_once(
            lambda heir=heir: heir.adopt_orphans([]),
            lambda group=group: store.delete(group.id),
        )
        assert store.list() == []


@pytest.mark.parametrize("verb", ["delete", "pause", "adopt"])
def test_whoever_locks_several_rows_takes_them_in_order(
    store, another, queue_of, configured, eventually, verb
):
    """Fault 14: whoever waits for the first row holds none of those after it."""
    if store.database.is_sqlite:  # which locks everything
        return
    group = store.create(configured(), ME, repeats=5)
    first, *_, last = sorted(run.id for run in store.members(group))
    dead, heir = queue_of(store), queue_of(another)
    while dead.claim():
        pass
    dead.leave()
    verbs = {
        "delete": lambda: another.delete(group.id),
        "pause": lambda: another.pause(group.id),
        "adopt": lambda: heir.adopt_orphans([]),
    }

    def is_waiting():
        with store.database.read() as db:
            return db.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar()

    with ThreadPoolExecutor(1) as pool:
        with store.database.write() as db:
            lock(db, schema.jobs.c.id == first)
            done = pool.submit(verbs[verb])
            eventually(is_waiting, 10)
            assert lock(db, schema.jobs.c.id == last) == [last]  # or both wait for each other
        done.result()
    assert not [run for run in another.list() if run.status == model.RUNNING and not run.want]


def test_a_stop_against_the_end_is_one_of_both(store, another, begun, at_once):
    for _ in range(20):
        attempt = begun()

        def stop(run_id=attempt.run_id):
            try:
                another.stop(run_id)
            except RunStateError:
                return "late"
            return "asked"

        at_once(stop, lambda attempt=attempt: attempt.close(model.FINISHED))
        run = store.get(attempt.run_id)
        assert (run.status, run.want) == ("finished", "")


def test_no_more_wait_than_may_whoever_asks_at_once(store, another, at_once, configured):
    for one in (store, another):
        one.limits = type(store.limits)(max_queued=5)

    def create(store):
        try:
            return store.create(configured(), ME)
        except LimitError:
            return None

    made = at_once(*(lambda one=one: create(one) for one in (store, another) * 4))
    assert sum(run is not None for run in made) == 5
    assert store.counts()["queued"] == 5


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_url(request, tmp_path):
    """The addresses of databases without tables."""
    numbers = iter(range(100))
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"
    return request.getfixturevalue("postgres").new


def test_two_first_starts_migrate_once(new_url, at_once, configured):
    for _ in range(10):
        url = new_url()
        stores = at_once(*[lambda url=url: Store.open(url)] * 2)
        with stores[0].database.read() as db:
            versions = db.exec_driver_sql("SELECT version_num FROM alembic_version").all()
            assert versions == [(schema.HEAD,)]
            context = MigrationContext.configure(db, opts={"compare_type": True})
            assert compare_metadata(context, schema.metadata) == []
        for store in stores:
            store.create(configured(), ME)
            store.database.engine.dispose()


def test_who_waits_too_long_for_a_lock_is_told_so_whatever_the_language(store, url, configured):
    run = store.create(configured(), ME)
    hasty = Store(Database(url, busy_seconds=0.05))
    with store.database.write() as db:
        db.execute(schema.jobs.update().values(name="held"))
        with pytest.raises(StoreBusyError, match="locked by another process"):
            hasty.rename(run.id, "other")
    hasty.rename(run.id, "other")
    assert store.get(run.id).name == "other"
    hasty.database.engine.dispose()
