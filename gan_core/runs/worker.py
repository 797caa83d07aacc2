"""One attempt at a run, in a process of its own: train, store what comes, obey what is wanted."""

import logging
import os
import threading
from multiprocessing import parent_process

from sqlalchemy import URL

from gan_core.config import ExperimentConfig
from gan_core.errors import DivergedError, GanForgeError, StaleAttemptError
from gan_core.limits import Limits
from gan_core.networks import n_weights
from gan_core.runs import model, results
from gan_core.runs.attempt import Attempt
from gan_core.runs.database import Database
from gan_core.runs.desk import Desk, patiently
from gan_core.scoring import score
from gan_core.training import Finished, Progress, Started, train
from gan_core.training.film import MOST, film_steps

log = logging.getLogger(__name__)

NICENESS = 10


def run_attempt(url: str | URL, run_id: str, number: int) -> None:
    """Work on a run until it is done, asked to rest, or taken away. Called in a fresh process.

    Args:
        url: the store's database.
        run_id: the run.
        number: this attempt's number.
    """
    _die_with_parent()
    _be_nice()
    database = Database(url)
    attempt = Attempt(database, run_id, number)
    try:
        _train(database, attempt)
    except StaleAttemptError as error:
        log.info("%s", error)
    except GanForgeError as error:
        _fail(attempt, str(error))
    except Exception as error:
        log.exception("run %s", run_id)
        _fail(attempt, f"unexpected error, please report it: {type(error).__name__}: {error}")


def _train(database: Database, attempt: Attempt) -> None:
    config, resume = attempt.config(), results.checkpoint(database, attempt.run_id)
    stops = _film_of(config)
    events = train(config, resume=resume, chunk_seconds=0.05, stops=stops)
    desk, total, last = Desk(attempt, frozenset(stops)), 0, None
    try:
        for event in events:
            match event:
                case Started():
                    total = event.total_steps
                    begun = (event.first_step, os.getpid(), event.device, event.engine)
                    patiently(lambda begun=begun: attempt.begin(*begun))
                    desk.keep(event.first_step, event.checkpoint)
                case Progress():
                    last = event
                    want = desk.take(event, is_last=event.step == total)
                    if want:
                        _rest(attempt, want, event)
                        return
                case Finished():
                    desk.flush(event.checkpoint, event.generator)
                    scores = score(event.generator)
                    patiently(lambda done=event.checkpoint: attempt.save(done))
                    patiently(lambda found=scores: attempt.end(model.FINISHED, scores=found))
    except DivergedError:
        desk.flush()  # everything up to there is kept
        if last:
            attempt.save(last.checkpoint())
        raise


def _rest(attempt: Attempt, want: str, event: Progress) -> None:
    """Pause or stop here; nothing is lost."""
    patiently(lambda: attempt.save(event.checkpoint()))
    status = model.PAUSED if want == "pause" else model.STOPPED
    scores = score(event.generator())
    patiently(lambda: attempt.end(status, scores=scores))


def _film_of(config: ExperimentConfig) -> list[int]:
    """The steps after which snapshots are kept; as many as the limit of their size allows."""
    table = config.table()
    n = sum(n_weights(layers) for layers in config.networks(len(table.features)))
    size = 4 * 3 * n + 4096  # float32: weights and both moments of Adam
    most = min(MOST, Limits.from_environment().max_film_mb * 2**20 // size)
    return film_steps(config.training.epochs * config.steps_per_epoch(table.n_rows), most)


def _fail(attempt: Attempt, reason: str) -> None:
    try:
        patiently(lambda: attempt.end(model.FAILED, reason))
    except StaleAttemptError as error:
        log.info("%s", error)


def _be_nice() -> None:
    """Let the pages answer while runs train. Where workers are used again, once is enough."""
    if hasattr(os, "nice") and os.nice(0) < NICENESS:
        os.nice(NICENESS)


def _die_with_parent() -> None:
    """Leave at once when the dispatcher is gone; a worker would outlive it for minutes."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="watch-parent").start()
