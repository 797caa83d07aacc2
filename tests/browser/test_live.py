"""Nothing is lost: reloads, other pages, second tabs, zoom and legend on a live chart."""

from playwright.sync_api import expect

from tests.browser.server import eventually

RANGES = """() => {
  const { xaxis, yaxis } = document.querySelector('.gf-losses')._fullLayout
  return [...xaxis.range, ...yaxis.range].map(v => Math.round(v * 1000) / 1000)
}"""
AXIS = "() => document.querySelector('.gf-losses')._fullLayout.xaxis.title.text"
VISIBLE = "() => document.querySelector('.gf-losses')._fullData.map(t => t.visible)"


def assert_goes_on(forge, run_id):
    """The page shows this run, which is still training."""
    now = forge.training(run_id)
    assert now["status"] == "running"
    assert forge.run_id == run_id


def test_a_run_survives_other_pages_reloads_and_tabs(forge, start_run):
    run = start_run()
    forge.open("train", run)
    assert_goes_on(forge, run.id)
    for name in ("Home", "Data", "Results", "Runs", "System", "Train"):
        forge.go(name)
    assert_goes_on(forge, run.id)
    forge.page.go_back()
    forge.at("System").page.go_forward()
    forge.at("Train")
    assert_goes_on(forge, run.id)
    steps = forge.live()["step"]
    forge.page.reload()
    forge.idle()
    assert_goes_on(forge, run.id)
    assert forge.live()["step"] > steps
    tab = forge.another_tab(forge.url)
    assert_goes_on(tab, run.id)
    tab.press("Pause").badge("paused")
    forge.badge("paused")  # the first tab hears of it too
    expect(forge.button("Resume")).to_be_visible()


def zoom(forge):
    """Zoom into the left part of the losses with the mouse; returns the ranges of the axes."""
    at_first = forge.page.evaluate(RANGES)
    box = forge.page.locator(".gf-losses .nsewdrag").bounding_box()
    mouse = forge.page.mouse
    mouse.move(box["x"] + 5, box["y"] + 0.2 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
    mouse.up()
    # Until it is zoomed the axis grows with the run, but only a zoom moves where it begins.
    eventually(lambda: forge.page.evaluate(RANGES)[0] > at_first[0], what="a zoomed chart")
    return forge.page.evaluate(RANGES)


def test_the_axis_so_far_and_whole_zoom_and_legend_survive_updates(forge, start_run):
    run = start_run()
    forge.open("train", run)
    forge.training(run.id)
    forge.live_until(lambda now: now["step"] > 300, what="curves to zoom into")
    assert forge.page.evaluate(RANGES)[1] < 25_000
    forge.press("whole run")
    assert forge.page.evaluate(RANGES)[1] == 50_000
    expect(forge.button("whole run")).to_have_attribute("aria-pressed", "true")
    forge.go("Data").go("Train").first_point(run.id)  # it is remembered
    assert forge.page.evaluate(RANGES)[1] == 50_000
    forge.press("so far")
    assert forge.page.evaluate(RANGES)[1] < 25_000

    zoomed = zoom(forge)
    forge.page.locator(".gf-losses .legendtoggle").last.click(timeout=5000)
    eventually(lambda: forge.page.evaluate(VISIBLE) == [True, "legendonly"], what="a curve hidden")
    for _ in range(3):  # each with new points
        step = forge.live()["step"]
        forge.live_until(lambda now, step=step: now["step"] > step, what="more steps")
        assert forge.page.evaluate(RANGES) == zoomed
        assert forge.page.evaluate(VISIBLE) == [True, "legendonly"]
    forge.press("Pause").badge("paused")  # and the page drawn anew
    assert forge.page.evaluate(RANGES) == zoomed
    assert forge.page.evaluate(VISIBLE) == [True, "legendonly"]

    forge.watch.forgive()  # the live view's question is answered by 404, which browsers log
    forge.server.store.delete(run.id)  # in another tab
    forge.see("There is no run")


def test_zoom_survives_a_rest_in_the_first_epochs_whose_axis_is_short(forge, store, slow):
    run = store.create(slow, "everybody", paused=True)
    forge.open("train", run)
    for step in (1, 2, 3):
        # The first one has to wait for a worker, which on a busy machine takes half a minute.
        forge.press("Step").live_until(lambda now, step=step: now["step"] == step, 90)
        forge.idle()
    assert forge.page.evaluate(RANGES)[1] == 20
    assert forge.page.evaluate(AXIS) == "step"  # of which there are too few for epochs
    zoomed = zoom(forge)
    forge.press("Resume").badge("running").training(run.id)
    forge.live_until(lambda now: now["step"] > 200, what="steps beyond the short axis")
    assert forge.page.evaluate(RANGES) == zoomed
    forge.press("Pause").badge("paused")
    assert forge.page.evaluate(RANGES) == zoomed


EVENNESS = """() => {
  const { data, _fullLayout: { xaxis } } = document.querySelector(".gf-losses")
  const [low, high] = xaxis.range
  const { x } = data.find(t => t.showlegend !== false && !t.opacity)
  return x.filter(at => at <= low + (high - low) / 10).length / x.length
}"""


def test_the_curves_are_the_same_whenever_one_began_to_watch(new_forge, server, store, config):
    """And their axis grows with the run: at each moment they fill it."""
    run = store.create(config(epochs=50_000), "everybody")
    tabs = [new_forge(server).open("train", run)]
    tabs[0].first_point()
    tabs[0].live_until(lambda now: now["step"] > 5000, what="a part of the run")
    fraction, (_, end, *_) = tabs[0].page.evaluate(EVENNESS), tabs[0].page.evaluate(RANGES)
    assert end < 50_000
    assert 0.05 < fraction < 0.2
    tabs.append(new_forge(server).open("train", run))
    tabs[1].first_point()
    tabs[0].badge("finished", 60)
    tabs.append(new_forge(server).open("train", run))
    for tab in tabs:
        tab.live_until(lambda now: now["step"] == 100_000 and now["points"], what="the end")
        assert tab.page.evaluate(RANGES)[1] == 50_000
    fractions = [tab.page.evaluate(EVENNESS) for tab in tabs]
    assert all(abs(fraction - 0.1) < 0.005 for fraction in fractions), fractions
    assert len(set(fractions)) == 1
