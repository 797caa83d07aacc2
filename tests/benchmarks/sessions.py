"""Sessions as a browser holds them, without the browser: Streamlit's websocket, and live questions.

Browsers would be too heavy for one machine, so what a browser draws is left out; what the server
does is the same.
"""

import asyncio
import gzip
import json
import time
from contextlib import suppress
from urllib.parse import parse_qs

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

SLIDER, TRAIN = "Latent dimension", "Train"
END = "script_finished"
FAST_SECONDS, FAST, USUAL = 5.0, 0.150, 0.350  # the pace of pages/assets/stage/feed.js


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


class Session:
    """A session on Train, that looks at a run or has none yet."""

    def __init__(self, port, run_id=None):
        self._port, self.run_id = port, run_id
        self.questions = Questions(port, run_id)
        self._slider = self._train = None
        self._page = ""
        self._finished = asyncio.Event()
        self._value = 10

    async def open(self):
        address = f"ws://localhost:{self._port}/_stcore/stream"
        self._socket = await connect(address, subprotocols=["streamlit"], max_size=None)
        self._tasks = [asyncio.create_task(self._hear())]
        await self._rerun()
        if self.run_id:
            self._watch()

    async def press_train(self):
        """Press Train and watch the run that comes of it."""
        await self._rerun(press=self._train)
        self._watch()

    def _watch(self):
        self.questions = Questions(self._port, self.run_id)
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

    async def _rerun(self, press=None):
        message = BackMsg()
        state = message.rerun_script
        state.query_string = f"run={self.run_id}" if self.run_id else ""
        state.page_name = "train"
        state.page_script_hash = self._page
        if self._slider:
            widget = state.widget_states.widgets.add(id=self._slider)
            widget.double_array_value.data.append(self._value)
        if press:
            state.widget_states.widgets.add(id=press, trigger_value=True)
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
            elif kind == "delta" and message.delta.new_element.button.label == TRAIN:
                self._train = message.delta.new_element.button.id
            elif kind == "page_info_changed":
                run = parse_qs(message.page_info_changed.query_string).get("run")
                self.run_id = run[0] if run else self.run_id
            elif message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and kind == END:
                self._finished.set()
