"""Kill what works at random while runs train; then look whether anything was lost.

``python tests/benchmarks/chaos.py --minutes 10 --seed 1`` starts a server in a folder of its own,
puts runs into its queue, and kills a worker, the forkserver, the dispatcher, the viewer or the
server every few seconds. A run whose worker was killed counts as failed, and is resumed, as a
person would. In the end every run must be finished, with the bits of one that nobody disturbed.
``--postgres`` keeps the runs in a PostgreSQL of its own instead of a SQLite file.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import psutil

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from gan_core import ExperimentConfig, train  # noqa: E402
from gan_core.errors import RunStateError, StoreBusyError  # noqa: E402
from gan_core.store import model, results  # noqa: E402
from gan_core.store.store import Store  # noqa: E402
from gan_core.training import Finished  # noqa: E402
from tests import stored  # noqa: E402
from tests.gan_core.postgres import running as postgres_running  # noqa: E402

ME = "everybody"
RUNS = 4
KINDS = ("worker", "worker", "forkserver", "dispatcher", "viewer", "server")
SETTINGS = {"training.device": "cpu", "training.batch_size": 50}
ENGINES = {  # each of a few seconds when nobody disturbs it
    "torch": {"training.epochs": 1500},
    "fast": {
        "training.epochs": 3000,
        "data.source": "wine",
        "data.classes": [],
        "training.batch_size": 178,
        "generator.hidden_dims": [64, 64],
        "discriminator.hidden_dims": [64, 64],
    },
}


class Server:
    """A server that is started again when it has been killed.

    Args:
        folder: its home.
        command: what starts it; a dispatcher alone will do.
        url: its database.
    """

    def __init__(self, folder: Path, command: list[str], url: str) -> None:
        self._command = command
        self._log = folder / "server.log"
        self._environment = {
            **os.environ,
            "GAN_FORGE_HOME": str(folder),
            "GAN_FORGE_DATABASE_URL": url,
            "GAN_FORGE_SLOTS": "2",
            "PYTHONPATH": str(ROOT),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        """Start it where it does not run."""
        if self._process is None or self._process.poll() is not None:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command,
                    cwd=ROOT,
                    env=self._environment,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                )

    def kill(self, kind: str, rng: random.Random) -> bool:
        """Kill a process of this kind; whether there was one."""
        assert self._process
        family = {"server": [psutil.Process(self._process.pid)]} if self._is_up() else {}
        for process in psutil.Process(self._process.pid).children(True) if self._is_up() else []:
            with suppress(psutil.Error):
                family.setdefault(_kind_of(process), []).append(process)
        found = family.get(kind, [])
        if found:
            with suppress(psutil.Error):
                rng.choice(found).send_signal(signal.SIGKILL)
        return bool(found)

    def _is_up(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End it and all that it started."""
        if self._is_up():
            assert self._process
            family = psutil.Process(self._process.pid).children(True)
            self._process.terminate()
            psutil.wait_procs([psutil.Process(self._process.pid)], 10)
            for process in family:
                with suppress(psutil.Error):
                    process.kill()


def _kind_of(process: psutil.Process) -> str:
    """What a process under the server is, by its command line and its parent's."""
    words = " ".join(process.cmdline())
    if "dispatch" in words:
        return "dispatcher"
    if "gan_core view" in words:
        return "viewer"
    if "forkserver" in words:
        parent = process.parent()
        forked = parent is not None and "forkserver" in " ".join(parent.cmdline())
        return "worker" if forked else "forkserver"
    return "other"


def disturb(
    folder: Path,
    seconds: float,
    seed: int,
    command: list[str],
    every: float = 5.0,
    most: int | None = None,
    url: str = "",
) -> Counter[str]:
    """Let runs train and kill at random; check all of them in the end.

    Args:
        folder: an empty one, for the store.
        seconds: how long something is killed.
        seed: of the order in which.
        command: what starts the server.
        every: about how many seconds lie between two kills.
        most: runs in all; None: as many as there is time for.
        url: of an empty database; without one, a SQLite file in the folder.

    Returns:
        how often each kind of process was killed.

    Raises:
        AssertionError: a run was lost, or has other numbers than an undisturbed one.
    """
    rng, killed = random.Random(seed), Counter[str]()
    url = url or f"sqlite:///{folder / 'store.db'}"
    store = Store.open(url)
    server = Server(folder, command, url)
    runs: dict[str, ExperimentConfig] = {}
    try:
        _add_runs(store, runs, most)  # imports what takes seconds
        server.ensure()
        while not any(store.get(run_id).step for run_id in runs):
            time.sleep(0.1)
        until, next_kill = time.monotonic() + seconds, time.monotonic() + every
        while time.monotonic() < until or not _all_finished(store, runs):
            assert time.monotonic() < until + 180, "runs do not come to their end"
            server.ensure()
            _resume_failed(store, runs)
            if time.monotonic() < until:
                _add_runs(store, runs, most)
                if time.monotonic() > next_kill:
                    kind = rng.choice(KINDS)
                    if server.kill(kind, rng):
                        killed[kind] += 1
                    next_kill = time.monotonic() + rng.uniform(0.2, 2 * every)
            time.sleep(0.1)
        check(store, runs)
    finally:
        server.close()
        store.database.engine.dispose()
    return killed


def _add_runs(store: Store, runs: dict[str, ExperimentConfig], most: int | None) -> None:
    """Keep the queue filled."""
    waiting = sum(run.status in model.ACTIVE for run in store.list())
    left = RUNS if most is None else most - len(runs)
    for _ in range(min(RUNS - waiting, left)):
        engine = list(ENGINES)[len(runs) % 2]
        seed = {"seed": len(runs) % 4 // 2, "training.engine": engine}  # few: quick to check
        config = ExperimentConfig().with_values({**SETTINGS, **seed, **ENGINES[engine]})
        runs[store.create(config, ME).id] = config


def _resume_failed(store: Store, runs: dict[str, ExperimentConfig]) -> None:
    for run_id in runs:
        run = store.get(run_id)
        if run.status == model.FAILED:
            assert "worker" in run.reason or "server died" in run.reason, run.reason
            with suppress(RunStateError, StoreBusyError):
                store.resume(run_id)


def _all_finished(store: Store, runs: dict[str, ExperimentConfig]) -> bool:
    return all(store.get(run_id).status == model.FINISHED for run_id in runs)


def check(store: Store, runs: dict[str, ExperimentConfig]) -> None:
    """Compare every run with one that nobody disturbed, bit by bit."""
    undisturbed: dict[ExperimentConfig, tuple[np.ndarray, bytes]] = {}
    for run_id, config in runs.items():
        if config not in undisturbed:
            *_, end = train(config)
            assert isinstance(end, Finished)
            undisturbed[config] = end.losses, end.checkpoint.to_bytes()
        losses, checkpoint = undisturbed[config]
        first_step, found = stored.losses(store.database, run_id)
        assert first_step == 1
        assert np.array_equal(found, losses), f"{run_id}: other numbers"
        last = results.checkpoint(store.database, run_id)
        assert last is not None
        assert last.to_bytes() == checkpoint, f"{run_id}: other weights"
        assert store.get(run_id).scores, f"{run_id}: no scores"


def server_command() -> list[str]:
    """A whole server, on a port that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--server.port={port}", "--server.headless=true", "--server.address=127.0.0.1"]
    return [sys.executable, "-m", "streamlit", "run", "app.py", *options]


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--postgres", action="store_true")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgres_running()).new() if arguments.postgres else ""
        seconds = 60 * arguments.minutes
        killed = disturb(folder, seconds, arguments.seed, server_command(), url=url)
    print("killed:", ", ".join(f"{n} x {kind}" for kind, n in killed.items()))
    print("no run was lost, and all have the bits of undisturbed ones")


if __name__ == "__main__":
    main()
