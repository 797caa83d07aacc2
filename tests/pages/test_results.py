import json
import os
import time
from dataclasses import replace
from multiprocessing.connection import Pipe

import pytest

from gan_core import ExperimentConfig
from gan_core.metrics import METRICS, metrics_for
from gan_core.problem import resolve
from gan_core.scoring import score
from gan_core.store import model
from gan_core.store.attempt import Attempt
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.store.schema import jobs
from tests.pages.helpers import (
    assert_kind_message,
    assert_sound,
    button,
    errors,
    labelled,
    labels,
    texts,
)


@pytest.fixture(autouse=True)
def _answered(viewer):
    """Samples are drawn by a viewer."""


@pytest.fixture
def results_page(open_page, make_run):
    at = open_page("results", run=make_run(model.FINISHED).id)
    assert_sound(at)
    return at


def tables(at):
    """The first real and the first generated rows."""
    return at.dataframe[0].value, at.dataframe[1].value


def shown(at):
    return {metric.label: metric.value for metric in at.metric}


def test_without_a_run_it_points_to_train(store, open_page):
    at = open_page("results")
    assert "Train" in at.info[0].value
    assert [link.proto.label for link in at.get("page_link")] == ["Train", "Runs of others"]


def test_a_run_without_a_checkpoint_has_no_result_yet(open_page, make_run):
    at = open_page("results", run=make_run(model.QUEUED).id)
    assert_sound(at)
    assert "no results yet" in at.info[0].value
    assert not at.dataframe


def test_without_a_choice_ones_own_newest_results_are_offered(open_page, make_run, store):
    """Issue 8, 11: it opened the server's newest, a stranger's."""
    for name in ("the older", "the newest", "a stranger's"):
        store.rename(make_run(model.STOPPED).id, name)
    with store.database.write() as db:
        db.execute(jobs.update().where(jobs.c.name == "a stranger's").values(owner="visitor-x"))
    make_run(model.QUEUED)
    at = open_page("results")
    assert not at.metric
    offered = [link.proto.label for link in at.get("page_link")]
    assert offered == ["the newest · stopped", "the older · stopped"]


def test_every_metric_has_a_card_with_direction_range_and_floor(results_page, trained):
    metrics = metrics_for(4)
    assert list(shown(results_page)) == [metric.label for metric in metrics.values()]
    for card in results_page.metric:
        assert "better" in card.help
        assert "Range" in card.help
        assert float(card.value) >= 0
    captions = [c.value for c in results_page.caption]
    assert sum("is better" in c for c in captions) == len(metrics)
    verdicts = [m.value for m in results_page.markdown if m.value.startswith(":small[")]
    assert sum("noise floor" in v or "chance" in v for v in verdicts) == len(metrics)
    bands = [h for h in results_page.get("html") if "noise floor:" in str(h.proto)]
    assert len(bands) == len(metrics)


def test_the_verdict_comes_before_the_figures_and_needs_enough_rows(results_page):
    assert "**Not good yet: 6 of 6 scores see a difference between gen" in texts(results_page)
    assert "as much as the real rows: train longer." in texts(results_page)
    shown = labelled(results_page.number_input, "Generated rows")
    shown.set_value(24).run()
    assert "Not good" not in texts(results_page)
    assert "Too few generated rows for a verdict: it takes at least 25" in texts(results_page)
    assert "chance can explain" not in texts(results_page)
    labelled(results_page.number_input, "Generated rows").set_value(25).run()
    assert "Not good" in texts(results_page)


def test_of_several_seeds_it_says_how_many_are_good(open_page, store, trained):
    group = store.create(trained.config, "everybody", repeats=3)
    report = score(trained.generator).to_dict()
    queue = Queue(store.database, DispatcherInfo("me", "here", 1, 1, "CPU", "0", time.time()))
    queue.announce("CPU", "0")
    for overlap in (0.4, 0.6, 1.0):
        report["scores"]["overlap"]["overall"] = overlap
        claim = queue.claim()
        attempt = Attempt(store.database, claim.run_id, claim.attempt)
        attempt.begin(0, os.getpid(), "cpu", "torch")
        attempt.save(trained.checkpoint)
        attempt.close(model.FINISHED, result=report)
    for page in ("train", "results"):
        at = open_page(page, run=group.id)
        assert_sound(at)
        assert "Of 3 runs, 0 good, 0 fairly good, 3 not good." in texts(at)
    # Issue 8: the cards of the seeds had no noise floor, and a second row showed the first seed's.
    assert list(shown(at)) == [metric.label for metric in metrics_for(4).values()]
    assert shown(at)["Histogram overlap"] == "0.600"
    assert "0.400 to 1.000; 1 of 3 within the noise floor or better" in texts(at)
    bands = [h for h in at.get("html") if "noise floor:" in str(h.proto)]
    assert len(bands) == len(metrics_for(4))
    assert "everything is of one of the 3 runs alone: the one with seed 0." in texts(at)
    labelled(at.selectbox, "Show the run with").set_value("seed 2").run()
    assert "alone: the one with seed 2." in texts(at)
    member = open_page("results", run=store.members(group)[2].id)
    assert shown(member)["Histogram overlap"] == "1.000"


def test_the_two_tables_stand_side_by_side(results_page, trained):
    real, fake = tables(results_page)
    table = resolve(trained.config).table
    assert list(real.columns) == list(fake.columns) == list(table.features)
    assert len(real) == len(fake) == 5
    assert (real.to_numpy() == table.values[:5].round(3)).all()
    assert (fake.to_numpy() == trained.generator.rows(50)[:5].round(3)).all()


def test_every_feature_has_its_scores(results_page, trained):
    scores = results_page.dataframe[2].value
    assert list(scores.index) == list(resolve(trained.config).features)
    assert not scores.isna().any(axis=None)


def test_another_seed_draws_another_sample(results_page, trained):
    before = tables(results_page)[1], shown(results_page)
    labelled(results_page.number_input, "Seed of the noise").set_value(7).run()
    assert_sound(results_page)
    after = tables(results_page)[1], shown(results_page)
    assert (after[0].to_numpy() == trained.generator.rows(50, 7)[:5].round(3)).all()
    assert not before[0].equals(after[0])
    assert before[1] != after[1]


def test_another_number_of_rows_draws_another_sample(results_page):
    before = shown(results_page)
    labelled(results_page.number_input, "Generated rows").set_value(1000).run()
    assert_sound(results_page)
    assert "5 / 1,000" in texts(results_page)
    charts = [json.loads(c.proto.json) for c in results_page.get("bidi_component")]
    assert charts[0]["names"]["real"] == "real, 50 rows"
    assert charts[0]["names"]["generated"] == "generated, 1,000 rows"
    assert before != shown(results_page)


@pytest.mark.parametrize("n", [2, 3, 7])
def test_few_rows_are_enough(results_page, n):
    labelled(results_page.number_input, "Generated rows").set_value(n).run()
    assert_sound(results_page)
    assert not results_page.error
    assert len(tables(results_page)[1]) == min(5, n)


def test_a_small_limit_of_rows_is_no_obstacle(monkeypatch, open_page, make_run):
    monkeypatch.setenv("GAN_FORGE_MAX_SAMPLE_ROWS", "10")  # fewer than there are real rows
    at = open_page("results", run=make_run(model.FINISHED).id)
    assert_sound(at)
    assert labelled(at.number_input, "Generated rows").value == 10


@pytest.mark.parametrize("status", [model.RUNNING, model.PAUSED, model.FAILED])
def test_a_run_that_is_not_done_shows_its_last_checkpoint(open_page, make_run, status):
    at = open_page("results", run=make_run(status).id)
    assert_sound(at)
    assert len(at.metric) == len(metrics_for(4))
    if status == model.RUNNING:
        assert any("last checkpoint" in info.value for info in at.info)


def test_all_downloads_are_offered(results_page):
    found = [*results_page.get("download_button"), *results_page.get("link_button")]
    offered = [button.proto.label for button in found]
    for word in ("CSV", "JSON", "safetensors", "Parquet", "script", "Notebook"):
        assert sum(word in label for label in offered) == 1


def test_resume_from_here(open_page, make_run, store):
    run = make_run(model.STOPPED)
    at = open_page("results", run=run.id)
    button(at, "Resume").click().run()
    assert_sound(at)
    assert store.get(run.id).status == model.QUEUED
    assert "Pause" in labels(at.button)


def test_a_deleted_run_is_answered(open_page, make_run, store):
    run = make_run(model.FINISHED)
    at = open_page("results", run=run.id)
    store.delete(run.id)
    at.run()
    assert_kind_message(at, run.id)
    assert "Traceback" not in errors(at)


def test_a_toy_with_modes_has_their_cards_and_its_points(open_page, store):
    from gan_core import train

    toy = {"data.source": "ring", "data.classes": [], "training.batch_size": 1024}
    config = ExperimentConfig().with_values({**toy, "training.epochs": 1, "training.device": "cpu"})
    *_, end = train(config)
    store.create(config, "everybody")
    queue = Queue(store.database, DispatcherInfo("me", "here", 1, 1, "CPU", "0", time.time()))
    queue.announce("CPU", "0")
    claim = queue.claim()
    attempt = Attempt(store.database, claim.run_id, claim.attempt)
    attempt.save(end.checkpoint)
    attempt.close(model.FINISHED, result=score(end.generator).to_dict())
    at = open_page("results", run=claim.run_id)
    assert_sound(at)
    assert list(shown(at)) == [metric.label for metric in METRICS.values()]
    assert shown(at)["Modes covered"].endswith(" / 8")
    kinds = [json.loads(c.proto.json)["kind"] for c in at.get("bidi_component")]
    assert kinds == ["scatter", "histograms"]


def test_a_sample_is_drawn_anew_after_more_training_alone(
    open_page, make_run, store, trained, viewer
):
    """It is known by its checkpoint's step: the run itself is further on while it trains."""
    run = make_run(model.RUNNING)

    def drawn():
        assert_sound(open_page("results", run=run.id))
        return viewer.lanes["samples"].computed["sample"]

    assert drawn() == 1
    with store.database.write() as db:
        db.execute(jobs.update().where(jobs.c.id == run.id).values(progress=run.step + 5))
    assert drawn() == 1
    attempt = Attempt(store.database, run.id, run.attempt)
    attempt.save(replace(trained.checkpoint, step=trained.checkpoint.step + 1))
    assert drawn() == 2


def test_a_long_sample_says_that_it_is_computed_and_can_be_stopped(open_page, make_run, viewer):
    here, nobody = Pipe()
    viewer.lanes["samples"].connect(here, None)
    at = open_page("results", run=make_run(model.FINISHED).id)
    assert_sound(at)
    assert not at.dataframe
    (question,) = viewer._open.values()
    button(at, "Stop computing").click().run()
    assert question.answer.cancelled()
    nobody.close()


def test_without_a_viewer_it_says_that_pictures_come(open_page, make_run, viewer):
    for lane in viewer.lanes.values():
        lane._connection = None
    at = open_page("results", run=make_run(model.FINISHED).id)
    assert_sound(at)
    assert "will appear soon" in at.info[0].value
