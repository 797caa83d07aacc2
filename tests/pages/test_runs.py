import json
import re
from statistics import median

import pandas as pd
import pytest

from gan_core import ExperimentConfig, train
from gan_core.metrics import METRICS
from gan_core.scoring import score
from gan_core.store import model
from gan_core.store.attempt import Attempt
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.store.schema import jobs
from tests.pages.helpers import assert_sound, labelled, texts


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
    assert (ended["result"], ended["found"]) == ("not good", "100 % · 6 / 6")
    assert ended["wasserstein"] >= 0
    assert rows[rows["status"] == "running"].iloc[0]["found"] == "no scores"


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


@pytest.fixture
def end_with(store, trained):
    """Close a run with as many scores off as are named: ``end_with(run, 2)``."""

    def end(run, off):
        report = score(trained.generator).to_dict()
        for number, (name, found) in enumerate(report["scores"].items()):
            far = -1.0 if METRICS[name].goal == "max" else 99.0
            found["overall"] = far if number < off else found["floor"]["overall"]["median"]
        values = {"status": model.FINISHED, "result": json.dumps(report)}
        with store.database.write() as db:
            db.execute(jobs.update().where(jobs.c.id == run.id).values(**values))

    return end


def test_the_best_come_first_when_asked_for(make_run, end_with, open_page):
    end_with(make_run(model.FINISHED, "good"), 0)
    make_run(model.FINISHED, "bad")
    make_run(model.RUNNING, "no score yet")
    at = open_page("runs")
    assert names(at) == ["no score yet", "bad", "good"]
    at.button_group[0].set_value([True]).run()
    assert names(at) == ["good", "bad", "no score yet"]
    assert list(table(at)["result"])[:2] == ["good", "not good"]


def test_a_group_has_the_result_of_all_its_runs_not_of_its_first(
    make_run, end_with, store, trained, open_page
):
    """Issue 8: the first member's result stood for all."""
    group = store.create(trained.config, "everybody", "five", repeats=5)
    first, *others, last = store.members(group)
    end_with(first, 6)
    assert table(open_page("runs")).iloc[0]["result"] == "0 of 1 good"
    for member, off in zip(others, (0, 2, 1), strict=True):
        end_with(member, off)
    end_with(make_run(model.QUEUED, "worse"), 3)
    end_with(make_run(model.QUEUED, "better"), 1)
    at = open_page("runs")
    row = table(at).set_index("name").loc["five"]
    assert (row["result"], row["found"]) == ("1 of 4 good", " 25 % · 1.5 / 6 (0–6)")
    at.button_group[0].set_value([True]).run()
    assert names(at) == ["better", "five", "worse"]
    end_with(last, 0)
    moved = [member.scores.scores["wasserstein"].overall for member in store.members(group)]
    row = table(at.run()).set_index("name").loc["five"]
    assert (row["found"], row["wasserstein"]) == (" 17 % · 1 / 6 (0–6)", median(moved))
    assert store.get(group.id).scores is None


def test_another_kind_of_job_shows_its_result_or_why_it_has_none(make_run, store, open_page):
    one, two = make_run(model.QUEUED, "one"), make_run(model.QUEUED, "two")
    ends = {
        one.id: {"status": model.FINISHED, "result": '{"rows": 12, "note": "**bold**"}'},
        two.id: {"status": model.FAILED, "reason": "no such file: *x*"},
    }
    with store.database.write() as db:
        for id_, end in ends.items():
            db.execute(jobs.update().where(jobs.c.id == id_).values(kind="of tomorrow", **end))
    at = open_page("runs")
    assert_sound(at)
    rows = table(at).set_index("name")
    assert rows.loc["one"]["result"] == "rows: 12, note: '**bold**'"
    assert rows.loc["two"]["result"] == ""
    for row, said in enumerate(("no such file: *x*", "rows: 12, note: '**bold**'")):
        at.session_state["runs_table.0"] = {"selection": {"rows": [row], "columns": []}}
        at.run()
        assert_sound(at)
        assert said in texts(at)


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
