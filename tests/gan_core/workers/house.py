"""A store with a dispatcher of its own, as a process."""

import os
import subprocess
import sys

import psutil

from gan_core.store.store import Store

SLOTS = 2


class House:
    """A store with a dispatcher that is started again when a test has killed it."""

    def __init__(self, folder, **environment):
        self.log = folder / "dispatcher.log"
        self.environment = {
            **os.environ,
            "GAN_FORGE_HOME": str(folder / "home"),
            "GAN_FORGE_SLOTS": str(SLOTS),
            **environment,
        }
        self.environment.pop("GAN_FORGE_DATABASE_URL", None)
        (folder / "home").mkdir()
        self.store = Store.open(f"sqlite:///{folder / 'home' / 'store.db'}")
        self.process = None

    def ensure_dispatcher(self):
        if self.process is None or self.process.poll() is not None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "gan_core", "dispatch", "--die-with-stdin"],
                    env=self.environment,
                    stdin=subprocess.PIPE,
                    stderr=log,
                )

    def family(self):
        """The dispatcher and all processes under it."""
        dispatcher = psutil.Process(self.process.pid)
        return [dispatcher, *dispatcher.children(recursive=True)]

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(20)
        self.store.database.engine.dispose()


def gone(processes):
    """Whether none of them is left; a zombie is nothing but a number that nobody fetched."""

    def lives(process):
        try:
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return not any(lives(process) for process in processes)
