"""Every verb of the store asks the rule, whatever the rule says."""

import inspect
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from gan_core import train
from gan_core.errors import AccessError, RunNotFoundError
from gan_core.store import schema
from gan_core.store.access import EVERYBODY, RULE, Rule
from gan_core.store.store import Store


@dataclass(frozen=True)
class OwnersOnly(Rule):
    """Only its owner changes a job; whether others see it can be chosen."""

    others_see: bool

    def may_see(self, user, job):
        return self.others_see or user == job.owner

    def may_change(self, user, job):
        return user == job.owner


def play(store, run):
    if store.may_change(run):
        store.set_speed(run.id, 5)
        store.resume(run.id)
    store.play(run.id, 1)


# Each verb that is about one job, asked about a run and a group of ada's.
LOOK = {
    "get": lambda store, run, group, _: store.get(run.id),
    "job": lambda store, run, group, _: store.job(group.id),
    "members": lambda store, run, group, _: store.members(group),
    "lead": lambda store, run, group, _: store.lead(group),
    "fork": lambda store, run, group, state: store.fork(run.id, state, run.config),
}
CHANGE = {
    "pause": lambda store, run, group, _: store.pause(group.id),
    "stop": lambda store, run, group, _: store.stop(group.id),
    "resume": lambda store, run, group, _: store.resume(run.id),
    "rename": lambda store, run, group, _: store.rename(group.id, "mine"),
    "delete": lambda store, run, group, _: store.delete(group.id),
    "discard": lambda store, run, group, _: store.discard(group.id),
    "advance": lambda store, run, group, _: store.advance(run.id),
    "set_speed": lambda store, run, group, _: store.set_speed(run.id, 5),
    "play": lambda store, run, group, _: play(store, run),
    "edit": lambda store, run, group, _: store.edit(run.id, {"optimizer.lr_g": 0.01}),
}
START = {
    "submit": lambda store, config, owner: store.submit(Sum(config.seed), owner),
    "create": lambda store, config, owner: store.create(config, owner),
    "create_group": lambda store, config, owner: store.create_group([config], owner),
}
LISTS = {"list", "all_jobs"}
# About no job, or about one that the caller already has.
ABOUT_NONE = {"open", "for_user", "counts", "place_in_queue", "newest"}
ABOUT_NONE |= {"may_see", "may_change", "plays", "is_moving"}
ABOUT_DISCARDED = {"discarded", "restore", "size"}  # see test_discarding.py


@dataclass(frozen=True)
class Sum:
    """A kind of job that the store knows nothing of."""

    n: int
    name = "sum"
    total = 3

    def to_dict(self):
        return {"n": self.n}

    def check(self, limits):
        pass


@pytest.fixture(scope="module")
def state(configured):
    *_, end = train(configured(epochs=1))
    return end.checkpoint


@pytest.fixture
def run(store, configured):
    return store.create(configured(epochs=20), "ada", paused=True)


@pytest.fixture
def group(store, configured):
    return store.create(configured(epochs=20), "ada", repeats=2)


def everything(store):
    with store.database.read() as db:
        tables = (schema.jobs, schema.trainings, schema.checkpoints)
        return [db.execute(sa.select(table).order_by(*table.primary_key)).all() for table in tables]


def test_each_public_verb_is_listed_here():
    """One that is new is forgotten by no rule: decide here what it is, and it is tested."""
    public = {name for name, _ in inspect.getmembers(Store, callable) if name[0] != "_"}
    assert public == {*LOOK, *CHANGE, *START, *LISTS, *ABOUT_NONE, *ABOUT_DISCARDED}


@pytest.mark.parametrize("verb", [*LOOK, *CHANGE])
def test_what_one_may_not_see_is_not_there(store, run, group, state, verb):
    before = everything(store)
    grace = store.for_user("grace", OwnersOnly(others_see=False))
    with pytest.raises(RunNotFoundError, match="There is no run"):
        (LOOK | CHANGE)[verb](grace, run, group, state)
    assert everything(store) == before


@pytest.mark.parametrize("verb", CHANGE)
def test_what_one_may_not_change_stays_as_it_is(store, run, group, verb):
    before = everything(store)
    grace = store.for_user("grace", OwnersOnly(others_see=True))
    assert not grace.may_change(run)
    with pytest.raises(AccessError, match="is not yours to change"):
        CHANGE[verb](grace, run, group, None)
    assert everything(store) == before


@pytest.mark.parametrize("verb", LOOK)
def test_what_one_may_see_one_may_look_at_and_fork(store, run, group, state, verb):
    assert LOOK[verb](store.for_user("grace", OwnersOnly(others_see=True)), run, group, state)
    assert {job.owner for job in store.list()} <= {"ada", "grace"}


@pytest.mark.parametrize("verb", [*LOOK, *CHANGE])
def test_owners_may_do_everything_and_so_may_everybody_by_the_servers_rule(
    store, run, group, state, verb
):
    for user, rule in (("ada", OwnersOnly(others_see=False)), (EVERYBODY, RULE)):
        before = everything(store)
        seen = (LOOK | CHANGE)[verb](store.for_user(user, rule), run, group, state)
        assert seen if verb in LOOK else everything(store) != before
        run = store.create(run.config, "ada", paused=True)
        group = store.create(run.config, "ada", repeats=2)


@pytest.mark.parametrize("verb", sorted(LISTS))
def test_lists_hold_what_one_may_see_as_many_as_asked_for(store, run, group, configured, verb):
    own = store.create(configured(), "grace")
    for _ in range(3):
        store.create(configured(), "ada")
    grace = store.for_user("grace", OwnersOnly(others_see=False))
    assert [job.id for job in getattr(grace, verb)(2)] == [own.id]
    assert len(getattr(store, verb)()) == 6


def test_the_newest_run_is_what_the_user_himself_created_last(store, run, group):
    assert store.for_user("grace").newest(since=0) is None
    ada = store.for_user("ada")
    assert ada.newest(since=0) == group  # as a whole, though its members were created after it
    assert ada.newest(since=group.created_at) is None


@pytest.mark.parametrize("verb", START)
def test_new_jobs_are_the_users_and_nobody_elses(store, configured, verb):
    grace = store.for_user("grace")
    job = START[verb](grace, configured(), None)
    assert job.owner == "grace"
    with store.database.read() as db:
        assert set(db.scalars(sa.select(schema.jobs.c.owner))) == {"grace"}
    with pytest.raises(AccessError, match="cannot start runs for 'ada'"):
        START[verb](grace, configured(), "ada")
