import os
import socket
from dataclasses import fields
from importlib.metadata import version

from gan_core.limits import Limits
from gan_core.store import model
from gan_core.store.queue import DispatcherInfo, Queue
from pages.ui.parts import text
from tests.pages.helpers import assert_sound, plain, texts


def metrics(at):
    return {metric.label: metric.value for metric in at.metric}


def rows(at):
    """The tables' rows: what, and how much."""
    return {k: str(v) for table in at.table for k, v in table.value.iloc[:, 0].items()}


def test_every_limit_is_shown_with_its_variable(store, open_page):
    shown = rows(open_page("system"))
    for limit in fields(Limits):
        (words,) = (w for w in shown if f"GAN_FORGE_{limit.name.upper()}]" in plain(w))
        assert shown[words] == f"{limit.default:,}"


def test_a_limit_that_was_set_is_shown(monkeypatch, store, open_page):
    monkeypatch.setenv("GAN_FORGE_MAX_QUEUED", "12345")
    assert "12,345" in rows(open_page("system")).values()


def test_without_a_dispatcher_it_says_that_runs_wait(store, open_page):
    at = open_page("system")
    assert_sound(at)
    assert "runs wait" in at.warning[0].value


def test_without_a_viewer_it_says_that_pictures_wait(store, open_page):
    at = open_page("system")
    assert_sound(at)
    assert "pictures wait" in at.warning[1].value


def test_the_viewer_is_shown_with_its_queue(open_page, viewer):
    viewer.lanes["pictures"].pid = os.getpid()
    shown = texts(open_page("system"))
    assert f"pid {os.getpid()}" in shown
    assert "samples: **0** waiting" in shown


def test_the_queue_and_the_dispatcher_are_shown(open_page, make_run, viewer):
    make_run(model.RUNNING)
    make_run(model.QUEUED)
    at = open_page("system")
    assert_sound(at)
    assert not at.warning
    assert metrics(at)["running"] == "1 / 2"
    assert str(metrics(at)["waiting"]) == "1"
    assert metrics(at)[f"computer {text.plain(socket.gethostname())}"] == "CPU"
    assert "slots" in texts(at)


def test_what_an_empty_queue_and_store_mean_is_said(open_page, store, viewer):
    Queue(store.database, DispatcherInfo(slots=2)).announce("CPU", "0")
    shown = texts(open_page("system"))
    assert "the next run starts at once" in shown
    assert "No run is stored yet" in shown


def test_the_store_says_how_its_runs_have_ended(open_page, make_run, viewer):
    for status in (model.FINISHED, model.FINISHED, model.STOPPED, model.RUNNING, model.QUEUED):
        make_run(status)
    at = open_page("system")
    assert_sound(at)
    told = {words: value for words, value in rows(at).items() if words.startswith("runs ")}
    assert {"runs finished": "2", "runs stopped": "1", "runs running": "1"}.items() <= told.items()
    assert "No run is stored" not in texts(at)
    assert "starts at once" not in texts(at)  # one waits


def test_the_versions_are_shown(store, open_page):
    at = open_page("system")
    row = at.dataframe[-1].value.iloc[0]
    for name in ("torch", "streamlit", "plotly"):
        assert row[name] == version(name)


def test_the_free_disk_and_the_folder_are_shown(home, store, open_page):
    at = open_page("system")
    assert "GB" in rows(at)["free disk"]
    assert str(home) in texts(at)
