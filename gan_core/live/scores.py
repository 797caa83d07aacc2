"""The scores of the generated rows at each snapshot of a run, shown beside its losses."""

import json
import time
from collections.abc import Generator, Mapping
from functools import lru_cache

import numpy as np

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
    are real ones, from the run's evaluation stream. For a group, the median over its members that
    have come so far, with the 10 % and 90 % quantile.

    The asker has those of an attempt until a step, -1 if none; another one may have undone some.
    Each new snapshot of a group is an attempt in this sense, for it moves the medians of old steps.

    Yields:
        JSON: ``attempt``; ``after``, the snapshot before the answer's first: -1 if it
        starts over; ``steps``; ``scores``, by the metric's name a list over the steps, with None
        if the rows could not be scored; for a group ``low`` and ``high`` alike; ``left``, the
        number of snapshots beyond these; if the asker has none, ``floors``: low, median and
        high end by the metric's name.
    """
    found = store.get(run)
    members = store.members(found) if found.is_group else [found]
    there = {one: results.snapshot_steps(store.database, one.id) for one in members}
    now = sum(map(len, there.values())) if found.is_group else found.unbroken_from
    if attempt != now:
        after = -1
    floors = yield from floors_of(found.config.data)
    waiting = sorted({step for steps in there.values() for step in steps if step > after})
    rows: dict[int, list[dict[str, float]]] = {}
    until = time.monotonic() + PATIENCE
    while waiting and (not rows or time.monotonic() < until):
        step = waiting.pop(0)
        judged_here = []
        for one in (one for one, steps in there.items() if step in steps):
            key = (one.id, one.unbroken_from, step)
            text = kept.get(key, lambda one=one, step=step: _judged(store, one, step, floors))
            if text is not None:
                judged_here.append(json.loads(text))
            yield Part(done=len(rows), of=len(rows) + 1 + len(waiting))
        if judged_here:
            rows[step] = judged_here
    table = resolve(found.config).table
    names = metrics_for(len(table.features), table.modes)
    columns = {name: [_middle(name, row) for row in rows.values()] for name in names}
    update: dict[str, object] = {"attempt": now, "after": after, "steps": list(rows)}
    if after < 0:
        update["floors"] = {name: _ends(floor) for name, floor in floors.items()}
    for i, part in enumerate(("scores", "low", "high") if found.is_group else ("scores",)):
        update[part] = {name: [ends[i] for ends in column] for name, column in columns.items()}
    yield Part(as_json({**update, "left": len(waiting)}))


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
    generator = TrainedGenerator.made(run.config, players.generator, problem)
    try:
        found = judged(run.config, generator.rows(problem.n_rows), floors).scores
    except DataError:  # the last step before a divergence may leave NaN weights
        return b"{}"
    return as_json({name: round(one.overall, 6) for name, one in found.items()})


def _middle(name: str, row: list[dict[str, float]]) -> list[float] | list[None]:
    """Median, 10 % and 90 % quantile of one score over a group's members, or one run's thrice."""
    values = [one[name] for one in row if name in one]
    if not values:
        return [None, None, None]
    return np.quantile(values, (0.5, 0.1, 0.9)).round(6).tolist()


def _ends(floor: NoiseFloor) -> list[float]:
    return [round(x, 6) for x in (floor.overall.low, floor.overall.median, floor.overall.high)]
