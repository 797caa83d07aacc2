"""``python -m gan_core job KIND --spec FILE.json``: a job of any kind, in this terminal."""

import json
import sys
import tempfile
import threading
from argparse import ArgumentParser, Namespace
from pathlib import Path

from tqdm import tqdm

from gan_core.errors import ConfigError, hint
from gan_core.store import model
from gan_core.store.model import Job
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.store.store import Store

LOOK_SECONDS = 0.2


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("kind", help="training, group, or one added in gan_core/jobs")
    parser.add_argument(
        "--spec", type=Path, metavar="FILE.json", help="the fields of the kind, as JSON"
    )


def run(arguments: Namespace) -> int:
    """Run the command; returns the exit status: 0, or 1 if a job failed.

    Raises:
        GanForgeError: the job cannot be begun.
    """
    from gan_core.jobs import JOBS

    if arguments.kind not in JOBS:
        message = f"There is no kind of job {arguments.kind!r}. {hint([], list(JOBS))}"
        raise ConfigError("kind", message)
    spec = JOBS[arguments.kind].from_dict(_read(arguments.spec))
    with tempfile.TemporaryDirectory() as folder:  # a store for the duration of the job
        store = Store.open(f"sqlite:///{folder}/store.db")
        job = spec.submit(store)
        _work_all(store, job)
        done = [store.job(job.id)] if job.kind != model.GROUP else store.members(job)
        store.database.engine.dispose()
    results = {one.label or one.kind: one.result for one in done}
    print(json.dumps(results if len(results) > 1 else done[0].result, indent=2))
    for one in done:
        if one.status != model.FINISHED:
            print(f"{one.label or one.kind} {one.status}: {one.reason}", file=sys.stderr)
    return int(any(one.status != model.FINISHED for one in done))


def _read(file: Path | None) -> object:
    """The spec in a file; without one, the defaults."""
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file else {}
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError("--spec", f"{file} cannot be read: {error}.") from error


def _work_all(store: Store, job: Job) -> None:
    """Work on all waiting jobs, in this process."""
    from gan_core.workers.worker import run_attempt  # imports PyTorch only if needed

    queue, over = Queue(store.database, DispatcherInfo()), threading.Event()
    watcher = threading.Thread(target=_show, args=(store, job, over), daemon=True)
    watcher.start()
    try:
        while claim := queue.claim():
            run_attempt(store.database.url, claim.run_id, claim.attempt)
    finally:
        over.set()
        watcher.join()


def _show(store: Store, job: Job, over: threading.Event) -> None:
    """Draw the progress, including the final state."""
    with tqdm(total=job.total, desc=job.name, file=sys.stderr) as bar:
        while True:
            last = over.wait(LOOK_SECONDS)
            bar.update(store.job(job.id).progress - bar.n)
            if last:
                return
