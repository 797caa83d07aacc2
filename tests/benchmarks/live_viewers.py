"""How soon the page answers a slider while many watch many trainings.

    python -m tests.benchmarks.live_viewers --runs 10 --viewers 10 --slots 2 --seconds 30

Starts a server of its own, puts runs that really train into its queue, and opens sessions on it as
a browser does: Streamlit's websocket with its own messages, and the live view's questions at the
live view's own pace. Browsers without a window would be too heavy for one machine, so what a
browser draws is left out; what the server does is the same. Then now one viewer, now another moves
a slider of Train, and the time is taken from the message that says so to the message that the
script has finished and its elements are sent.

The viewers run on the same machine as the server, as one process, and take their share of it.
"""

import asyncio
import random
import tempfile
import time
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path

import psutil

from gan_core import ExperimentConfig
from tests.benchmarks.report import print_columns, print_head, print_row
from tests.benchmarks.sessions import FAST_SECONDS, Session
from tests.browser.server import Server


async def watch(server, runs, viewers_each, seconds, pause):
    """Let them all watch; returns milliseconds for each move of a slider, and the viewers."""
    viewers = [Session(server.port, run.id) for run in runs for _ in range(viewers_each)]
    for viewer in viewers:
        await viewer.open()
    await asyncio.sleep(FAST_SECONDS)  # until all ask at their usual pace
    for viewer in viewers:
        viewer.questions.took.clear()
        viewer.questions.sizes.clear()
    chance = random.Random(0)
    usage = Usage(server)
    took, until = [], time.perf_counter() + seconds
    while time.perf_counter() < until:
        took.append(await chance.choice(viewers).move_slider())
        await asyncio.sleep(pause)
    cores = usage.cores()
    for viewer in viewers:
        await viewer.close()
    return took, viewers, cores


class Usage:
    """How many cores were busy with what, from now on."""

    def __init__(self, server):
        self._groups = {"server": [server.process], "viewers": [psutil.Process()]}
        self._groups["dispatcher and workers"] = [
            process for process in server.processes() if process != server.process
        ]
        self._began = time.perf_counter(), self._times()

    def _times(self):
        def spent(process):
            with suppress(psutil.NoSuchProcess):
                return sum(process.cpu_times()[:2])
            return 0.0

        return {name: sum(map(spent, group)) for name, group in self._groups.items()}

    def cores(self):
        began, before = self._began
        passed = time.perf_counter() - began
        return {name: (now - before[name]) / passed for name, now in self._times().items()}


def main():
    parser = ArgumentParser(description="How soon the page answers while many watch.")
    parser.add_argument("--runs", type=int, default=10, help="runs in the queue")
    parser.add_argument("--viewers", type=int, default=10, help="viewers of each run")
    parser.add_argument("--slots", type=int, default=2, help="runs that train at once")
    parser.add_argument("--engine", default="auto", help="what computes them")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to measure")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between two moves")
    asked = parser.parse_args()
    print_head("tests.benchmarks.live_viewers")
    config = ExperimentConfig().with_values(
        {"training.epochs": 1_000_000, "training.engine": asked.engine}
    )
    with tempfile.TemporaryDirectory() as folder:
        server = Server(
            Path(folder) / "home", Path(folder) / "log", GAN_FORGE_SLOTS=str(asked.slots)
        )
        try:
            server.start()
            runs = [server.store.create(config, "everybody") for _ in range(asked.runs)]
            took, viewers, cores = asyncio.run(
                watch(server, runs, asked.viewers, asked.seconds, asked.pause)
            )
            training = server.store.counts()["running"]
        finally:
            server.close()
    questions = [one for viewer in viewers for one in viewer.questions.took]
    sizes = [one / 1024 for viewer in viewers for one in viewer.questions.sizes]
    print_columns()
    print_row("slider moved to page answered", took, "ms")
    print_row("live view's question answered", questions, "ms")
    print_row("size of that answer on the wire", sizes, "KB", 1)
    print(f"\n{len(viewers)} viewers of {asked.runs} runs, {training} of them training at the end")
    print(f"{len(questions) / asked.seconds:.0f} questions a second")
    print("cores busy: " + ", ".join(f"{name} {share:.2f}" for name, share in cores.items()))


if __name__ == "__main__":
    main()
