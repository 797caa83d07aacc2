"""A really started server, as `make run` starts it, with a home and a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil

from gan_core.store.queue import live_dispatchers
from gan_core.store.store import Store

ROOT = Path(__file__).parents[2]
START_SECONDS = 90


def eventually(condition, seconds=30.0, what=""):
    """Wait until a condition holds and return what it returned; fail when it never does."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what or condition}"
        time.sleep(0.02)
    return found


class Server:
    """One server with its dispatcher and workers.

    Args:
        home: the folder of its store.
        log: where its output goes.
        env: more environment variables.
    """

    def __init__(self, home, log, **env):
        self.home, self.log = Path(home), Path(log)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GAN_FORGE_")}
        self._env = {**kept, "GAN_FORGE_HOME": str(home), "GAN_FORGE_SLOTS": "2", **env}
        self._seen = {}

    def start(self, *, warm=True, port=0):
        """Start it; warm means that its workers' forkserver has loaded PyTorch too."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            self.port = probe.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                [*command, f"--server.port={self.port}"],
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.process = psutil.Process(self._popen.pid)
        eventually(self._answers, START_SECONDS, "an answer of the server")
        if warm:
            eventually(self._has_warm_dispatcher, START_SECONDS, "a dispatcher")
        return self

    def _answers(self):
        assert self._popen.poll() is None, f"the server ended: {self.log.read_text()[-2000:]}"
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def _has_warm_dispatcher(self):
        mine = {process.pid for process in self.processes()}
        return any(d.device and d.pid in mine for d in live_dispatchers(self.store.database))

    @property
    def store(self):
        """The store, from outside: as another server would see it."""
        if not hasattr(self, "_store"):
            self._store = Store.open(f"sqlite:///{self.home / 'store.db'}")
        return self._store

    def processes(self):
        """Everything that the server has started and that still lives, itself included."""
        try:
            for process in [self.process, *self.process.children(recursive=True)]:
                self._seen[process.pid] = process
        except psutil.NoSuchProcess:
            pass
        return [process for process in self._seen.values() if alive(process)]

    def kill(self):
        """Kill -9 of the server alone; returns what it had started."""
        others = [process for process in self.processes() if process != self.process]
        self._popen.kill()
        self._popen.wait(10)
        return others

    def close(self, *, gently=False):
        """End it and, by id, whatever of it should still live; gently as Ctrl-C does.

        Returns:
            what had to be killed.
        """
        processes = self.processes()
        if gently:
            os.killpg(self._popen.pid, signal.SIGINT)  # to all, as a terminal does
            psutil.wait_procs(processes, timeout=60)
        stubborn = [process for process in processes if alive(process)]
        for process in stubborn:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._popen.wait(10)
        if hasattr(self, "_store"):
            self._store.database.engine.dispose()
        return stubborn


def alive(process):
    """Whether a process still does anything; one that nobody has waited for yet does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def get(url):
    """Status and content of an address, not compressed."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
