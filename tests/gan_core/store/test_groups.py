import numpy as np
import pytest

from gan_core import ExperimentConfig
from gan_core.errors import ConfigError, LimitError, RunStateError
from gan_core.limits import Limits
from gan_core.live.updates import live_update
from gan_core.problem import resolve
from gan_core.store import model, results, schema
from gan_core.store.attempt import Attempt
from gan_core.store.groups import band, scores_by_member
from gan_core.store.store import Store

ME = "everybody"


@pytest.fixture
def group(store, configured):
    return store.create(configured({"seed": 5}, epochs=50), ME, repeats=3)


def attempts(store, queue, n):
    """Begin n attempts at what waits."""
    found = []
    for _ in range(n):
        claim = queue.claim()
        found.append(Attempt(store.database, claim.run_id, claim.attempt))
        found[-1].begin(0, 1, "cpu", "torch")
    return found


def test_a_group_is_one_run_with_consecutive_seeds(store, group):
    assert [run.id for run in store.list()] == [group.id]
    members = store.members(group)
    assert [run.config.seed for run in members] == [5, 6, 7]
    assert {run.group_id for run in members} == {group.id}
    assert [run.label for run in members] == ["seed 5", "seed 6", "seed 7"]
    assert [run.name for run in members] == [f"{group.name} · seed {n}" for n in (5, 6, 7)]
    configs = {run.config.with_values({"seed": 0}) for run in members}
    assert configs == {group.config.with_values({"seed": 0})}
    assert (group.status, group.members, group.group_id) == ("queued", 3, None)


def test_members_start_in_order_but_after_runs_of_others(store, group, queue, configured):
    other = store.create(configured(), ME)
    assert store.place_in_queue(other) == 2
    started = [queue.claim().run_id for _ in range(4)]
    first, *rest = (run.id for run in store.members(group))
    expected = [first, other.id, *rest]
    assert started == expected


def test_status_and_progress_are_those_of_all(store, group, queue):
    first, second, third = attempts(store, queue, 3)
    for attempt, steps, rate in ((first, 60, 10.0), (second, 30, 20.0), (third, 3, 30.0)):
        attempt.append(1, np.full((steps, 4), steps, np.float32), rate=rate)
    run = store.get(group.id)
    assert (run.status, run.step, run.rate, run.d_loss) == ("running", 31, 20.0, 31.0)
    assert run.seconds_left == pytest.approx((40 + 70 + 97) / 60, rel=0.02)
    first.close(model.FINISHED)
    second.close(model.FAILED, "diverged at step 31")
    assert store.get(group.id).status == "running"
    third.close(model.FINISHED)
    run = store.get(group.id)
    assert (run.status, run.reason) == ("failed", "seed 6: diverged at step 31")
    assert run.can_resume
    store.resume(group.id)
    assert [member.status for member in store.members(group)] == ["finished", "queued", "finished"]
    assert store.get(group.id).status == "running"


def test_what_is_asked_of_a_group_is_asked_of_all(store, group, queue):
    (first,) = attempts(store, queue, 1)
    store.pause(group.id)
    assert [run.status for run in store.members(group)] == ["running", "paused", "paused"]
    run = store.get(group.id)
    assert (run.status, run.want) == ("running", "pause")
    first.close(model.PAUSED)
    assert store.get(group.id).status == "paused"
    store.stop(group.id)
    assert {run.status for run in store.members(group)} == {"stopped"}
    with pytest.raises(RunStateError, match="stopped; there is nothing to stop"):
        store.stop(group.id)
    store.delete(group.id)
    assert store.list() == []
    assert sum(store.counts().values()) == 0


@pytest.mark.parametrize("repeats", [0, -1, 101])
def test_too_many_seeds_are_refused(store, repeats):
    with pytest.raises(LimitError, match=r"1 to 100 seeds on this server. Got"):
        store.create(ExperimentConfig(), ME, repeats=repeats)


def test_a_group_has_to_fit_into_the_queue_when_made_and_when_resumed(store, configured):
    small = Store(store.database, Limits(max_queued=3))
    group = small.create(configured(), ME, repeats=3)
    with pytest.raises(LimitError, match="3 runs are waiting already"):
        small.create(configured(), ME)
    small.pause(group.id)
    small.create(configured(), ME)
    with pytest.raises(LimitError, match="1 runs are waiting already"):
        small.resume(group.id)
    assert small.get(group.id).status == "paused"


def test_a_group_is_limited_as_a_whole(store, configured):
    """Fault 7: two groups of 100 seeds would take 57 minutes and 2.85 GB of history a run."""
    small = Store(store.database, Limits(max_run_seconds=10))
    assert small.create(configured(epochs=1000), ME)  # of about 1 ms a step
    with pytest.raises(LimitError, match=r"These 10 trainings would take about"):
        small.create(configured(epochs=1000), ME, repeats=10)
    assert len(store.list()) == 1


def test_a_seed_beyond_the_last_is_refused(store, configured):
    with pytest.raises(ConfigError, match="seed"):
        store.create(configured({"seed": 2**32 - 2}), ME, repeats=3)
    assert store.list() == []


def test_the_band_is_of_means_over_buckets(store, configured, queue):
    group = store.create(configured(epochs=500), ME, repeats=3)  # 1,000 steps, 250 buckets
    histories = np.random.default_rng(0).normal(size=(3, 1000, 4)).astype(np.float32)
    for attempt, history, n in zip(
        attempts(store, queue, 3), histories, (1000, 402, 399), strict=True
    ):
        attempt.append(1, history[:n])
    steps, quantiles = band(store.database, store.members(group))
    assert steps.tolist() == [2 + 4 * i for i in range(250)]
    means = histories.reshape(3, 250, 4, 4).mean(axis=2).transpose(0, 2, 1)
    first = np.quantile(means[:, :, :99], (0.5, 0.1, 0.9), axis=0)
    assert np.allclose(quantiles[:, :, :99], first, atol=1e-6)
    two = np.quantile(means[:2, :, 99:100], (0.5, 0.1, 0.9), axis=0)
    assert np.allclose(quantiles[:, :, 99:100], two, atol=1e-6)
    for q in quantiles:  # one member alone has no band
        assert np.allclose(q[:, 100:], means[0, :, 100:], atol=1e-6)


def test_a_live_group_sends_what_is_new_and_small(store, group, queue, configured):
    def ask(since=0, shown=0):
        return live_update(store, store.get(group.id), attempt=0, since=since, shown=shown)

    assert "band" not in ask()
    for attempt in attempts(store, queue, 3):
        attempt.append(1, np.ones((80, 4), np.float32), preview=resolve(group.config).table.values)
    update = ask()
    assert (update["step"], update["band"]["members"], update["band"]["finished"]) == (80, 3, 0)
    assert len(update["densities"]) == len(update["low"]) == 4
    again = ask(update["step"], update["shown"])
    assert "band" not in again
    assert again["status"] == "running"


def test_scores_by_member(store, group, queue, configured):
    from gan_core import train
    from gan_core.scoring import score

    *_, end = train(configured(epochs=2))
    report = score(end.generator)
    first, *_ = attempts(store, queue, 1)
    first.close(model.FINISHED, result=report.to_dict())
    table = scores_by_member(store.members(group))
    assert table.index.tolist() == ["seed 5"]
    assert table.loc["seed 5"].to_dict() == {n: s.overall for n, s in report.scores.items()}
    assert results.latest_players(store.database, group.id) is None


def test_a_group_is_any_list_of_configs_and_its_members_say_in_what_they_differ(store, configured):
    ways = [{}, {"loss.name": "hinge"}, {"generator.hidden_dims": [8, 8], "seed": 1}]
    configs = [configured(way, epochs=50) for way in ways]
    group = store.create_group(configs, ME, "ways")
    members = store.members(group)
    assert [run.config for run in members] == configs
    assert [run.label for run in members] == [
        "hidden_dims 16-32, loss bce, seed 0",
        "hidden_dims 16-32, loss hinge, seed 0",
        "hidden_dims 8-8, loss bce, seed 1",
    ]
    assert [run.name for run in members] == [f"ways · {run.label}" for run in members]
    assert (group.members, group.is_group, store.lead(group)) == (3, True, members[0])
    twice = store.create_group(configs[:1] * 2, ME)
    assert [run.label for run in store.members(twice)] == ["#1", "#2"]
    with pytest.raises(ConfigError, match="at least one config"):
        store.create_group([], ME)


def test_members_of_different_lengths_are_compared_at_equal_shares(store, configured, queue):
    lengths = (500, 1000)  # epochs of two steps, 250 buckets
    group = store.create_group([configured(epochs=n) for n in lengths], ME)
    short, long = attempts(store, queue, 2)
    ramp = np.repeat(np.arange(250, dtype=np.float32), 4)
    short.append(1, np.stack([ramp] * 4, 1), rate=10.0)
    long.append(1, np.stack([np.repeat(ramp, 2)[:1000]] * 4, 1), rate=10.0)
    steps, quantiles = band(store.database, store.members(group))
    assert steps.tolist() == [2 + 4 * i for i in range(250)]
    assert np.array_equal(quantiles, np.broadcast_to(ramp[::4], (3, 4, 250)))
    run = store.get(group.id)
    assert (run.total_steps, run.step, run.rate) == (1000, 750, 7.5)


def test_a_group_that_has_not_come_to_its_first_point_has_an_empty_band(store, queue, configured):
    """Fault 8: the quantiles of nothing have one axis less, and so /live answered 500."""
    group = store.create(configured(epochs=5000), ME, repeats=2)
    for attempt in attempts(store, queue, 2):
        attempt.append(1, np.ones((3, 4), np.float32))
    steps, quantiles = band(store.database, store.members(group))
    assert (steps.shape, quantiles.shape) == ((0,), (3, 4, 0))
    assert live_update(store, store.get(group.id), attempt=0, since=0, shown=0)["band"]["x"] == ""


def test_a_member_can_be_deleted_and_the_last_takes_its_group_along(store, group):
    first, second, third = store.members(group)
    store.delete(first.id)
    assert store.get(group.id).members == 2
    store.delete(third.id)
    store.delete(second.id)
    assert store.list() == []
    with store.database.read() as db:
        assert db.execute(schema.jobs.select()).all() == []
