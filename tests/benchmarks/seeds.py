"""How long a run repeated with many seeds takes, from the click to the last score.

    python -m tests.benchmarks.seeds --seeds 100 --slots 2

The tutorial's settings, through the store, the queue and the workers, as the pages do it.
"""

import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from gan_core import ExperimentConfig
from gan_core.store.groups import scores_by_member
from tests.benchmarks.report import print_head
from tests.browser.server import Server


def main():
    parser = ArgumentParser(description="How long many seeds take.")
    parser.add_argument("--seeds", type=int, default=100, help="repetitions")
    parser.add_argument("--slots", type=int, default=2, help="runs that train at once")
    asked = parser.parse_args()
    print_head("tests.benchmarks.seeds")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(
            Path(folder) / "home", Path(folder) / "log", GAN_FORGE_SLOTS=str(asked.slots)
        )
        try:
            server.start()
            store = server.store
            began = time.perf_counter()
            run = store.create(ExperimentConfig(), "everybody", repeats=asked.seeds)
            while store.get(run.id).is_active:
                time.sleep(0.1)
            took = time.perf_counter() - began
            scores = scores_by_member(store.members(run))
        finally:
            server.close()
    print(f"{len(scores)} of {asked.seeds} seeds finished in {took:.1f} s")
    for name in scores:
        print(f"{name:<14}{scores[name].mean():>8.4f} ± {scores[name].std():.4f}")


if __name__ == "__main__":
    main()
