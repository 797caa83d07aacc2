"""Pictures of a run: its latest state while it trains, and its snapshots as a film."""

from collections.abc import Callable, Mapping
from functools import partial

from gan_core.live.cache import Kept
from gan_core.live.questions import QUESTIONS, Part, Parts, as_json
from gan_core.live.updates import HISTOGRAM_ROWS, N_BINS, histograms
from gan_core.problem import resolve
from gan_core.registry import register
from gan_core.store import results
from gan_core.store.model import Run
from gan_core.store.results import Players
from gan_core.store.store import Store
from gan_core.views.game import Game
from gan_core.views.latent import fixed_noise
from gan_core.views.packing import packed
from gan_core.views.pictures import picture_of
from gan_core.views.view import View

Query = Mapping[str, str]  # a view as in a URL


@register(QUESTIONS, "arena")
def arena(
    store: Store, kept: Kept[bytes], *, run: str, view: Query, facts: bool, state: object = None
) -> Parts:
    """The latest state of both players as a picture.

    Yields:
        JSON: ``attempt``, ``status``; ``facts``, which do not change from frame to frame, if
        requested; ``frame``, once there is one.
    """
    found = store.get(run)
    seen = _view(found, view)
    update = {"attempt": found.attempt, "status": found.status}
    if facts:
        update["facts"] = picture_of(resolve(found.config), seen).facts()
    text = as_json(update)
    if players := results.latest_players(store.database, run):
        frame = _frame(found, kept, players.step, seen, lambda: players)
        text = text[:-1] + b',"frame":' + (frame or b"null") + b"}"
    yield Part(text)


@register(QUESTIONS, "film")
def film(
    store: Store,
    kept: Kept[bytes],
    *,
    run: str,
    view: Query | None = None,
    after: int = -1,
    state: object = None,
) -> Parts:
    """A run's snapshots as pictures or, without a view, as histograms; one part per frame.

    Yields:
        JSON: ``attempt``; ``steps``, of all snapshots; ``frames``, of those after a step;
        ``facts``, for a view; for histograms ``steps_per_epoch``, the number of rows counted, and
        the bins per feature. A frame is what `Field.wire` or `Density.wire` give, or
        ``step`` and ``counts``.
    """
    found = store.get(run)
    steps = results.snapshot_steps(store.database, run)
    answer: dict[str, object] = {"attempt": found.attempt, "steps": steps}
    seen = None
    if view is None:
        answer |= {"steps_per_epoch": found.steps_per_epoch, "rows": HISTOGRAM_ROWS, "bins": N_BINS}
    else:
        seen = _view(found, view)
        answer["facts"] = picture_of(resolve(found.config), seen).facts()
    wanted = [step for step in steps if step > after]
    yield Part(as_json(answer)[:-1] + b',"frames":[', 0, len(wanted))
    comma = b""
    for i, step in enumerate(wanted):
        players = partial(results.snapshot, store.database, run, step)
        if frame := _frame(found, kept, step, seen, players):
            yield Part(comma + frame, i + 1, len(wanted))
            comma = b","
    yield Part(b"]}", len(wanted), len(wanted))


def _view(run: Run, asked: Query) -> View:
    return View.from_query(asked, len(resolve(run.config).features))


def _frame(
    run: Run, kept: Kept[bytes], step: int, view: View | None, players: Callable[[], Players | None]
) -> bytes | None:
    """One picture of a run as JSON; None if its networks are gone."""

    def make() -> bytes | None:
        found = players()
        if found is None:
            return None
        if view is None:
            return _counts(run, found)
        picture = picture_of(resolve(run.config), view)
        return as_json(picture.wire(found.step, found.generator, found.discriminator))

    return kept.get((run.id, run.attempt, step, view), make)


def _counts(run: Run, players: Players) -> bytes:
    """Histograms of the rows that G makes from the evaluation noise."""
    problem = resolve(run.config)
    z = fixed_noise(run.config.seed, run.config.generator.latent_dim, HISTOGRAM_ROWS)
    rows = problem.decoded(Game(problem).made(players.generator, z))
    counts = packed(histograms(problem.table.values, rows), "<u2")
    return as_json({"step": players.step, "counts": counts})
