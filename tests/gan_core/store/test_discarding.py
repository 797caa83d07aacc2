"""What is deleted can be brought back for a day; then it is gone with its space."""

import pytest
import sqlalchemy as sa

from gan_core.errors import AccessError, RunNotFoundError, RunStateError
from gan_core.store import discarding, model, schema
from gan_core.store.access import Rule
from gan_core.store.discarding import KEPT_SECONDS, purge

ME = "everybody"


class Owners(Rule):
    def may_change(self, user, job):
        return user == job.owner


@pytest.fixture
def run(store, configured):
    return store.create(configured(epochs=20), ME, "kept for a day", paused=True)


def rows(store):
    with store.database.read() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(schema.jobs))


def pass_time(store, seconds):
    with store.database.write() as db:
        db.execute(schema.jobs.update().values(deleted_at=schema.jobs.c.deleted_at - seconds))


def test_a_discarded_run_is_seen_by_nobody_and_comes_back_as_it_was(store, run):
    store.discard(run.id)
    assert store.list() == []
    assert store.counts()["paused"] == 0
    for ask in (store.get, store.job, store.resume, store.stop, store.discard):
        with pytest.raises(RunNotFoundError):
            ask(run.id)
    (found,) = store.discarded()
    assert (found.id, found.name) == (run.id, "kept for a day")
    store.restore(run.id)
    assert store.list() == [run]
    assert store.discarded() == []
    with pytest.raises(RunNotFoundError):
        store.restore(run.id)


def test_a_group_goes_and_comes_with_its_members(store, configured):
    group = store.create(configured(epochs=20), ME, repeats=3, paused=True)
    members = store.members(group)
    with pytest.raises(RunStateError, match="Delete the whole group"):
        store.discard(members[0].id)
    store.discard(group.id)
    assert [job.id for job in store.discarded()] == [group.id]
    with pytest.raises(RunNotFoundError):
        store.get(members[1].id)
    store.restore(group.id)
    assert store.members(store.get(group.id)) == members


def test_what_waits_leaves_the_queue_and_what_runs_is_stopped(store, configured, queue, begun):
    attempt = begun(configured(epochs=20))
    waiting = store.create(configured(), ME)
    for run_id in (attempt.run_id, waiting.id):
        store.discard(run_id)
    assert queue.claim() is None
    assert attempt.job().want == "stop"
    attempt.close(model.STOPPED)  # as its worker does then
    for run_id in (attempt.run_id, waiting.id):
        store.restore(run_id)
        assert store.get(run_id).status == model.STOPPED


def test_it_takes_space_until_it_is_erased_after_a_day(store, run, configured):
    kept, young = (store.create(configured(epochs=20), ME, paused=True) for _ in range(2))
    data = {"run_id": run.id, "attempt": 1, "step": 1, "data": bytes(1000)}
    with store.database.write() as db:
        db.execute(schema.checkpoints.insert().values(**data))
    store.discard(run.id)
    assert store.size([run.id]) == 1000
    pass_time(store, KEPT_SECONDS - 60)
    purge(store.database)
    assert store.size([run.id]) == 1000
    store.discard(young.id)
    pass_time(store, 120)
    purge(store.database)
    assert store.size([run.id]) == 0
    assert [job.id for job in store.discarded()] == [young.id]
    assert [job.id for job in store.list()] == [kept.id]
    assert rows(store) == 2


def test_what_is_restored_while_the_server_erases_stays(store, run, monkeypatch):
    """Somebody restores it between the look and the deletion."""
    store.discard(run.id)
    pass_time(store, KEPT_SECONDS + 60)
    lock = discarding.lock

    def slow(db, old):
        db.execute(schema.jobs.update().values(deleted_at=None))
        return lock(db, old)

    monkeypatch.setattr(discarding, "lock", slow)
    purge(store.database)
    assert store.list() == [run]


def test_a_discarded_run_can_be_deleted_at_once(store, run):
    store.discard(run.id)
    store.delete(run.id)
    assert store.discarded() == []
    assert rows(store) == 0


def test_only_who_may_change_it_restores_it(store, run):
    grace = store.for_user("grace", Owners())
    store.discard(run.id)
    assert grace.discarded() == []
    with pytest.raises(AccessError):
        grace.restore(run.id)
    assert [job.id for job in store.for_user(ME, Owners()).discarded()] == [run.id]
