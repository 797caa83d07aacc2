"""Runs: choose one in the table, and what can be done with it."""

import json
import re

import pytest
from playwright.sync_api import expect

from gan_core.store import model
from gan_core.store.schema import jobs
from tests.browser.server import eventually

# Pixels of the table: a row, its head, the middle of its first column, within another.
ROW, HEAD, MARKER, SCORES_OFF = 35, 35, 18, 330


def select(forge, row):
    """Tick a row; the newest run is row 0."""
    table = forge.main.get_by_test_id("stDataFrame").first
    table.click(position={"x": MARKER, "y": HEAD + ROW * row + ROW // 2})
    expect(forge.button("Delete")).to_be_visible()
    return forge.idle()


@pytest.fixture
def ended(store, config):
    """Runs that are done, the last one the newest."""

    def make(*names, **changes):
        settings = config(epochs=100).with_values(changes)
        made = [store.create(settings, "everybody", name) for name in names]
        done = lambda: all(store.get(run.id).status == model.FINISHED for run in made)  # noqa: E731
        eventually(done, 60, "the end of the runs")
        return made

    return make


def chosen(forge):
    """The id of the run whose actions are shown."""
    return forge.main.locator("code").first.inner_text()


def test_open_results_and_duplicate_settings(forge, ended, store):
    older, newer = ended("older", "newer", **{"generator.latent_dim": 3, "seed": 9})
    forge.open("runs")
    select(forge, 1)
    assert chosen(forge) == older.id
    forge.press("Open run").at("Train").badge("finished")
    assert forge.run_id == older.id
    forge.go("Runs")
    select(forge, 0)
    assert chosen(forge) == newer.id
    forge.press("Results").at("Results")
    assert forge.run_id == newer.id
    forge.go("Runs")
    select(forge, 1)
    forge.press("Duplicate settings").at("Train")
    assert forge.run_id is None
    forge.press("Train")
    forge.live_until(lambda now: now["run"], what="a new run")
    forge.idle()
    assert forge.run_id not in (older.id, newer.id)
    assert store.get(forge.run_id).config == older.config


def test_rename(forge, ended, store):
    (run,) = ended("before")
    name = "after ![x](//example.com/x.png) :red[<b>bold</b>]"  # which stays what it is
    forge.open("runs")
    select(forge, 0)
    forge.press("Rename")
    field = forge.page.get_by_role("textbox", name="New name")
    field.fill(name)
    field.press("Enter")
    forge.press("Save")
    eventually(lambda: store.get(run.id).name == name, 20, "the new name")
    expect(forge.main.get_by_test_id("stMarkdown").get_by_text(name)).to_be_visible(timeout=8000)
    expect(forge.main.locator("img")).to_have_count(0)


def test_delete_asks_first_deletes_only_what_is_selected_and_can_be_undone(forge, ended, store):
    kept, one, two = ended("kept", "doomed one", "doomed two")
    forge.open("runs")
    forge.page.get_by_role("textbox", name="Find").fill("doomed")
    forge.page.keyboard.press("Enter")
    forge.idle()
    select(forge, 0)
    select(forge, 1)
    forge.see("2 runs selected").press("Delete")
    dialog = forge.page.get_by_role("dialog")
    expect(dialog).to_contain_text("doomed two, doomed one")
    forge.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert store.get(one.id)
    forge.press("Delete").press("Delete with undo")
    mine = {kept.id, one.id, two.id}
    shown = lambda: {run.id for run in store.list()} & mine  # noqa: E731
    eventually(lambda: shown() == {kept.id}, 20, "the runs gone")
    expect(dialog).to_have_count(0)
    forge.idle()
    # The next run is not chosen in its place.
    expect(forge.button("Delete")).to_have_count(0, timeout=8000)
    forge.main.get_by_text(re.compile(r"\d deleted runs")).click()
    forge.still().press("Restore")
    eventually(lambda: shown() == mine, 20, "both back")


def test_a_new_run_does_not_slip_under_the_selection(forge, ended, store, config):
    (run,) = ended("chosen")
    forge.open("runs")
    select(forge, 0)
    newest = store.create(config(epochs=100), "everybody", "newest")
    forge.press("Delete")
    dialog = forge.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("chosen", timeout=8000)
    expect(dialog).not_to_contain_text("newest")
    assert {run.id, newest.id} <= {run.id for run in store.list()}


def test_resume_from_the_table(forge, start_run, store):
    run = start_run()
    eventually(lambda: store.get(run.id).step > 0, what="the run")
    store.stop(run.id)
    stopped = eventually(lambda: (now := store.get(run.id)).status == model.STOPPED and now)
    forge.open("runs")
    select(forge, 0)
    forge.press("Resume").at("Train").badge("running")
    assert forge.training(run.id)["step"] > stopped.step
    assert store.get(run.id).attempt == 2


ROWS = """table => [...table.querySelectorAll('canvas [role=row]')].slice(1)
  .map(row => [...row.children].map(cell => cell.textContent))"""


def test_the_first_click_on_scores_off_puts_the_best_first_and_those_without_last(
    forge, ended, store
):
    none, good, _ = (
        store.get(run.id) for run in ended(*(f"to sort: {n}" for n in ("none", "good", "bad")))
    )
    report = good.scores.to_dict()
    for found in report["scores"].values():
        found["overall"] = found["floor"]["overall"]["median"]
    with store.database.write() as db:
        for run, result in ((none, None), (good, json.dumps(report))):
            db.execute(jobs.update().where(jobs.c.id == run.id).values(result=result))
    forge.open("runs")
    forge.page.get_by_role("textbox", name="Find").fill("sort:")
    forge.page.keyboard.press("Enter")
    table = forge.main.get_by_test_id("stDataFrame").first
    names = lambda: [row[0].removeprefix("to sort: ") for row in table.evaluate(ROWS)]  # noqa: E731
    assert eventually(lambda: names() == ["bad", "good", "none"], what="the newest first")
    table.click(position={"x": SCORES_OFF, "y": HEAD // 2})
    assert eventually(lambda: names() == ["good", "bad", "none"], what="the best first")
