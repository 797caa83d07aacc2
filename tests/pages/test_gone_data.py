"""A run whose data set is gone: its pages say so, and the others work."""

import pytest

from gan_core.store import model
from gan_core.store.schema import checkpoints, jobs
from tests.pages.helpers import assert_kind_message, assert_sound, button, labelled, texts


@pytest.fixture
def gone(store, make_run):
    """A finished run on a data set that is no more, as it stands in the store then."""
    run = make_run(model.FINISHED)
    with store.database.write() as db:
        found = db.scalar(checkpoints.select().with_only_columns(checkpoints.c.data))
        db.execute(checkpoints.update().values(data=found.replace(b"iris", b"gone")))
        config = run.spec_json.replace("iris", "gone")
        assert config != run.spec_json
        db.execute(jobs.update().values(spec=config))
    return store.get(run.id)


@pytest.mark.parametrize("page", ["home", "runs", "system"])
def test_pages_that_show_no_rows_are_as_ever(open_page, gone, page):
    at = open_page(page, run=gone.id)
    assert_sound(at)
    assert not at.error


def test_runs_lists_it_beside_others(open_page, gone, make_run):
    make_run(model.FINISHED)
    rows = open_page("runs").dataframe[0].value
    assert list(rows["status"]) == ["finished", "finished"]
    assert ["data=gone" in row for row in rows["settings"]] == [False, True]


@pytest.mark.parametrize("page", ["train", "results", "data"])
def test_pages_that_need_its_rows_name_what_is_missing(open_page, gone, page):
    at = open_page("train", run=gone.id)  # so its settings are the session's
    assert_kind_message(at, "Data set", "'gone'", "iris")
    at.switch_page(f"{page}.py").run()
    assert_kind_message(at, "Data set", "'gone'", "iris")


def test_another_data_set_can_be_chosen_then(open_page, gone, store):
    at = open_page("train", run=gone.id)
    assert button(at, "Train").disabled
    at.switch_page("data.py").run()
    labelled(at.get("button_group"), "Data set").set_value("wine").run()
    assert_sound(at)
    assert "Wine" in texts(at)
    assert not at.error
    at.switch_page("train.py").run()
    button(at, "Train").click().run()
    assert [run.config.data.source for run in store.list()] == ["wine", "gone"]


@pytest.mark.parametrize(
    ("known", "label"),
    [
        ('"encoder": "minmax"', "data.encoder"),
        ('"name": "bce"', "loss.name"),
        ('"activation": "relu"', "generator.activation"),
        ('"normalization": "none"', "generator.normalization"),
    ],
)
def test_a_run_with_a_choice_that_is_gone_is_listed_and_can_be_deleted(
    open_page, make_run, store, known, label
):
    """A file of a family was removed: the others' runs must not be hidden by it."""
    run, other = make_run(model.FINISHED), make_run(model.FINISHED)
    spec = run.spec_json.replace(known, known.rpartition('"')[0].rpartition('"')[0] + '"gone"', 1)
    assert spec != run.spec_json
    with store.database.write() as db:
        db.execute(jobs.update().where(jobs.c.id == run.id).values(spec=spec))
    at = open_page("runs")
    assert_sound(at)
    assert not at.error
    rows = at.dataframe[0].value
    assert sorted("cannot be read here" in text for text in rows["settings"]) == [False, True]
    assert any(label in text for text in rows["settings"])
    assert_sound(open_page("results"))
    store.delete(run.id)
    assert [one.id for one in store.list()] == [other.id]
