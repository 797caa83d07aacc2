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
import gzip
import json
import random
import tempfile
import time
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from gan_core import ExperimentConfig
from tests.benchmarks.report import print_columns, print_head, print_row
from tests.browser.server import Server

SLIDER = "Latent dimension"
END = "script_finished"
FAST_SECONDS, FAST, USUAL = 5.0, 0.150, 0.350  # the pace of pages/ui/assets/live.js


class Questions:
    """The live view's questions over one kept connection."""

    def __init__(self, port, run_id):
        self._port, self._run_id = port, run_id
        self.attempt = self.step = self.shown = 0
        self.took, self.sizes = [], []

    async def ask_for_ever(self):
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        while True:
            await self._ask(reader, writer)
            now = time.perf_counter()
            await asyncio.sleep(FAST if now - began < FAST_SECONDS else USUAL)

    async def _ask(self, reader, writer):
        began = time.perf_counter()
        query = f"attempt={self.attempt}&since={self.step}&shown={self.shown}"
        writer.write(
            f"GET /api/runs/{self._run_id}/live?{query} HTTP/1.1\r\n"
            f"Host: localhost:{self._port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.took.append(1000 * (time.perf_counter() - began))
        self.sizes.append(len(body))
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        update = json.loads(body)
        self.attempt, self.step = update["attempt"], update["step"]
        self.shown = update.get("shown", self.shown)


class Viewer:
    """A session on Train that looks at a run."""

    def __init__(self, port, run_id):
        self._port, self._run_id = port, run_id
        self.questions = Questions(port, run_id)
        self._slider = None
        self._page = ""
        self._finished = asyncio.Event()
        self._value = 10

    async def open(self):
        address = f"ws://localhost:{self._port}/_stcore/stream"
        self._socket = await connect(address, subprotocols=["streamlit"], max_size=None)
        self._tasks = [asyncio.create_task(self._hear())]
        await self._rerun()
        self._tasks.append(asyncio.create_task(self.questions.ask_for_ever()))

    async def move_slider(self):
        """Milliseconds until the page has answered."""
        self._value = 1 + self._value % 64
        began = time.perf_counter()
        await self._rerun()
        return 1000 * (time.perf_counter() - began)

    async def close(self):
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._socket.close()

    async def _rerun(self):
        message = BackMsg()
        state = message.rerun_script
        state.query_string = f"run={self._run_id}"
        state.page_name = "train"
        state.page_script_hash = self._page
        if self._slider:
            widget = state.widget_states.widgets.add(id=self._slider)
            widget.double_array_value.data.append(self._value)
        self._slider = None
        self._finished.clear()
        await self._socket.send(message.SerializeToString())
        await asyncio.wait_for(self._finished.wait(), 60)
        assert self._slider, f"there is no slider {SLIDER!r} on the page"

    async def _hear(self):
        async for data in self._socket:
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self._page = message.navigation.page_script_hash
            elif kind == "delta" and message.delta.new_element.slider.label == SLIDER:
                self._slider = message.delta.new_element.slider.id
            elif message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and kind == END:
                self._finished.set()


async def watch(server, runs, viewers_each, seconds, pause):
    """Let them all watch; returns milliseconds for each move of a slider, and the viewers."""
    viewers = [Viewer(server.port, run.id) for run in runs for _ in range(viewers_each)]
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
