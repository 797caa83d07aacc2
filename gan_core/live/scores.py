"""The scores of the generated rows at each snapshot of a run, shown beside its losses."""

import json
import time
from collections.abc import Generator, Mapping
from functools import lru_cache

from gan_core.config.sections import DataConfig
from gan_core.errors import DataError
from gan_core.live.cache import Kept
from gan_core.live.questions import QUESTIONS, Part, Parts, as_json
from gan_core.metrics import NoiseFloor, metrics_for
from gan_core.metrics.report import SPLITS
from gan_core.problem import resolve
from gan_core.registry import register
from gan_core.scoring import floor_steps, judged
from gan_core.store import results
from gan_core.store.model import Run
from gan_core.store.store import Store
from gan_core.training import TrainedGenerator

PATIENCE = 0.15  # seconds of scoring per answer; all snapshots of a wide table take several

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
    """The overall scores of a run's snapshots, as many as can be computed in a moment.

    Each is what `gan_core.scoring.score` returns for the generator then: as many rows as there
    are real ones, from the run's evaluation stream. For a group, its lead's.

    The asker has those of an attempt until a step, -1 if none; another one may have undone some.

    Yields:
        JSON: ``attempt``; ``after``, the snapshot before the answer's first: -1 if it
        starts over; ``steps``; ``scores``, by the metric's name a list over the steps, with None
        if the rows could not be scored; ``left``, the number of snapshots beyond these;
        if the asker has none, ``floors``: low, median and high end by the metric's name.
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
    """The noise floors of some real rows, which may take minutes: one part per split."""
    search = _Search(data)
    while not search.found:
        search.go_on()
        yield Part(done=search.done, of=SPLITS)
    return search.found


@lru_cache(maxsize=32)
class _Search:
    """The computation of some rows' noise floors, shared by all who wait for them."""

    def __init__(self, data: DataConfig) -> None:
        self._steps = floor_steps(data)
        self.done = 0
        self.found: Floors = {}

    def go_on(self) -> None:
        self.found = next(self._steps)
        self.done += 1


def _judged(store: Store, run: Run, step: int, floors: Floors) -> bytes | None:
    """The overall scores at a snapshot by the metric's name; None if it is gone."""
    players = results.snapshot(store.database, run.id, step)
    if players is None:
        return None
    problem = resolve(run.config)
    generator = TrainedGenerator(run.config, players.generator, problem.encoder, problem.features)
    try:
        found = judged(run.config, generator.rows(problem.n_rows), floors).scores
    except DataError:  # the last step before a divergence may leave NaN weights
        return b"{}"
    return as_json({name: round(one.overall, 6) for name, one in found.items()})


def _ends(floor: NoiseFloor) -> list[float]:
    return [round(x, 6) for x in (floor.overall.low, floor.overall.median, floor.overall.high)]
