"""A run as pictures: its latest state while it trains, and its snapshots as a film."""

from collections.abc import Callable
from typing import Any

from gan_core.live.cache import Kept
from gan_core.live.updates import N_BINS, histograms
from gan_core.problem import resolve
from gan_core.store import results
from gan_core.store.database import Database
from gan_core.store.model import Run
from gan_core.store.results import Players
from gan_core.views import Game, View, picture_of
from gan_core.views.latent import fixed_noise
from gan_core.views.packing import packed

HISTOGRAM_ROWS = 500  # generated rows, as the worker draws them for the live histograms


_frames = Kept(2048)  # of at most 8 KB each


def arena_update(
    database: Database, run: Run, view: View, *, attempt: int, shown: int
) -> dict[str, Any]:
    """The latest state of both players as a picture, if it is newer than the one shown.

    While somebody asks, a running run stores its networks several times a second.

    Args:
        database: where the run is kept.
        run: the run as it is now.
        view: which picture.
        attempt: the attempt of the frame that the viewer shows; -1 for none.
        shown: the step of that frame.

    Returns:
        plain values for JSON: ``attempt``, ``status``; ``facts`` for a viewer that shows no frame
        of this attempt; ``frame`` where there is a newer one.
    """
    results.watch(database, run.id)
    update: dict[str, Any] = {"attempt": run.attempt, "status": run.status}
    is_new = attempt != run.attempt
    if is_new:
        update["facts"] = picture_of(resolve(run.config), view).facts()
    step = results.players_step(database, run.id)
    if step is not None and (is_new or step > shown):
        update["frame"] = _frame(run, step, view, lambda: results.latest_players(database, run.id))
    return update


def film(database: Database, run: Run, view: View | None, *, after: int = -1) -> dict[str, Any]:
    """A run's snapshots as pictures, or, without a view, as histograms.

    Args:
        database: where the run is kept.
        run: the run as it is now.
        view: which picture; None for the histograms of all features.
        after: only the frames of later steps; -1 for all.

    Returns:
        plain values for JSON: ``attempt``; ``steps``, of all snapshots; ``frames``, of those
        after; ``facts``, for a view; for histograms ``steps_per_epoch``, the number of rows
        that were counted, and the bins of a feature. A frame is what `Field.wire` or
        `Density.wire` give, or
        ``{"step", "counts"}``.
    """
    steps = results.snapshot_steps(database, run.id)
    answer: dict[str, Any] = {"attempt": run.attempt, "steps": steps}
    if view is None:
        answer |= {"steps_per_epoch": run.steps_per_epoch, "rows": HISTOGRAM_ROWS, "bins": N_BINS}
    else:
        answer["facts"] = picture_of(resolve(run.config), view).facts()
    frames = (
        _frame(run, step, view, lambda step=step: results.snapshot(database, run.id, step))
        for step in steps
        if step > after
    )
    answer["frames"] = [frame for frame in frames if frame]
    return answer


def _frame(
    run: Run, step: int, view: View | None, players: Callable[[], Players | None]
) -> dict[str, Any] | None:
    """One picture of a run; None where its networks are gone."""

    def make() -> dict[str, Any] | None:
        found = players()
        if found is None or found.step != step:  # it went on meanwhile: the next question gets it
            return None
        return _counts(run, found) if view is None else _picture(run, found, view)

    return _frames.get((run.id, run.attempt, step, view), make)


def _picture(run: Run, players: Players, view: View) -> dict[str, Any]:
    picture = picture_of(resolve(run.config), view)
    return picture.wire(players.step, players.generator, players.discriminator)


def _counts(run: Run, players: Players) -> dict[str, Any]:
    """Histograms of the rows that G makes of the noise that results are drawn from."""
    problem = resolve(run.config)
    z = fixed_noise(run.config.seed, run.config.generator.latent_dim, HISTOGRAM_ROWS)
    rows = problem.encoder.inverse(Game(problem).made(players.generator, z))
    return {"step": players.step, "counts": packed(histograms(problem.table.values, rows), "<u2")}
