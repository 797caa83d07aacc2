"""What a watcher of the arena costs a training, and what he sees.

    python -m tests.benchmarks.arena --width 128 --rounds 5 --seconds 10

Starts a server of its own and trains a wide pair on it. In turn nobody looks, and somebody asks for
the arena as the browser does: the next question a short pause after the last answer. Rates are
taken from the steps in the store, between two moments at which it has just been written to.
"""

import gzip
import http.client
import json
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from statistics import median

from gan_core import ExperimentConfig
from gan_core.store.attempt import WATCH_SECONDS
from tests.benchmarks.report import print_columns, print_head, print_row
from tests.browser.server import Server, eventually

PAUSE = 0.09  # between an answer and the next question, as in pages/assets/stage/arena.js


class Watcher:
    """The arena's questions, over one connection each time."""

    def __init__(self, port, run_id, view):
        self._port = port
        self._path = f"/api/runs/{run_id}/arena?view={view}"
        self._known = ""
        self.took, self.sizes, self.gaps = [], [], []

    def watch(self, seconds):
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        until, last = time.perf_counter() + seconds, None
        while (began := time.perf_counter()) < until:
            headers = {"Accept-Encoding": "gzip"}
            connection.request("GET", self._path + self._known, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            now = time.perf_counter()
            packed = answer.headers.get("Content-Encoding") == "gzip"
            update = json.loads(gzip.decompress(body) if packed else body)
            if "frame" in update:
                self.took.append(1000 * (now - began))
                self.sizes.append(len(body) / 1024)
                self._known = f"&attempt={update['attempt']}&shown={update['frame']['step']}"
                if last is not None:
                    self.gaps.append(now - last)
                last = now
            time.sleep(PAUSE)


def rate(store, run_id, work):
    """Steps a second while some work is done."""

    def written():
        step = store.get(run_id).step
        eventually(lambda: store.get(run_id).step > step, what="more steps")
        return time.perf_counter(), store.get(run_id).step

    began, first = written()
    work()
    ended, last = written()
    return (last - first) / (ended - began)


def main():
    parser = ArgumentParser(description="What a watcher of the arena costs a training.")
    parser.add_argument("--width", type=int, default=128, help="of both hidden layers of each")
    parser.add_argument("--view", default="pair", help="pair, components or density")
    parser.add_argument("--rounds", type=int, default=5, help="how often each of the two")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each")
    asked = parser.parse_args()
    print_head("tests.benchmarks.arena")
    config = ExperimentConfig().with_values(
        {
            "training.epochs": 1_000_000,
            "generator.hidden_dims": [asked.width] * 2,
            "discriminator.hidden_dims": [asked.width] * 2,
            "generator.latent_dim": 2,
        }
    )
    alone, watched = [], []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "home", Path(folder) / "log", GAN_FORGE_SLOTS="1")
        try:
            server.start()
            run = server.store.create(config, "everybody")
            eventually(lambda: server.store.get(run.id).step > 0, what="a first step")
            watcher = Watcher(server.port, run.id, asked.view)
            time.sleep(5)  # until snapshots of the beginning are made
            for _ in range(asked.rounds):
                alone.append(rate(server.store, run.id, lambda: time.sleep(asked.seconds)))
                work = lambda: watcher.watch(asked.seconds)  # noqa: E731
                watched.append(rate(server.store, run.id, work))
                time.sleep(WATCH_SECONDS + 0.5)  # until the worker has forgotten him
        finally:
            server.close()
    print_columns()
    print_row("steps a second, nobody looks", alone, "steps/s")
    print_row("steps a second, somebody looks", watched, "steps/s")
    print_row("question with a frame answered", watcher.took, "ms", 1)
    print_row("size of that answer on the wire", watcher.sizes, "KB", 1)
    print_row("between two frames", [1000 * gap for gap in watcher.gaps], "ms")
    cost = 1 - median(w / a for w, a in zip(watched, alone, strict=True))
    print(f"\ncost of the watcher: {100 * cost:.1f} % of the rate (median of {asked.rounds} pairs)")
    print(f"frames a second: {len(watcher.gaps) / sum(watcher.gaps):.1f}")


if __name__ == "__main__":
    main()
