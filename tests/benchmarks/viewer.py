"""What pictures cost: frames of a live run, films, and what others feel of many films at once.

    python -m tests.benchmarks.viewer --films 20 --width 990

Starts a server of its own. A watcher asks for the arena of a training run as the browser does;
then so many different films of a run with large networks are asked for at once, while another
visitor asks for what is new in the training run ten times a second, and for its frames.
"""

import http.client
import json
import tempfile
import threading
import time
from argparse import ArgumentParser
from itertools import permutations
from pathlib import Path

import numpy as np

from gan_core import ExperimentConfig, train
from gan_core.networks import n_weights
from gan_core.problem import resolve
from gan_core.store import model
from gan_core.store.attempt import Attempt
from gan_core.store.schema import jobs
from tests.benchmarks.arena import Watcher
from tests.benchmarks.report import print_columns, print_head, print_row
from tests.browser.server import Server, eventually, get

MB = 2**20
SNAPSHOTS = 5
MANY_ROWS = 100_000


def large_run(store, width):
    """A run that has ended, with snapshots of the largest networks that are allowed."""
    config = ExperimentConfig().with_values(
        {
            "training.epochs": 1,
            "training.device": "cpu",
            "training.engine": "torch",
            "generator.hidden_dims": [width] * 3,
            "discriminator.hidden_dims": [width] * 3,
        }
    )
    *_, end = train(config)
    run = store.create(config, "everybody", paused=True)
    owner = {"status": model.RUNNING, "attempt": 9, "want": ""}
    with store.database.write() as db:
        db.execute(jobs.update().where(jobs.c.id == run.id).values(**owner))
    attempt = Attempt(store.database, run.id, 9)
    attempt.begin(0, 0, "cpu", "torch")
    state = end.checkpoint
    kept = {step: state.to_bytes() for step in range(SNAPSHOTS)}
    attempt.append(1, np.ones((2, 4), np.float32), kept=kept, networks=state.players())
    attempt.save(state)
    attempt.close(model.FINISHED)
    problem = resolve(config)
    weights = sum(n_weights(layers) for layers in (problem.generator, problem.discriminator))
    print(f"large networks: {weights:,} weights, {SNAPSHOTS} snapshots\n")
    return run


def views():
    """Different pictures of four features."""
    for others in ("mean", "nearest"):
        yield f"view=components&others={others}"
        for x, y in permutations(range(4), 2):
            yield f"view=pair&x={x}&y={y}&others={others}"


class Films(threading.Thread):
    """Asks for one film until it is there."""

    def __init__(self, server, run, view):
        super().__init__()
        self._address = f"{server.url}/api/runs/{run.id}/film?{view}"
        self.refused = 0

    def run(self):
        began = time.perf_counter()
        while (found := get(self._address))[0] == 503:
            self.refused += 1
            time.sleep(1)
        self.took = time.perf_counter() - began
        assert found[0] == 200, found
        assert len(json.loads(found[1])["frames"]) == SNAPSHOTS


def took(server, path):
    """Milliseconds to an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    began = time.perf_counter()
    connection.request("GET", path)
    connection.getresponse().read()
    return 1000 * (time.perf_counter() - began)


def viewers(server):
    """The processes of the server's viewer: the one that forks first."""
    found = [p for p in server.processes() if p.cmdline()[-1:] == ["view"]]
    return sorted(found, key=lambda process: process.create_time())


def beside(server, run, until):
    """What another visitor feels meanwhile; and the peaks of memory."""
    lives, memory = [], {}
    while not until():
        lives.append(took(server, f"/api/runs/{run.id}/live?attempt=1&since=1&shown=1"))
        for name, process in [("server", server.process), *zip("FPS", viewers(server))]:  # noqa: B905
            memory[name] = max(memory.get(name, 0), process.memory_info().rss)
        time.sleep(0.1)
    return lives, memory


def main():
    parser = ArgumentParser(description="What pictures cost.")
    parser.add_argument("--films", type=int, default=20, help="at once")
    parser.add_argument("--width", type=int, default=990, help="of the large networks' layers")
    parser.add_argument("--seconds", type=float, default=10.0, help="of watching a live run")
    asked = parser.parse_args()
    print_head("tests.benchmarks.viewer")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "home", Path(folder) / "log", GAN_FORGE_SLOTS="1")
        try:
            # Before there is a dispatcher, which would adopt a run without one.
            server.home.mkdir()
            large = large_run(server.store, asked.width)
            server.start()
            config = ExperimentConfig().with_values({"training.epochs": 1_000_000})
            live = server.store.create(config, "everybody")
            eventually(lambda: server.store.get(live.id).step > 0, what="a first step")
            eventually(lambda: len(viewers(server)) == 3, 60, "the viewer")
            get(f"{server.url}/api/runs/{live.id}/arena?view=pair")  # the first one prepares
            print_columns()
            watcher = Watcher(server.port, live.id, "pair")
            watcher.watch(asked.seconds)
            print_row("frame of a live run", watcher.took, "ms", 1)

            films = [Films(server, large, v) for v in list(views())[: asked.films]]
            crowded = Watcher(server.port, live.id, "pair")
            crowd = threading.Thread(target=crowded.watch, args=(asked.seconds,))
            for thread in [crowd, *films]:
                thread.start()
            lives, memory = beside(server, live, lambda: not any(f.is_alive() for f in films))
            print_row(f"{asked.films} films at once, each", [f.took for f in films], "s", 1)
            print_row("/live of another visitor meanwhile", lives, "ms", 1)
            print_row("frame of the live run meanwhile", crowded.took, "ms", 1)
            crowd.join()

            address = f"/api/runs/{large.id}/samples.csv?n={MANY_ROWS}&step=2"
            drawn = []
            csv = threading.Thread(target=lambda: drawn.append(took(server, address) / 1000))
            csv.start()
            lives, more = beside(server, live, lambda: not csv.is_alive())
            print_row(f"{MANY_ROWS:,} rows as CSV", drawn, "s", 1)
            print_row("/live of another visitor meanwhile", lives, "ms", 1)
            names = {"server": "server", "F": "viewer", "P": "its pictures", "S": "its samples"}
            for name in memory:
                print_row(
                    f"memory of {names[name]}, films / CSV",
                    [memory[name] / MB, more[name] / MB],
                    "MB",
                )
            print(f"\nfilms that were told to come again: {sum(f.refused for f in films)}")
        finally:
            server.close()


if __name__ == "__main__":
    main()
