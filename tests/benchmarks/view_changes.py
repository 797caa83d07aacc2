"""Whether the charts are as if drawn from scratch, after many changes during a training.

    python -m tests.benchmarks.view_changes --changes 40 --seed 1

View, theme, window size and page change at random. After each change no chart may lie over another
or keep another width; then the run is paused, and the picture compared with that of the page
loaded anew.
"""

import tempfile
from argparse import ArgumentParser
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError

from gan_core import ExperimentConfig
from tests.benchmarks.report import print_columns, print_head, print_row
from tests.browser.charts import Charts
from tests.browser.chromium import started_browser
from tests.browser.forge import Forge
from tests.browser.server import Server

ENDLESS = {"training.epochs": 500_000, "training.engine": "torch", "training.device": "cpu"}
STATE = """() => ['.gf-live', '.gf-arena', '.gf-scores'].map(name => {
  const { status, step, scored } = document.querySelector(name)?.dataset ?? {}
  return [name, status, step, scored].join(' ')
}).join(', ')"""
MOST = 0.01  # of the pixels may differ


def main():
    parser = ArgumentParser(description="Whether charts survive changes of view, theme and size.")
    parser.add_argument("--changes", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print_head("tests.benchmarks.view_changes")
    shares, faults = [], []
    with tempfile.TemporaryDirectory() as folder, started_browser() as browser:
        server = Server(Path(folder) / "home", Path(folder) / "log").start()
        try:
            run = server.store.create(ExperimentConfig().with_values(ENDLESS), "everybody")
            forge = Forge(browser.new_page(viewport={"width": 1366, "height": 768}), server, None)
            forge.open("train", run).first_point(run.id)
            charts = Charts(forge, asked.seed)
            for i in range(asked.changes):
                change = charts.change()
                fault = ""
                try:
                    charts.fit(change)
                    shares.append(charts.difference_from_scratch())
                    if shares[-1] > MOST:
                        fault = f"{shares[-1]:.2%} of the pixels differ"
                except (AssertionError, PlaywrightError) as error:
                    fault = f"{error}; the page has {forge.page.evaluate(STATE)}"
                faults += [fault] * bool(fault)
                print(
                    f"{i + 1} of {asked.changes}: {change} ({charts.view}): {fault or 'fits'}",
                    flush=True,
                )
        finally:
            server.close()
    print(f"{len(faults)} faults in {asked.changes} changes\n")
    print_columns()
    print_row("pixels that differ", [100 * share for share in shares], "%", 2)
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
