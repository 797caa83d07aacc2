import pandas as pd
import pytest

from gan_core.store import model
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.store.schema import jobs
from tests.pages.helpers import assert_sound


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
    assert set(rows["epochs"]) == {5}
    steps = {run.name: run.epoch for run in made}
    assert dict(zip(rows["name"], rows["epoch"], strict=True)) == steps
    ended = rows[rows["status"] == "finished"].iloc[0]
    d_loss, g_loss = (float(x) for x in trained.losses[-1, :2])
    assert (ended["d_loss"], ended["g_loss"]) == (d_loss, g_loss)
    assert 0 <= ended["overlap"] <= 1
    assert ended["wasserstein"] >= 0


def test_what_differs_from_the_tutorial_is_told(open_page, make_run, store, trained):
    changed = {"seed": 3, "optimizer.lr_g": 0.01, "data.classes": ()}
    store.create(trained.config.with_values(changed), "everybody", "changed")
    row = table(open_page("runs")).iloc[0]
    for word in ("seed=3", "lr_g=0.01", "classes=all", "epochs=5"):
        assert word in row["differs"]


def test_a_run_that_was_paused_and_then_stopped_has_its_score(open_page, make_run, store):
    run = make_run(model.PAUSED)
    store.stop(run.id)
    row = table(open_page("runs")).iloc[0]
    assert row["status"] == "stopped"
    assert pd.notna(row["overlap"])


def test_a_run_that_trains_has_no_scores_and_no_none(open_page, make_run):
    make_run(model.RUNNING)
    at = open_page("runs")
    assert pd.isna(table(at).iloc[0]["overlap"])
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
