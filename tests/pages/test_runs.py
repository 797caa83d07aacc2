import json
import re

import pandas as pd
import pytest

from gan_core import ExperimentConfig, train
from gan_core.scoring import score
from gan_core.store import model
from gan_core.store.attempt import Attempt
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.store.schema import jobs
from tests.pages.helpers import assert_sound, labelled


def table(at):
    return at.dataframe[0].value


def test_without_runs_it_points_to_train(store, open_page):
    at = open_page("runs")
    assert not at.dataframe
    assert [link.proto.label for link in at.get("page_link")] == ["Train"]


def test_every_run_has_its_row_newest_first(open_page, make_run, trained):
    made = [make_run(s) for s in sorted(model.STATUSES, key=lambda s: s == model.QUEUED)]
    at = open_page("runs")
    assert_sound(at)
    rows = table(at)
    assert list(rows["status"]) == [run.status for run in reversed(made)]
    assert list(rows["name"]) == [run.name for run in reversed(made)]
    steps = {run.name: f"{run.epoch} / 5" for run in made}
    assert dict(zip(rows["name"], rows["epoch"], strict=True)) == steps
    ended = rows[rows["status"] == "finished"].iloc[0]
    d_loss, g_loss = (float(x) for x in trained.losses[-1, :2])
    assert (ended["d_loss"], ended["g_loss"]) == (d_loss, g_loss)
    assert (ended["result"], ended["found"]) == ("not good", " 6 / 6")
    assert ended["wasserstein"] >= 0


def test_what_differs_from_the_tutorial_is_told(open_page, make_run, store, trained):
    changed = {"seed": 3, "optimizer.lr_g": 0.01, "data.classes": ()}
    store.create(trained.config.with_values(changed), "everybody", "changed")
    row = table(open_page("runs")).iloc[0]
    words = row["settings"].split()
    assert {"seed=3", "lr=0.01", "lr_d=0.0002", "class=all", "epochs=5"} <= {*words}


def test_one_rate_for_both_players_is_said_once(open_page, store, trained):
    one_rate = {"optimizer.lr_g": 0.01, "optimizer.lr_d": 0.01, "generator.hidden_dims": (64, 64)}
    store.create(trained.config.with_values(one_rate), "everybody")
    words = table(open_page("runs")).iloc[0]["settings"].split()
    assert {"lr=0.01", "g_dims=64,64"} <= {*words}
    assert not any(word.startswith("lr_d") for word in words)


@pytest.fixture
def several(make_run, store):
    """Runs on two data sets, of two owners."""
    make_run(model.FINISHED, "first", **{"seed": 3})
    make_run(model.STOPPED, "second")
    ring = {"data.source": "ring", "data.classes": ()}
    store.create(ExperimentConfig().with_values(ring), "ada", "third")


def names(at):
    assert_sound(at)
    return list(table(at)["name"]) if at.dataframe else []


def test_runs_are_found_by_words_status_data_and_owner(several, open_page, monkeypatch):
    monkeypatch.setattr("pages.ui.run.filters.user", lambda: "everybody")  # else by the cookie
    at = open_page("runs")
    assert names(at) == ["third", "second", "first"]
    find = labelled(at.text_input, "Find")
    assert names(find.set_value("seed=3").run()) == ["first"]
    assert names(find.set_value("DATA=ring thi").run()) == ["third"]
    assert names(find.set_value("nothing like it").run()) == []
    assert "No run fits" in at.info[0].value
    find.set_value("").run()
    assert names(labelled(at.multiselect, "Status").set_value(["stopped"]).run()) == ["second"]
    labelled(at.multiselect, "Status").set_value([]).run()
    assert names(labelled(at.multiselect, "Data set").set_value(["ring"]).run()) == ["third"]
    labelled(at.multiselect, "Data set").set_value([]).run()
    assert names(labelled(at.toggle, "Mine").set_value(True).run()) == ["second", "first"]


def test_the_best_come_first_when_asked_for(make_run, store, open_page):
    good = make_run(model.FINISHED, "good")
    make_run(model.FINISHED, "bad")
    make_run(model.RUNNING, "no score yet")
    report = good.scores.to_dict()
    for found in report["scores"].values():
        found["overall"] = found["floor"]["overall"]["median"]
    with store.database.write() as db:
        mine = jobs.c.id == good.id
        db.execute(jobs.update().where(mine).values(result=json.dumps(report)))
    at = open_page("runs")
    assert names(at) == ["no score yet", "bad", "good"]
    at.button_group[0].set_value([True]).run()
    assert names(at) == ["good", "bad", "no score yet"]
    assert list(table(at)["result"])[:2] == ["good", "not good"]


def test_a_ring_says_how_many_modes_are_missing(open_page, store, trained):
    """And other data have no such column."""
    ring = {"data.source": "ring", "data.classes": (), "training.epochs": 1}
    *_, end = train(trained.config.with_values(ring))
    store.create(end.checkpoint.config, "everybody")
    queue = Queue(store.database, DispatcherInfo(slots=2))
    queue.announce("CPU", "0")
    claim = queue.claim()
    report = score(end.generator).to_dict()
    Attempt(store.database, claim.run_id, claim.attempt).close(model.FINISHED, result=report)
    row = table(open_page("runs")).iloc[0]
    assert re.fullmatch(r" [1-8] / 8", row["modes"])
    assert row["result"] in ("modes missing", "collapsed")


def test_a_run_that_was_paused_and_then_stopped_has_its_score(open_page, make_run, store):
    run = make_run(model.PAUSED)
    store.stop(run.id)
    row = table(open_page("runs")).iloc[0]
    assert row["status"] == "stopped"
    assert pd.notna(row["wasserstein"])


def test_a_run_that_trains_has_no_scores_and_no_none(open_page, make_run):
    make_run(model.RUNNING)
    at = open_page("runs")
    assert pd.isna(table(at).iloc[0]["wasserstein"])
    assert at.dataframe[0].proto.placeholder == ""
    assert at.dataframe[0].proto.HasField("placeholder")


@pytest.mark.parametrize("page", ["runs", "train"])
def test_runs_that_wait_without_a_dispatcher_are_told(open_page, make_run, store, page):
    """Fault 5."""

    def warnings():
        at = open_page(page, run=waiting.id)
        assert_sound(at)
        return [warning.value for warning in at.warning]

    waiting = make_run(model.QUEUED)
    assert warnings() == []  # a dispatcher may just be starting
    with store.database.write() as db:
        db.execute(jobs.update().values(queued_at=waiting.queued_at - 60))
    (told,) = warnings()
    assert "no dispatcher is running to start them" in told
    Queue(store.database, DispatcherInfo("one", "here", 1, 2, "CPU", "0", 0.0)).announce()
    assert warnings() == []


def test_two_hundred_runs_are_no_obstacle(open_page, store, trained):
    store.limits = type(store.limits)(max_queued=1000, max_waiting=1000)
    for _ in range(200):
        store.create(trained.config, "everybody")
    at = open_page("runs")
    assert_sound(at)
    assert len(table(at)) == 200
