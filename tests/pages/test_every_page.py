import subprocess
import sys

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.store import model
from tests.pages.conftest import PAGES, ROOT, ROUTER, TIMEOUT
from tests.pages.helpers import assert_sound, button, errors, labels, texts


@pytest.mark.parametrize("page", PAGES)
def test_is_drawn_with_an_empty_store(open_page, page):
    at = open_page(page)
    assert_sound(at)
    assert not at.error
    title = "GAN Forge" if page == "home" else page.capitalize()
    assert any(m.value.lstrip("#").strip() == title for m in at.markdown)
    assert "?" in texts(at)  # the question that the page answers


STEERING = {
    model.QUEUED: ["Pause", "Stop"],
    model.RUNNING: ["Pause", "Stop"],
    model.PAUSED: ["Resume", "Stop"],
    model.STOPPED: ["Resume"],
    model.FAILED: ["Resume"],
    model.FINISHED: [],
}
STEPS = ["Step", "D only", "G only"]


@pytest.mark.parametrize("status", model.STATUSES)
@pytest.mark.parametrize("page", ["train", "results"])
def test_a_run_of_every_status_is_shown_with_what_can_be_done(open_page, make_run, page, status):
    run = make_run(status)
    at = open_page(page, run=run.id)
    assert_sound(at)
    assert run.reason in errors(at)
    assert any(status in m.value for m in at.markdown if "badge" in m.value)
    assert any("setosa 1" in m.value for m in at.markdown)
    buttons = labels(at.button)
    assert [name for name in buttons if name in ("Pause", "Resume", "Stop")] == STEERING[status]
    if page == "train":
        assert button(at, "Train").disabled == (status in model.ACTIVE)
        can_step = status in (model.PAUSED, model.STOPPED)
        assert [name for name in buttons if name in STEPS] == (STEPS if can_step else [])
        can_change = "Change while training" in labels(at.toggle)
        assert can_change == (status != model.FINISHED)


@pytest.mark.parametrize("page", PAGES)
def test_is_drawn_with_runs_in_all_statuses_at_once(open_page, make_run, page):
    for status in sorted(model.STATUSES, key=lambda s: s == model.QUEUED):
        make_run(status)
    at = open_page(page)
    assert_sound(at)
    assert not at.error or page == "results"


def test_home_starts_the_tutorial_and_nothing_twice(open_page, store):
    at = open_page("home")
    assert labels(at.button) == ["Start the tutorial"]
    at.button[0].click().run()
    assert_sound(at)
    (run,) = store.list()
    assert not run.config.differences()
    assert run.status == model.QUEUED


def test_home_brings_back_a_run_that_still_goes(open_page, store, make_run):
    run = make_run(model.RUNNING)
    at = open_page("home", run=run.id)
    at.button[0].click().run()
    assert_sound(at)
    assert [r.id for r in store.list()] == [run.id]


def test_app_py_run_as_a_plain_script_draws_the_pages(store):
    """Then Streamlit takes the folder beside it for its own, and runs the pages past the router."""
    at = AppTest.from_file(ROOT / "app.py", default_timeout=TIMEOUT).run()
    for page in PAGES:
        assert_sound(at)
        at.switch_page(f"pages/{page}.py").run()
        assert_sound(at)
        title = "GAN Forge" if page == "home" else page.capitalize()
        assert any(m.value.lstrip("#").strip() == title for m in at.markdown)


IMPORTS = """
import sys
from streamlit.testing.v1 import AppTest

brought_by_streamlit = set(sys.modules)  # it takes what it finds: plotly, for its theme
import app  # as Streamlit's server imports it

at = AppTest.from_file(sys.argv[1], default_timeout=60).run()
for name in sys.argv[2].split():
    at.switch_page(f"{name}.py").run()
    assert not at.exception, (name, at.exception)
heavy = {"torch", "sklearn", "numba", "plotly"}
print("found:", *heavy & (set(sys.modules) - brought_by_streamlit))
"""


def test_no_page_imports_what_only_workers_need(make_run):
    """In a process of its own: this one trains and so has torch."""
    make_run(model.FINISHED)
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, str(ROUTER), " ".join(PAGES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["found:"]
