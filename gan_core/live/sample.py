"""Rows sampled from a run's generator: as the page Results shows them, and as a file."""

from collections.abc import Generator

import numpy as np
import pandas as pd

from gan_core.config import ExperimentConfig
from gan_core.errors import RunStateError
from gan_core.live.cache import Kept
from gan_core.live.questions import QUESTIONS, Part, Parts, as_json
from gan_core.live.scores import floors_of
from gan_core.live.updates import densities
from gan_core.problem import resolve
from gan_core.registry import register
from gan_core.scoring import judged
from gan_core.store import results
from gan_core.store.store import Store

FIRST_ROWS = 5  # as in the tutorial
MOST_POINTS = 2000  # of a sample, in the plane

_samples: Kept[np.ndarray] = Kept(32 * 2**20)


@register(QUESTIONS, "sample")
def sample(
    store: Store,
    kept: Kept[bytes],
    *,
    run: str,
    step: int,
    n: int,
    seed: int | None = None,
    scored: bool = True,
) -> Parts:
    """A sample of the generator at the run's last checkpoint, as the page shows it.

    The step is the checkpoint's, the seed that of the rows' noise; None takes the run's evaluation
    stream.

    Yields:
        JSON: ``first`` rows; ``densities``, the histogram of each feature in the bins of the real
        rows; for two features ``points``, at most 2,000 rows; ``scores``, a report as a dict.
    """
    config, rows = yield from _drawn(store, run, step, n, seed)
    table = resolve(config).table
    answer = {"first": rows[:FIRST_ROWS].tolist(), "densities": densities(table.values, rows)}
    if len(table.features) == 2:
        answer["points"] = rows[:MOST_POINTS].tolist()
    if scored:
        floors = yield from floors_of(config.data)
        answer["scores"] = judged(config, rows, floors).to_dict()
    yield Part(as_json(answer))


@register(QUESTIONS, "csv")
def csv(
    store: Store,
    kept: Kept[bytes],
    *,
    run: str,
    step: int,
    n: int,
    seed: int | None = None,
    start: int,
    end: int,
) -> Parts:
    """Some rows of `sample` as lines of a CSV file; the first part has the header."""
    config, rows = yield from _drawn(store, run, step, n, seed)
    frame = pd.DataFrame(rows[start:end], columns=list(resolve(config).features))
    yield Part(frame.to_csv(index=False, header=start == 0).encode())


def _drawn(
    store: Store, run: str, step: int, n: int, seed: int | None
) -> Generator[Part, None, tuple[ExperimentConfig, np.ndarray]]:
    """The rows, sampled once for all requests.

    Raises:
        RunStateError: the run has a newer checkpoint by now.
    """
    key = (run, step, n, seed)
    rows = _samples.find(key)
    if rows is not None:
        return store.get(run).config, rows
    generator = results.generator(store.database, store.get(run))
    if generator is None or results.checkpoint_step(store.database, run) != step:
        raise RunStateError(
            "The run has advanced since this page was drawn. Reload the page for its current rows."
        )
    batches = []
    for batch in generator.batches(n, seed):
        batches.append(batch)
        yield Part(done=sum(map(len, batches)), of=n)
    return generator.config, _samples.keep(key, np.concatenate(batches))
