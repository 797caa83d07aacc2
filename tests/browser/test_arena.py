"""The arena and the timeline: everything on the page shows the same moment."""

import pytest
from playwright.sync_api import expect

from gan_core.store import model, results
from tests import stored
from tests.browser.server import eventually

LOOKS = """() => {
  const root = name => document.querySelector(`.gf-${name}`)
  const canvas = root('arena')?.querySelector('canvas')
  const { width, height } = canvas ?? {}
  const pixels = width ? canvas.getContext('2d').getImageData(0, 0, width, height).data : []
  const found = { alt: canvas?.getAttribute('aria-label') ?? '' }
  found.colours = new Set(new Uint32Array(pixels.buffer ?? 0)).size
  for (const name of ['arena', 'live', 'timeline']) found[name] = { ...root(name)?.dataset }
  return found
}"""
# Milliseconds that a frame of the film takes: the views' work on it, and the arena's drawing.
PACE = """async () => {
  const loaded = performance.getEntriesByType('resource').map(e => e.name)
  const { clockOf } = await import(loaded.find(name => name.endsWith('/clock.js')))
  const clock = clockOf(document.querySelector('.gf-timeline').dataset.run)
  const took = []
  for (let i = 0; i < clock.steps.length; i++) {
    await new Promise(requestAnimationFrame)
    const began = performance.now()
    clock.show(i)
    const work = performance.now() - began
    await new Promise(requestAnimationFrame)
    took.push(work + Number(document.querySelector('.gf-arena').dataset.ms))
  }
  return took.sort((a, b) => a - b)
}"""


@pytest.fixture(scope="module")
def two_features(config):
    """Settings on a table of two features, with a net of z to draw."""
    return config(epochs=400).with_values(
        {"data.features": ["petal length (cm)", "petal width (cm)"], "generator.latent_dim": 2}
    )


def shown(forge):
    return forge.page.evaluate(LOOKS)


def shows(forge, condition, what):
    """Wait until what the page shows fulfils a condition."""
    return eventually(lambda: condition(found := shown(forge)) and found, what=what)


def choose(forge, view):
    forge.page.get_by_role("radio", name=view, exact=True).click()
    forge.idle()


def all_at(step):
    """Whether the arena, the curves' cursor, the histograms and the timeline show a step."""
    at = str(step)
    return lambda now: (
        at
        == now["arena"].get("step")
        == now["live"].get("cursor")
        == now["live"].get("moment")
        == now["timeline"].get("step")
    )


def test_the_arena_follows_a_training(forge, store, two_features, figure):
    settings = two_features.with_values(
        {
            "training.epochs": 20_000,
            "generator.hidden_dims": [128, 128],
            "discriminator.hidden_dims": [128, 128],
        }
    )
    run = store.create(settings, "everybody")
    forge.open("train", run)
    forge.training(run.id)
    choose(forge, "Arena")
    first = shows(forge, lambda now: now["arena"].get("points") == "300", "points in the arena")
    assert first["arena"]["real"] == "50"
    assert (first["arena"]["arrows"], first["arena"]["manifold"]) == ("60", "625")
    assert first["colours"] > 50  # a picture, no blank
    assert "petal length" in first["alt"]
    later = shows(
        forge,
        lambda now: (
            int(now["arena"]["step"]) > int(first["arena"]["step"])
            and int(now["arena"]["frames"]) >= int(first["arena"]["frames"]) + 25
        ),
        "more frames",
    )
    figure("arena of a 128-wide pair, live", f"{later['arena']['fps']} frames/s")
    switch = forge.main.locator(".gf-legend").get_by_role("button", name="pull on G's points")
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.press("Enter")
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert shown(forge)["arena"]["hidden"] == "arrows"
    choose(forge, "Density")
    density = shows(forge, lambda now: now["arena"].get("threads") == "25", "the density view")
    assert "Densities" in density["alt"]
    choose(forge, "Charts")
    expect(forge.main.locator(".gf-arena")).to_have_count(0)
    asked = []
    forge.page.on("request", lambda r: asked.append(r.url) if "/arena?" in r.url else None)
    forge.training(run.id)
    assert not asked  # nobody looks


def test_the_timeline_moves_everything_with_the_keyboard_alone(forge, store, two_features, figure):
    run = store.create(two_features, "everybody")
    eventually(lambda: store.get(run.id).status == model.FINISHED, 60)
    steps = results.snapshot_steps(store.database, run.id)
    assert len(steps) > 50
    forge.open("train", run)
    forge.first_point()
    choose(forge, "Arena")
    films = []
    forge.page.on("response", lambda r: films.append(r) if "/film" in r.url else None)
    forge.page.reload()  # a film is loaded as soon as a run at rest is shown
    forge.idle().first_point()
    choose(forge, "Arena")
    shows(forge, lambda now: now["arena"].get("film") == str(len(steps)), "the film")
    assert len({film.url for film in films}) == 2
    size = sum(film.request.sizes()["responseBodySize"] for film in films)
    figure("a film's two parts on the wire", f"{size / 1024:.0f} KB")
    assert size < 1.5 * 1024**2

    scrubber = forge.page.get_by_role("slider", name="Timeline")
    box = scrubber.bounding_box()
    scrubber.click(position={"x": box["width"] / 3, "y": box["height"] / 2})
    third = shows(forge, lambda now: now["timeline"].get("step"), "a moment by mouse")
    at = int(third["timeline"]["step"])
    assert steps[len(steps) // 4] < at < steps[len(steps) // 2]
    shows(forge, all_at(at), "that moment everywhere")
    scrubber.focus()
    press = forge.page.keyboard.press
    press("Home")
    first = shows(forge, all_at(steps[0]), "the first snapshot")
    assert first["colours"] > 50
    press("ArrowRight")
    press("ArrowRight")
    shows(forge, all_at(steps[2]), "the third snapshot")
    press("ArrowLeft")
    shows(forge, all_at(steps[1]), "the second snapshot")
    expect(scrubber).to_have_attribute(
        "aria-valuetext", f"epoch 1, step 1: snapshot 2 of {len(steps)}"
    )
    press("End")
    shows(forge, all_at(steps[-1]), "the last snapshot")
    press("Space")  # from the end it begins again
    shows(forge, lambda now: now["timeline"]["playing"] == "true", "a playing film")
    shows(forge, lambda now: steps[5] < int(now["timeline"]["step"]) < steps[-1], "its middle")
    press("Space")
    stopped = shows(forge, lambda now: now["timeline"]["playing"] == "false", "a pause")
    shows(forge, all_at(stopped["timeline"]["step"]), "all at the same moment")
    assert len(films) == 2  # no round trip a frame
    took = forge.page.evaluate(PACE)
    middle = f"{took[len(took) // 2]:.1f} ms, at most {took[-1]:.1f} ms"
    figure("a frame of the film, with arena and histograms", middle)


def test_a_fork_at_the_middle_goes_on_beside_its_parents_curves(forge, store, config):
    parent = store.create(config(epochs=200), "everybody")
    eventually(lambda: store.get(parent.id).status == model.FINISHED, what="the parent's end")
    forge.open("train", parent)
    forge.button("Fork here").click()
    expect(forge.page.get_by_text("must lead beyond step 400").first).to_be_visible()
    forge.page.get_by_role("slider", name="Learning rate").press("ArrowRight")
    forge.idle()
    timeline = forge.page.get_by_role("slider", name="Timeline")
    timeline.press("Home")
    shows(forge, lambda now: now["live"].get("cursor") == "0", "the first snapshot")
    for _ in range(6):
        timeline.press("PageUp")
    moment = int(shown(forge)["timeline"]["step"])
    assert 0 < moment < 400
    forge.button("Fork here").click()
    forge.live_until(
        lambda now: now["run"] not in ("", parent.id) and now["step"] == 400, what="the fork's end"
    )
    child = store.get(forge.run_id)
    assert (child.parent_id, child.parent_step, child.status) == (parent.id, moment, "finished")
    assert child.config.at(moment).optimizer.lr_g > parent.config.optimizer.lr_g
    traces = "() => document.querySelector('.gf-losses').data.map(t => t.opacity ?? 1)"
    eventually(lambda: 0.3 in forge.page.evaluate(traces), what="the parent's curves")
    first, losses = stored.losses(store.database, child.id)
    assert (first, len(losses)) == (moment + 1, 400 - moment)


def test_a_fork_shows_what_it_continues_from_until_a_worker_begins(
    forge, store, start_run, two_features
):
    parent = store.create(two_features, "everybody")
    eventually(lambda: store.get(parent.id).status == model.FINISHED, 60, "the parent's end")
    busy = [start_run() for _ in range(2)]  # as many as there are slots
    eventually(lambda: all(store.get(run.id).status == model.RUNNING for run in busy), 60)
    step = results.snapshot_steps(store.database, parent.id)[20]
    state = results.snapshot_checkpoint(store.database, parent.id, step)
    child = store.fork(parent.id, state, parent.config, "everybody")
    forge.open("train", child).badge("queued")
    choose(forge, "Arena")
    now = shows(forge, lambda now: now["arena"].get("points") == "300", "the snapshot")
    assert now["arena"]["step"] == str(step)
    assert store.get(child.id).status == model.QUEUED
