"""How good the generated rows were at each snapshot of a run: its scores, beside its losses."""

import json
import time
from collections.abc import Generator, Mapping
from functools import lru_cache

import numpy as np

from gan_core.config import ExperimentConfig
from gan_core.config.sections import DataConfig
from gan_core.errors import DataError
from gan_core.live.cache import Kept
from gan_core.live.questions import QUESTIONS, Part, Parts, as_json
from gan_core.metrics import NoiseFloor, ScoreReport, evaluate, metrics_for
from gan_core.metrics.report import SPLITS
from gan_core.problem import resolve
from gan_core.registry import register
from gan_core.scoring import floor_steps
from gan_core.store import results
from gan_core.store.model import Run
from gan_core.store.store import Store
from gan_core.training import TrainedGenerator

PATIENCE = 0.15  # seconds of scoring in one answer; a whole film of a wide table takes some

Floors = Mapping[str, NoiseFloor]


@register(QUESTIONS, "quality")
def quality(
    store: Store,
    kept: Kept[bytes],
    *,
    run: str,
    attempt: int = -1,
    after: int = -1,
    state: object = None,
) -> Parts:
    """The overall scores of a run's snapshots, of as many as can be judged in a moment.

    Each is what `gan_core.scoring.score` gives of the generator at that step: as many rows as there
    are real ones, of the run's evaluation stream. Of a group, its lead's.

    Args:
        store: where the run is kept.
        kept: scores that were found before.
        run: its id.
        attempt: the attempt whose scores the asker has; those of another one may have been undone.
        after: the last snapshot that it has; -1 for none.
        state: which state of the run the asker has seen; another one is another question.

    Yields:
        JSON: ``attempt``; ``after``, behind which the answer begins: -1 if it
        begins anew; ``steps``; ``scores``, by the metric's name a list over the steps, with None
        where the rows could not be judged; ``left``, how many snapshots there are beyond these;
        for an asker that has none, ``floors``: low, median and high end by the metric's name.
    """
    found = store.get(run)
    if attempt != found.unbroken_from:
        after = -1
    floors = yield from floors_of(found.config.data)
    waiting = [step for step in results.snapshot_steps(store.database, run) if step > after]
    steps, rows = [], []
    until = time.monotonic() + PATIENCE
    while waiting and (not steps or time.monotonic() < until):
        step = waiting.pop(0)
        key = (run, found.unbroken_from, step)
        text = kept.get(key, lambda step=step: _judged(store, found, step, floors))
        if text is not None:
            steps.append(step)
            rows.append(json.loads(text))
            yield Part(done=len(steps), of=len(steps) + len(waiting))
    table = resolve(found.config).table
    names = metrics_for(len(table.features), table.modes)
    columns = {name: [row.get(name) for row in rows] for name in names}
    update: dict[str, object] = {"attempt": found.unbroken_from, "after": after, "steps": steps}
    if after < 0:
        update["floors"] = {name: _ends(floor) for name, floor in floors.items()}
    yield Part(as_json({**update, "scores": columns, "left": len(waiting)}))


def floors_of(data: DataConfig) -> Generator[Part, None, Floors]:
    """The noise floors of some real rows, which may take minutes: a part a step on the way."""
    search = _search(data)
    while not search.found:
        search.go_on()
        yield Part(done=search.done, of=SPLITS)
    return search.found


def judged(config: ExperimentConfig, rows: np.ndarray, floors: Floors) -> ScoreReport:
    """Hold generated rows against the real ones of an experiment."""
    table = resolve(config).table
    return evaluate(table.values, rows, table.features, floor=floors, modes=table.modes)


class _Search:
    """The search for the noise floors of some rows, shared by all who wait for them."""

    def __init__(self, data: DataConfig) -> None:
        self._steps = floor_steps(data)
        self.done = 0
        self.found: Floors = {}

    def go_on(self) -> None:
        self.found = next(self._steps)
        self.done += 1


@lru_cache(maxsize=32)
def _search(data: DataConfig) -> _Search:
    return _Search(data)


def _judged(store: Store, run: Run, step: int, floors: Floors) -> bytes | None:
    """The overall scores at a snapshot by the metric's name; None where it is gone."""
    players = results.snapshot(store.database, run.id, step)
    if players is None:
        return None
    problem = resolve(run.config)
    generator = TrainedGenerator(run.config, players.generator, problem.encoder, problem.features)
    try:
        found = judged(run.config, generator.rows(problem.n_rows), floors).scores
    except DataError:  # the last step before a run diverged may leave weights that are no numbers
        return b"{}"
    return as_json({name: round(one.overall, 6) for name, one in found.items()})


def _ends(floor: NoiseFloor) -> list[float]:
    return [round(x, 6) for x in (floor.overall.low, floor.overall.median, floor.overall.high)]
