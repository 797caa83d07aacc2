"""GAN Forge as a visitor uses it: by the names that stand on the screen."""

import re
from contextlib import suppress

from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.server import eventually

PATIENCE = 30_000  # milliseconds; a busy machine is slow, and what is right comes sooner
expect.set_options(timeout=PATIENCE)

_LIVE = """() => {
  const root = document.querySelector('.gf-live')
  const traces = root?.querySelector('.gf-losses')?.data
  const curve = traces?.find(t => t.showlegend !== false && !t.opacity) // no band, no ghost
  return {
    run: root?.dataset.run ?? '', status: root?.dataset.status ?? '',
    step: Number(root?.dataset.step ?? 0), shown: Number(root?.dataset.shown ?? 0),
    points: curve?.x?.length ?? 0,
  }
}"""
_IDLE = """() => {
  const app = document.querySelector('[data-testid=stApp]')
  return app?.dataset.testScriptState === 'notRunning'
    && app.dataset.testConnectionState === 'CONNECTED'
    && document.querySelector('[data-testid=stMain] :is(h1, h2, h3)')
    && !document.querySelector('[data-testid=stSkeleton], .gf-live[data-pending]')
}"""
# What fades or opens. An element that is taken away meanwhile never says that it has ended.
_MOVING = """() => document.getAnimations().some(
  a => a.playState === 'running' && a.effect.getComputedTiming().endTime < 5000)"""
# From the event of the next click to the frame after the one in which something is there.
FIRST_POINT = """() => {
  const root = document.querySelector('.gf-live')
  const traces = root?.querySelector('.gf-losses')?.data
  const curve = traces?.find(t => t.showlegend !== false && !t.opacity) // no band, no ghost
  return root?.dataset.run && curve?.x?.length > 0
}"""
_STOPWATCH = """there => {
  const is_there = eval(there)
  window.measured = null
  document.addEventListener('click', event => {
    const began = event.timeStamp
    const look = () => {
      if (!is_there()) return requestAnimationFrame(look)
      requestAnimationFrame(() => { window.measured = performance.now() - began })
    }
    look()
  }, { capture: true, once: true })
}"""


def files_late(page: Page, seconds):
    """Every file of the pages of a browser's context comes late, as over a slow network."""

    def late(route):
        with suppress(Error):  # the page was left meanwhile
            page.wait_for_timeout(1000 * seconds)
            route.continue_()

    if seconds:
        page.context.route(lambda url: "/static/" in url or "/forge/" in url, late)


class Forge:
    """A page of a server in a browser.

    It waits with ``wait_for``: ``expect`` describes the whole page at each look that fails.
    """

    def __init__(self, page: Page, server, watch):
        self.page, self.server, self.watch = page, server, watch
        page.set_default_timeout(PATIENCE)

    @property
    def url(self):
        """The address. Playwright's own ``page.url`` stands still while a test sleeps."""
        return self.page.evaluate("location.href")

    @property
    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    def open(self, path="", run=None):
        """Open an address: ``open("train", run)``."""
        query = f"?run={run if isinstance(run, str) else run.id}" if run else ""
        self.page.goto(f"{self.server.url}/{path}{query}")
        return self.idle()

    def another_tab(self, url):
        """A second tab of the same browser."""
        tab = Forge(self.page.context.new_page(), self.server, self.watch)
        tab.page.goto(url)
        return tab.idle()

    def idle(self):
        """Wait until the page is drawn."""
        self.page.wait_for_function(_IDLE)
        return self

    def still(self):
        """Wait until nothing on the page fades or opens any more, which a click might miss."""
        eventually(lambda: not self.page.evaluate(_MOVING), what="a page that stands still")
        return self

    def go(self, name):
        """Click a page's name in the navigation."""
        self.page.get_by_role("link", name=name, exact=True).first.click()
        return self.at(name)

    def at(self, name):
        """Wait until a page is there."""
        title = "GAN Forge" if name == "Home" else name
        self.main.get_by_role("heading", name=title, exact=True).wait_for()
        return self.idle()

    def button(self, name) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name):
        self.button(name).click()
        return self

    def see(self, text):
        self.main.get_by_text(text).first.wait_for()
        return self

    def error(self, *words):
        """Wait for an error with these words; there is no stack trace in it."""
        box = self.main.get_by_test_id("stAlert").filter(has_text=re.compile(re.escape(words[0])))
        box.first.wait_for()
        text = box.first.inner_text()
        assert all(word in text for word in words), text
        assert "Traceback" not in text
        return text

    def badge(self, status, seconds=PATIENCE / 1000):
        """Wait until the page says that its run has this status."""
        badge = self.main.locator(".stMarkdownBadge").filter(has_text=status)
        badge.first.wait_for(timeout=seconds * 1000)
        return self

    def few_epochs(self, more=0):
        """Move the slider Epochs to its lowest, 100, and then up by some, with the keyboard."""
        slider = self.page.get_by_role("slider", name="Epochs")
        slider.focus()
        slider.press("Home")
        for _ in range(more):
            slider.press("ArrowRight")
        return self

    def live(self):
        """What the live view shows."""
        return self.page.evaluate(_LIVE)

    def live_until(self, condition, seconds=PATIENCE / 1000, what=""):
        """Wait until what the live view shows fulfils a condition."""

        def look():
            found = self.live()
            return found if condition(found) else None

        return eventually(look, seconds, what or "the live view")

    def first_point(self, run_id=None):
        """Wait until there are curves of a run."""
        return self.live_until(
            lambda now: now["step"] > 0 and now["points"] > 0 and run_id in (None, now["run"]),
            what="the first point of the losses",
        )

    def press_and_time_first_point(self, name):
        """Milliseconds from the click on a button to the first point, as the browser counts."""
        return self.press_and_time(name, FIRST_POINT)

    def press_and_time(self, name, there):
        """Milliseconds from the click on a button until a JavaScript function returns true."""
        self.page.evaluate(_STOPWATCH, there)
        self.press(name)
        self.page.wait_for_function("() => window.measured !== null")
        return self.page.evaluate("window.measured")

    def training(self, run_id=None):
        """Wait until the curves of a run are there and grow."""
        first = self.first_point(run_id)
        return self.live_until(
            lambda now: now["run"] == first["run"] and now["step"] > first["step"],
            what="more steps",
        )

    @property
    def run_id(self):
        """The run in the address."""
        found = re.search(r"[?&]run=([\w-]{12})(&|$)", self.url)
        return found.group(1) if found else None
