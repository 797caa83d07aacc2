"""The charts keep their places while views, themes and windows change during a training."""

from playwright.sync_api import expect

from gan_core.store import model, results
from tests.browser.charts import VIEWS, Charts
from tests.browser.server import eventually

CHANGES, SEED = 10, 1  # tests/benchmarks/view_changes.py makes 40, and compares more pictures


def test_no_chart_overlaps_another_however_the_view_changes(forge, start_run):
    run = start_run()
    forge.open("train", run)
    forge.first_point(run.id)
    charts = Charts(forge, SEED)
    for view in ("Arena", "Quality"):  # in which D's output came back beside the losses
        charts.choose(view)
        charts.fit(view)
    for _ in range(CHANGES):
        charts.fit(charts.change())
    assert charts.difference_from_scratch() < 0.01


NAMED = (
    """name => [...document.querySelectorAll(`.gf-${name} .legendtext`)].map(e => e.textContent)"""
)
CUT_OFF = "e => e.scrollWidth > e.clientWidth"


def test_each_view_names_its_colours_and_the_ghost(forge, store, config):
    parent = store.create(config(epochs=100), "everybody")
    eventually(lambda: store.get(parent.id).status == model.FINISHED, 60)
    state = results.snapshot_checkpoint(store.database, parent.id, 0)
    child = store.fork(parent.id, state, parent.config, "everybody")
    eventually(lambda: store.get(child.id).status == model.FINISHED, 60)
    forge.open("train", child).first_point()
    charts = Charts(forge, SEED)
    for view in VIEWS:
        charts.choose(view)
        charts.fit(view)
        look = forge.page.evaluate
        rows = ["real, 50 rows", "generated, 500 rows", "before"]
        eventually(lambda: look(NAMED, "histograms") == rows, what=f"the names in {view}")  # noqa: B023
        assert look(NAMED, "losses") == ["D loss", "G loss", "before"]
    buttons = forge.main.locator(".modebar-btn")  # reached by mouse alone: they are many
    assert {button.get_attribute("tabindex") for button in buttons.all()} == {"-1"}
    charts.choose("Arena")
    plane = forge.page.get_by_role("combobox", name="Along x, or plane")
    plane.click()
    forge.page.get_by_role("option", name="principal components").click()
    expect(plane).to_have_value("principal components")
    assert not plane.evaluate(CUT_OFF)


HEAT = """() => {
  const canvas = document.querySelector('.gf-film canvas'), { width, height } = canvas
  const pixels = width ? canvas.getContext('2d').getImageData(0, 0, width, height).data : []
  const found = { orange: 0, blue: 0 } // faint ones, which no point is
  for (let p = 0; p < pixels.length; p += 4) {
    const [red, , blue, alpha] = pixels.slice(p, p + 4)
    if (alpha > 20 && alpha < 170) found[red > blue ? 'orange' : 'blue'] += 4 / pixels.length
  }
  return found
}"""


def test_home_paints_what_d_believes_as_the_arena_does(forge):
    forge.open()
    expect(forge.main.locator(".gf-film canvas")).to_be_visible()
    found = lambda: forge.page.evaluate(HEAT)  # noqa: E731
    eventually(lambda: min(found().values()) > 0.03, what="both of the rows' colours")
