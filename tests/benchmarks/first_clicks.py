"""Whether the first click on Train ends with a finished run on the page, however it is made.

    python -m tests.benchmarks.first_clicks --servers 25 --delay 2

Every server has just started, and gets four visitors with empty caches, one after another: one
clicks Train the moment it is there, one clicks twice, one reloads right after the click, and one
opens a second tab right after it. Who comes first, to a server that is cold, changes
from server to server.
"""

import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from playwright.sync_api import Error

from tests.benchmarks.report import print_columns, print_head, print_row
from tests.browser.chromium import started_browser
from tests.browser.forge import Forge, files_late
from tests.browser.server import Server

PAUSES = (0, 0.1, 0.3, 0.6)  # seconds from the click to the reload or the second tab, in turn
FINISHED = "step => document.querySelector(`.gf-live[data-status=finished][data-step='${step}']`)"
LAST_STEP = 20_000  # of the tutorial


def ends_well(tab, seconds):
    """Wait until a tab shows a finished run with its curve and address; returns what is wrong."""
    try:
        tab.page.wait_for_function(FINISHED, arg=LAST_STEP, timeout=1000 * seconds)
        tab.badge("finished", seconds)
        tab.first_point(tab.run_id)
    except (Error, AssertionError):
        return f"{tab.live()} at {tab.url}"
    return ""


def visit(context, server, how, *, pause, delay, patience):
    """One visitor's first click; returns seconds to the end, and what is wrong."""
    before = len(server.store.list())
    forge = Forge(context.new_page(), server, None)
    forge.page.set_default_timeout(1000 * patience)
    files_late(forge.page, delay)
    forge.page.goto(f"{server.url}/train", wait_until="commit")
    button = forge.button("Train")
    button.wait_for()
    began = time.monotonic()
    button.click(click_count=2 if how == "click twice" else 1)
    tabs = [forge]
    if how == "reload":
        time.sleep(pause)
        forge.page.reload(wait_until="commit")
    if how == "second tab":
        time.sleep(pause)
        tabs.append(Forge(context.new_page(), server, None))
        tabs[1].page.goto(forge.page.url, wait_until="commit")
    wrong = [fault for tab in tabs if (fault := ends_well(tab, patience))]
    took = time.monotonic() - began
    context.unroute_all(behavior="ignoreErrors")
    if len({tab.run_id for tab in tabs}) > 1:
        wrong.append("the tabs show different runs")
    if (made := len(server.store.list()) - before) != 1:
        wrong.append(f"{made} runs instead of one")
    return took, "; ".join(wrong)


WAYS = ("click", "click twice", "reload", "second tab")


def main():
    parser = ArgumentParser(description="Whether the first click ends with a finished run.")
    parser.add_argument("--servers", type=int, default=25)
    parser.add_argument("--delay", type=float, default=0, help="seconds by which files come late")
    parser.add_argument("--patience", type=float, default=60, help="seconds for a visit")
    asked = parser.parse_args()
    print_head("tests.benchmarks.first_clicks")
    took = {way: [] for way in WAYS}
    faults = []
    with tempfile.TemporaryDirectory() as folder, started_browser() as browser:
        for i in range(asked.servers):
            home = Path(folder) / str(i)
            server = Server(home, Path(folder) / f"log{i}").start(warm=False)
            try:
                for k in range(len(WAYS)):
                    way = WAYS[(i + k) % len(WAYS)]
                    context = browser.new_context(viewport={"width": 1366, "height": 768})
                    how = {"pause": PAUSES[i % len(PAUSES)], "delay": asked.delay}
                    seconds, wrong = visit(context, server, way, **how, patience=asked.patience)
                    context.close()
                    if wrong:
                        faults.append(f"server {i}, visit {k} ({way}, {how['pause']} s): {wrong}")
                        print(faults[-1], flush=True)
                    else:
                        took[way].append(seconds)
            finally:
                server.close()
    good = sum(map(len, took.values()))
    print(
        f"\n{good} of {good + len(faults)} first clicks ended with the finished run on the page\n"
    )
    print_columns()
    for way, seconds in took.items():
        print_row(f"{way}: until it is finished", seconds, "s", 1)
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
