"""The game step by step: one player at a time, slow motion, changes on the way, the same again."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from gan_core import train
from gan_core.store import results
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

    forge.press("Change while training")
    panel = forge.page.get_by_test_id("stPopoverBody")
    panel.get_by_role("slider", name="Generator learning rate").press("ArrowRight")
    forge.see("Changes")
    forge.page.keyboard.press("Escape")
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
    forge.idle().press("Resume").badge("slow motion")
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
    request = forge.page.request
    for headers in ({}, {"Origin": "http://elsewhere.org"}, {"Sec-Fetch-Site": "cross-site"}):
        assert request.post(address, headers=headers).status == 403
    request.get(address)  # a link does nothing either
    assert store.get(standing.id).step == 0
    ours = {"Origin": forge.server.url}
    assert request.post(address, headers=ours).json() == {"accepted": True}
    rests_at(store, standing, 1)
    nonsense = address.replace("steps=1", "steps=x")
    assert not request.post(nonsense, headers=ours).json()["accepted"]
    assert request.post(address.replace(standing.id, "A" * 12), headers=ours).status == 404
