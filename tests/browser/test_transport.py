"""The game step by step: one player at a time, slow motion, changes on the way, the same again."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from gan_core import train
from gan_core.store import results
from gan_core.store.model import AWAY_SECONDS
from gan_core.store.schema import trainings
from pages.server.cookie import visitor_of
from tests import stored
from tests.browser.server import eventually

COUNT_SCRIPTS = """() => {
  window.runs = 0
  new MutationObserver(() => window.runs++).observe(
    document.querySelector('[data-testid=stApp]'), { attributeFilter: ['data-test-script-state'] })
}"""


@pytest.fixture
def standing(store, config):
    """A run that stands before its first step."""
    return store.create(config(epochs=100, device="cpu"), "everybody", paused=True)


def tensors(store, run):
    return results.checkpoint(store.database, run.id).tensors


def changed(before, after):
    return {n.split(".")[0] for n in before if not np.array_equal(before[n], after[n])}


def rests_at(store, run, step):
    def there():
        now = store.get(run.id)
        return now.step == step and not now.is_active

    eventually(there, what=f"the run at rest at step {step}")


def test_one_player_at_a_time_a_change_and_the_same_numbers_in_a_replay(forge, store, standing):
    forge.open("train", standing).badge("paused")
    forge.press("Step")
    rests_at(store, standing, 1)
    forge.live_until(lambda now: now["step"] == 1)
    expect(forge.main.locator(".gf-narrator")).to_have_attribute("data-step", "1")
    states = [tensors(store, standing)]
    for step, name in ((2, "D only"), (3, "G only")):
        forge.press(name)
        rests_at(store, standing, step)
        forge.live_until(lambda now, step=step: now["step"] == step)
        states.append(tensors(store, standing))
    assert changed(*states[:2]) == {"discriminator", "adam_d"}
    assert changed(*states[1:]) == {"generator", "adam_g"}

    told = forge.main.locator(".gf-narrator")
    expect(told).to_have_attribute("data-step", "3")
    line = told.get_by_role("button", name=re.compile("D = D"))
    line.focus()
    line.press("Enter")  # any phase can be looked at again, with the keyboard
    expect(told.locator(".gf-caption")).to_have_text(re.compile("D is not updated"))

    forge.main.get_by_text("Change while training").click()
    slider = forge.main.get_by_role("slider", name="Generator learning rate")
    expect(slider).to_be_visible()
    panel, losses = slider.bounding_box(), forge.main.locator(".gf-losses").bounding_box()
    assert panel["y"] + panel["height"] < losses["y"]  # it covers no chart
    slider.press("ArrowRight")
    forge.see("Changes")
    forge.press("Resume").badge("finished")
    run = store.get(standing.id)
    edit = run.config.schedule[-1]
    assert (edit.step, dict(edit.changes)["optimizer.lr_g"]) == (3, 0.0003)
    *_, replay = train(run.config)
    assert stored.history(store.database, run).equals(replay.history)
    assert changed(replay.checkpoint.tensors, tensors(store, run)) == set()
    marks = "() => document.querySelector('.gf-losses').layout.shapes.filter(s => s.x0 === s.x1)"
    eventually(lambda: len(forge.page.evaluate(marks)) == len(run.config.schedule), what="marks")


def test_slow_motion_holds_no_place_on_the_server_and_no_script_runs_for_it(forge, store, standing):
    forge.open("train", standing)
    forge.main.get_by_test_id("stButtonGroup").get_by_text("1/s", exact=True).click()
    forge.idle().press("Resume").badge("slow motion 1/s")
    forge.live_until(lambda now: now["step"] >= 1, what="the first step of its own")
    forge.see("CPU · ")  # the page was drawn anew, once, because the run has a device now
    forge.idle().page.evaluate(COUNT_SCRIPTS)
    first = forge.live()["step"]
    forge.live_until(lambda now: now["step"] >= first + 2, what="more steps of its own")
    assert forge.page.evaluate("window.runs") == 0
    expect(forge.main.locator(".gf-narrator")).to_be_visible()
    forge.page.get_by_role("radio", name="Arena", exact=True).click()
    forge.idle()
    arena = forge.main.locator(".gf-arena")
    expect(arena).to_have_attribute("data-step", re.compile(r"\d+"))
    before = int(arena.get_attribute("data-step"))
    follows = lambda: int(arena.get_attribute("data-step") or -1) >= before + 2  # noqa: E731
    eventually(follows, what="the arena, step by step")
    expect(forge.page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "true")
    forge.press("Pause").badge("paused")
    eventually(lambda: not store.get(standing.id).is_active, what="the last of its steps")
    assert store.get(standing.id).step < 30
    forge.main.get_by_test_id("stButtonGroup").get_by_text("full speed").click()
    forge.idle().press("Resume").badge("finished")
    run = store.get(standing.id)
    *_, replay = train(run.config)
    assert stored.history(store.database, run).equals(replay.history)


def test_other_sites_cannot_push_a_run_on(forge, store, standing):
    address = f"{forge.server.url}/api/runs/{standing.id}/advance?steps=1"
    request = forge.open().page.request  # with the visitor's cookie
    visitor = visitor_of(
        {cookie["name"]: cookie["value"] for cookie in forge.page.context.cookies()}
    )
    store.for_user(visitor).set_speed(standing.id, 5)
    store.for_user(visitor).resume(standing.id)
    for headers in ({}, {"Origin": "http://elsewhere.org"}, {"Sec-Fetch-Site": "cross-site"}):
        assert request.post(address, headers=headers).status == 403
    request.get(address)  # a link does nothing either
    assert store.get(standing.id).step == 0
    ours = {"Origin": forge.server.url}
    assert request.post(address, headers=ours).json() == {"accepted": True}
    rests_at(store, standing, 1)
    store.for_user(visitor).pause(standing.id)
    assert not request.post(address, headers=ours).json()["accepted"]  # as after "Pause" elsewhere
    nonsense = address.replace("steps=1", "steps=x")
    assert not request.post(nonsense, headers=ours).json()["accepted"]
    assert request.post(address.replace(standing.id, "A" * 12), headers=ours).status == 404


def test_somebody_elses_slow_motion_is_watched_and_not_ended(new_forge, server, store, config):
    """Issue 8, 4: for others it looked paused, and Resume there carried it to its end."""
    run = store.create(config(epochs=2000, device="cpu"), "the lecture", paused=True)
    teacher, student = new_forge(server), new_forge(server)
    teacher.open("train", run)
    teacher.main.get_by_test_id("stButtonGroup").get_by_text("5/s", exact=True).click()
    teacher.idle().press("Resume").badge("slow motion 5/s")
    student.open("train", run).badge("slow motion 5/s")
    seen = student.live_until(lambda now: now["step"] >= 1, what="a step")["step"]
    student.live_until(lambda now: now["step"] >= seen + 3, what="more steps, in slow motion")
    student.see("Somebody else plays this run.")
    for name in ("Resume", "Pause", "Stop", "Step", "D only", "G only"):
        expect(student.button(name)).to_have_count(0)
    address = f"{server.url}/api/runs/{run.id}/advance?steps=1000"
    answer = student.page.request.post(address, headers={"Origin": server.url})
    assert answer.status == 403
    assert "Somebody else is playing" in answer.json()["error"]

    teacher.page.reload()  # what one comes back to is as one left it
    teacher.idle().badge("slow motion 5/s")
    before = teacher.first_point()["step"]
    teacher.live_until(lambda now: now["step"] >= before + 3, what="steps after the reload")
    teacher.press("Pause").badge("paused")
    student.badge("paused")
    expect(student.button("Resume")).to_have_count(0)
    teacher.press("Resume").badge("slow motion 5/s")
    student.badge("slow motion 5/s")
    assert store.get(run.id).step < 1000

    teacher.page.context.close()  # three minutes pass
    student.live_until(lambda now: not store.get(run.id).is_active, what="its last steps")
    with store.database.write() as db:
        db.execute(trainings.update().values(asked_at=trainings.c.asked_at - AWAY_SECONDS))
    student.badge("paused").press("Resume").badge("slow motion 5/s")
    left_at = store.get(run.id).step
    student.live_until(lambda now: now["step"] > left_at, what="steps that the student asks for")
    student.press("Stop").badge("stopped")
    assert store.get(run.id).step < 1000
