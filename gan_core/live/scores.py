"""How good the generated rows were at each snapshot of a run: its scores, beside its losses."""

import time
from typing import Any

from gan_core.errors import DataError
from gan_core.live.cache import Kept
from gan_core.metrics import metrics_for
from gan_core.problem import resolve
from gan_core.scoring import floor_of, score
from gan_core.store import results
from gan_core.store.database import Database
from gan_core.store.model import Run
from gan_core.training import TrainedGenerator

PATIENCE = 0.15  # seconds of scoring in one answer; a whole film of a wide table takes some

_scores = Kept(4096)  # dicts of a dozen numbers


def quality_update(
    database: Database, run: Run, *, attempt: int = -1, after: int = -1
) -> dict[str, Any]:
    """The overall scores of a run's snapshots, of as many as can be judged in a moment.

    Each is what `gan_core.scoring.score` gives of the generator at that step: as many rows as there
    are real ones, of the run's evaluation stream. Of a group of seeds, the leading run's.

    Args:
        database: where the run is kept.
        run: the run as it is now.
        attempt: the attempt whose scores the viewer has; those of another one may have been undone.
        after: the last snapshot that it has; -1 for none.

    Returns:
        plain values for JSON: ``attempt``; ``after``, behind which the answer begins: -1 if it
        begins anew; ``steps``; ``scores``, by the metric's name a list over the steps, with None
        where the rows could not be judged; ``left``, how many snapshots there are beyond these;
        for a viewer that has none, ``floors``: low, median and high end by the metric's name.
    """
    if attempt != run.unbroken_from:
        after = -1
    table = resolve(run.config).table
    names = list(metrics_for(len(table.features), table.modes))
    update: dict[str, Any] = {"attempt": run.unbroken_from, "after": after}
    if after < 0:
        update["floors"] = _floors(run)
    waiting = [step for step in results.snapshot_steps(database, run.id) if step > after]
    steps, rows = [], []
    until = time.monotonic() + PATIENCE
    while waiting and (not steps or time.monotonic() < until):
        step = waiting.pop(0)
        found = _scores.get(
            (run.id, run.unbroken_from, step), lambda step=step: _judged(database, run, step)
        )
        if found is not None:
            steps.append(step)
            rows.append(found)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return {**update, "steps": steps, "scores": columns, "left": len(waiting)}


def _judged(database: Database, run: Run, step: int) -> dict[str, float] | None:
    """The overall scores at a snapshot by the metric's name; None where it is gone."""
    players = results.snapshot(database, run.id, step)
    if players is None:
        return None
    problem = resolve(run.config)
    generator = TrainedGenerator(run.config, players.generator, problem.encoder, problem.features)
    try:
        found = score(generator).scores
    except DataError:  # the last step before a run diverged may leave weights that are no numbers
        return {}
    return {name: round(one.overall, 6) for name, one in found.items()}


def _floors(run: Run) -> dict[str, list[float]]:
    floors = {name: floor.overall for name, floor in floor_of(run.config.data).items()}
    return {name: [round(x, 6) for x in (f.low, f.median, f.high)] for name, f in floors.items()}
