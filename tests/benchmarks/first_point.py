"""How soon a visitor sees something: Home on a cold cache, the first point after Train, the end.

    python -m tests.benchmarks.first_point --times 10

A server of its own, warm, and headless Chromium on the same machine. The time to the first point
is taken inside the browser: from the click's event to the frame after the one in which the loss
chart has a point of the new run; that to the end, until all 10,000 epochs are in the charts and the
page says that the run has finished.
"""

import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from playwright.sync_api import expect

from tests.benchmarks.report import print_columns, print_head, print_row
from tests.browser.chromium import started_browser
from tests.browser.forge import FIRST_POINT, Forge
from tests.browser.server import Server
from tests.browser.traffic import Traffic

# Whether the page's charts are there: of the real rows, and of the losses before they are seen.
DRAWN = "() => document.querySelectorAll('.gf-live .js-plotly-plot .main-svg').length >= 3"
FINISHED = """() => {
  const { status, shown } = document.querySelector('.gf-live')?.dataset ?? {}
  return status === 'finished' && Number(shown) === 20000
}"""


def clicks(browser, server, times, there):
    """Milliseconds from the click on Train until something is there, each in a new session."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    forge = Forge(context.new_page(), server, None)
    for _ in range(times + 1):
        context.clear_cookies()  # else the run that one has just started is shown
        forge.open("train")
        forge.page.wait_for_load_state("networkidle")
        forge.page.wait_for_function(DRAWN)  # a page that is still being drawn is no warm one
        yield forge.press_and_time("Train", there)
        forge.badge("finished")
    context.close()


def cold_loads(browser, server, times):
    """Seconds until Home is usable and MB until it is complete, each with an empty cache."""
    for _ in range(times):
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        forge = Forge(context.new_page(), server, None)
        traffic = Traffic(forge.page)
        began = time.perf_counter()
        forge.page.goto(server.url)
        expect(forge.button("Start the tutorial")).to_be_enabled()
        took = time.perf_counter() - began
        forge.idle().page.wait_for_load_state("networkidle")
        yield took, traffic.total / 2**20
        context.close()


def main():
    parser = ArgumentParser(description="How soon a visitor sees something.")
    parser.add_argument("--times", type=int, default=10, help="measurements of each kind")
    times = parser.parse_args().times
    print_head("tests.benchmarks.first_point")
    with tempfile.TemporaryDirectory() as folder, started_browser() as browser:
        server = Server(Path(folder) / "home", Path(folder) / "log").start()
        try:
            loads = list(cold_loads(browser, server, times))
            first, *warm = clicks(browser, server, times, FIRST_POINT)
            _, *finished = clicks(browser, server, times, FINISHED)
        finally:
            server.close()
    print_columns()
    print_row("Home, cold cache, until it is usable", [took for took, _ in loads], "s", 2)
    print_row("Home, cold cache, transferred", [size for _, size in loads], "MB", 2)
    print_row("click on Train to the first point", warm, "ms")
    print_row("  the very first of this server", [first], "ms")
    print_row("click on Train to the finished run", finished, "ms")


if __name__ == "__main__":
    main()
