"""Every page in light and dark, on a laptop and on a phone; conftest.py watches for errors."""

import pytest
from playwright.sync_api import expect

from gan_core.store import model
from gan_core.store.schema import chunks
from tests.browser.axe import serious_faults
from tests.browser.server import eventually

PAGES = {
    "": "GAN Forge",
    "data": "Data",
    "train": "Train",
    "results": "Results",
    "runs": "Runs",
    "system": "System",
}
LAPTOP, PHONE = (1366, 768), (390, 844)

# What a visitor must be able to read whole: cut off by an ellipsis or by the edge of the window.
CUT_OFF = """() => {
  const kinds = ['h1', 'h2', 'h3', 'h5', 'button', '[data-testid=stMetricValue] *',
    '[data-testid=stMetricLabel] *', '.stMarkdownBadge', '[data-testid=stCaptionContainer]',
    '[data-testid=stAlert]', '[data-testid=stSlider]', '.gf-line', '.gf-curves > *',
    '.gf-histograms', '.gf-film *']
  const not = '.modebar-container, [data-testid=stElementToolbar], [data-testid=stDataFrame]'
  const found = new Set()
  for (const e of document.querySelectorAll(kinds.map(k => `[data-testid=stMain] ${k}`))) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e)
    if (!box.width || !box.height || style.visibility == 'hidden' || e.closest(not)) continue
    const name = e.innerText || e.className
    if (style.textOverflow == 'ellipsis' && e.scrollWidth > e.clientWidth + 1)
      found.add(`cut off: ${name}`)
    if (box.right > innerWidth + 1 || box.left < -1) found.add(`outside: ${name}`)
  }
  return [...found]
}"""


@pytest.fixture(scope="module")
def finished_run(server, config):
    """A run to look at, in a store of some size."""
    store = server.store
    run = store.create(config(epochs=100), "everybody", "for the looks")
    big = store.create(config(), "everybody", "takes room")
    store.stop(big.id)
    chunk = {"run_id": big.id, "attempt": 99, "seq": 0, "first_step": 1, "last_step": 10**6}
    with store.database.write() as db:
        db.execute(chunks.insert().values(**chunk, data=bytes(16 * 10**6)))
    yield eventually(lambda: (now := store.get(run.id)).status == model.FINISHED and now, 60)
    store.delete(big.id)


BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
COLOURS = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 20, 28)"}
CHARTS = {"": ".gf-film canvas", "data": ".gf-chart", "results": ".gf-chart"}
CHARTS["train"] = ".gf-losses"
INK = "chart => chart._fullLayout?.font.color"


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_every_page_fits_and_can_be_read_in_light_and_dark(
    new_forge, server, store, finished_run, size
):
    """Each page is opened in one theme and then changed to the other, in turn."""
    forge = new_forge(server, size=size)
    themes, faults = ["light", "dark"], {}
    for path, title in PAGES.items():
        forge.page.emulate_media(color_scheme=themes[0])
        forge.open(path, finished_run if path in ("train", "results") else None)
        forge.at("Home" if not path else title)
        expect(forge.page).to_have_title(f"{title if path else 'Home'} · GAN Forge")
        assert forge.main.locator("h1").all_inner_texts() == [title]
        if path == "results":
            expect(forge.main.get_by_test_id("stMetric").first).to_be_visible()
        inks = set()
        for theme in themes:
            forge.page.emulate_media(color_scheme=theme)
            eventually(lambda: forge.page.evaluate(BACKGROUND) == COLOURS[theme], what=theme)  # noqa: B023
            if path in CHARTS:
                chart = forge.main.locator(CHARTS[path]).first
                expect(chart).to_be_visible()
                if path:  # its text has a colour that no other theme has
                    ink = eventually(lambda: {chart.evaluate(INK)} - {None} - inks, 10, theme)  # noqa: B023
                    inks |= ink
            width = forge.page.evaluate("document.scrollingElement.scrollWidth")
            assert width <= size[0], path
            faults[path, theme] = forge.page.evaluate(CUT_OFF)
            if size == LAPTOP:
                faults[path, theme] += serious_faults(forge)
        if path == "train" and size == LAPTOP:
            assert_needs_no_scrolling(forge)
        themes.reverse()
    assert not {where: found for where, found in faults.items() if found}


def assert_needs_no_scrolling(forge):
    charts = (forge.main.locator(f".gf-{name}") for name in ("losses", "histograms"))
    for what in (forge.button("Train"), *charts):
        box = what.bounding_box()
        assert box["y"] + box["height"] <= LAPTOP[1] + 1


def test_on_a_phone_the_charts_come_first_and_the_settings_under_a_button(
    new_forge, server, store, finished_run
):
    forge = new_forge(server, size=PHONE)
    forge.open("train", finished_run)
    losses = forge.main.locator(".gf-losses")
    eventually(lambda: losses.evaluate(INK), what="curves")
    expect(losses.locator(".modebar-btn")).to_have_count(0)  # they would cover the legend
    expect(forge.main.get_by_text("Epochs", exact=True)).to_be_hidden()
    badge = forge.main.locator(".stMarkdownBadge").first.bounding_box()
    assert badge["y"] < losses.bounding_box()["y"] < PHONE[1]
    forge.press("Settings")
    expect(forge.main.get_by_text("Epochs", exact=True)).to_be_visible()
    forge.few_epochs().press("Train")
    forge.live_until(lambda now: now["run"] not in ("", finished_run.id) and now["points"])
    forge.badge("finished")
