import pytest

from gan_core.store import model
from tests.pages.helpers import assert_kind_message, assert_sound, button, errors

MALFORMED = [
    "../../etc",
    "x" * 500,
    "%00",
    "\x00",
    "1' OR '1'='1",
    '"; DROP TABLE runs; --',
    "ünïcödé-id12",
    "设置运行编号一二三四五六",
    "<script>alert(1)</script>",
    "abc",
    "twelve chars",
    "0",
    "-1",
    "null",
    "a\nb",
    " ",
    "AAAAAAAAAAAA ",
    "AAAAAAAAAAAAA",
]


def test_a_malformed_id_is_answered(store, open_page):
    at = open_page("train")
    for run_id in MALFORMED:
        at.query_params["run"] = run_id
        at.run()
        assert_kind_message(at, "is not the id of a run", "12", "Runs page")
        assert repr(run_id)[1:9] in errors(at)
        assert len(errors(at)) < 300
    assert not store.list()
    at.run()  # the address is mended: the page works again
    assert not at.error
    assert not button(at, "Train").disabled


@pytest.mark.parametrize("page", ["home", "data", "results", "runs", "system"])
def test_no_page_stumbles_over_a_wrong_id(store, open_page, page):
    at = open_page(page, run="../../etc")
    assert_sound(at)
    if page == "results":
        assert_kind_message(at, "../../etc")


@pytest.mark.parametrize("page", ["train", "results"])
def test_an_unknown_id_is_answered(store, open_page, page):
    at = open_page(page, run="AAAAAAAAAAAA")
    assert_kind_message(at, "no run", "AAAAAAAAAAAA", "deleted", "Runs page")


def test_an_empty_id_is_no_id(store, open_page):
    at = open_page("train", run="")
    assert_sound(at)
    assert not at.error


def test_of_several_ids_one_counts(open_page, make_run):
    run = make_run(model.FINISHED)
    at = open_page("train", run=["nonsense", run.id])
    assert_sound(at)
    assert not at.error
    assert_kind_message(open_page("train", run=[run.id, "nonsense"]), "nonsense")


def test_unknown_words_in_the_address_are_answered_and_harmless(store, open_page):
    at = open_page("train", xyz="1", training_epochs="-5", seed="abc")
    assert_kind_message(at, "'xyz'", "Share")
    assert not button(at, "Train").disabled


def test_a_run_that_was_deleted_meanwhile_is_forgotten(open_page, make_run, store):
    run = make_run(model.FINISHED)
    at = open_page("train", run=run.id)
    store.delete(run.id)
    at.switch_page("data.py").run()
    at.query_params.clear()
    at.switch_page("train.py").run()
    assert_sound(at)
    assert not at.error
    assert not button(at, "Train").disabled


def test_the_tutorial_can_be_started_from_a_home_with_a_wrong_id(store, open_page):
    at = open_page("home", run="../../etc")
    button(at, "Start the tutorial").click().run()
    assert_sound(at)
    if at.error:  # it may say what was wrong first
        button(at, "Start the tutorial").click().run()
    assert len(store.list()) == 1


def test_a_switch_of_pages_keeps_the_run_in_the_address(open_page, make_run, viewer):
    run = make_run(model.FINISHED)
    at = open_page("train", run=run.id)
    at.query_params.clear()  # as a click in the navigation does
    at.switch_page("results.py").run()
    assert at.query_params["run"] in (run.id, [run.id])
    assert at.metric
