"""The HTTP API for live views."""

import asyncio
import gzip
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from gan_core.errors import (
    AccessError,
    DataError,
    GanForgeError,
    RunNotFoundError,
    RunStateError,
    ViewerAwayError,
    ViewerError,
    ViewError,
)
from gan_core.live.updates import live_update
from gan_core.store import results
from gan_core.store.history import write_parquet
from gan_core.store.model import Run
from gan_core.workers.lane import Question
from pages.server.assets import asset_routes, takes_gzip
from pages.server.visitor import find_shown, store, user, viewer

_WORTH_PACKING = 64 * 1024  # bytes; the middleware compresses smaller answers in no time
PATIENCE = 20.0  # seconds until a request that waits for the viewer is told to retry
_FILE_PATIENCE = 600.0  # for a piece of a file: a browser does not retry a download
_CSV_ROWS = 2000  # in one piece of a file

_STATUS = {
    AccessError: 403,
    RunNotFoundError: 404,
    ViewError: 400,
    DataError: 400,
    RunStateError: 409,
    ViewerError: 500,
}


def routes() -> list[BaseRoute]:
    """Routes beside Streamlit's own."""
    return [
        Route("/api/runs/{run_id}/live", _live),
        Route("/api/runs/{run_id}/advance", _advance, methods=["POST"]),
        Route("/api/runs/{run_id}/arena", _arena),
        Route("/api/runs/{run_id}/film", _film),
        Route("/api/runs/{run_id}/quality", _quality),
        Route("/api/runs/{run_id}/samples.csv", _samples),
        Route("/api/runs/{run_id}/history.parquet", _history),
        *asset_routes(),
    ]


def _picture(
    ask: Callable[[Run, QueryParams], Question | object],
) -> Callable[[Request], Awaitable[Response]]:
    """A route about a run that the viewer answers; waiting for it takes no thread.

    If there is nothing to compute, ``ask`` returns the answer itself.
    """

    async def answer(request: Request) -> Response:
        try:
            run_id, query = request.path_params["run_id"], request.query_params
            asked = await run_in_threadpool(lambda: ask(store().get(run_id), query))
            if not isinstance(asked, Question):
                return _json(asked)
            body = await _answer_to(asked)
        except GanForgeError as error:
            return _refusal(error)
        headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
        if takes_gzip(request.headers):
            headers["Content-Encoding"] = "gzip"
        else:
            body = await run_in_threadpool(gzip.decompress, body)
        return Response(body, 200, headers, "application/json")

    return answer


async def _answer_to(question: Question, patience: float = PATIENCE) -> bytes:
    """The viewer's answer, which others may be waiting for too.

    Raises:
        ViewerAwayError: it takes long; it is being worked on, so try again.
    """
    waiting = asyncio.wrap_future(question.answer)
    done, _ = await asyncio.wait([waiting], timeout=patience)
    if done and not waiting.cancelled():
        return waiting.result()
    how_far = f"{question.done:,} of {question.of:,}" if question.of else "waiting"
    raise ViewerAwayError(f"This is still being computed ({how_far}). Try again in a moment.")


def _refusal(error: GanForgeError) -> Response:
    """An error as a response; with ``Retry-After`` if it is temporary."""
    answer = _json({"error": str(error)}, _STATUS.get(type(error), 503))
    if isinstance(error, ViewerAwayError):
        answer.headers["Retry-After"] = "1"
    return answer


def _live(request: Request) -> Response:
    """What is new in a run; a plain function, so that Starlette calls it in a thread."""
    asked = request.query_params
    known = {name: _number(asked.get(name)) for name in ("attempt", "since", "shown")}
    try:
        run = store().get(request.path_params["run_id"])
        return _json(live_update(store(), run, **known), packed=takes_gzip(request.headers))
    except GanForgeError as error:
        return _refusal(error)


def _advance(request: Request) -> Response:
    """Have a run in slow motion do its next steps, for a browser that plays it.

    A run that is not in slow motion just now is no error: another tab was quicker.
    """
    try:
        steps = _number(request.query_params.get("steps"))
        accepted = store().play(request.path_params["run_id"], steps)
    except RunStateError as error:
        return _json({"accepted": False, "why": str(error)})
    except GanForgeError as error:
        return _refusal(error)
    return _json({"accepted": accepted})


@_picture
def _arena(run: Run, asked: QueryParams) -> object:
    """The latest picture of both players, if it is newer than the one shown.

    While it is requested, a running run stores its networks several times a second.
    """
    run, database = store().lead(run), store().database
    results.watch(database, run.id)
    step = results.players_step(database, run.id)
    another = _known(asked, "attempt") != run.attempt
    if not another and (step is None or step <= _number(asked.get("shown"))):
        return {"attempt": run.attempt, "status": run.status}
    state = [run.attempt, run.status, step]
    return viewer().put("arena", user(), run=run.id, view=_view(asked), facts=another, state=state)


@_picture
def _film(run: Run, asked: QueryParams) -> object:
    """All snapshots as pictures; as histograms if no view is requested."""
    run = store().lead(run)
    view, after = _view(asked) if "view" in asked else None, _known(asked, "after")
    return viewer().put("film", user(), run=run.id, view=view, after=after, state=_snapshots(run))


@_picture
def _quality(run: Run, known: QueryParams) -> object:
    """The scores of the snapshots; of a group, over its members."""
    which = {"attempt": _known(known, "attempt"), "after": _known(known, "after")}
    members = store().members(run) if run.is_group else [run]
    state = [_snapshots(member) for member in members]
    return viewer().put("quality", user(), run=run.id, **which, state=state)


async def _samples(request: Request) -> Response:
    """Generated rows as a CSV file, from the viewer to the browser, a piece in memory at a time."""
    asked = request.query_params
    seed = _number(asked["seed"]) if "seed" in asked else None
    n, step = _number(asked.get("n")), _number(asked.get("step"))
    try:
        run = await run_in_threadpool(find_shown, request.path_params["run_id"])
        if n > store().limits.max_sample_rows:
            raise DataError(f"Request at most {store().limits.max_sample_rows:,} rows. Got {n:,}.")
        pieces = _csv(run.id, step=step, n=n, seed=seed)
        first = await anext(pieces)  # an error has to be known before the response starts
    except GanForgeError as error:
        return _refusal(error)

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    headers = {
        "Content-Disposition": f'attachment; filename="gan-forge-{run.id}-samples.csv"',
        "Content-Encoding": "identity",  # or it would be compressed here, and hold up everybody
        "Cache-Control": "no-store",
    }
    return StreamingResponse(whole(), 200, headers, "text/csv")


async def _csv(run_id: str, **what: int | None) -> AsyncIterator[bytes]:
    start, n = 0, what["n"] or 0
    while not start or start < n:
        end = min(n, start + _CSV_ROWS)
        asked = viewer().put("csv", user(), run=run_id, start=start, end=end, **what)
        yield await run_in_threadpool(gzip.decompress, await _answer_to(asked, _FILE_PATIENCE))
        start = end


def _snapshots(run: Run) -> list[int]:
    """The version of a film: with more snapshots it is a new one."""
    steps = results.snapshot_steps(store().database, run.id)
    return [run.attempt, len(steps), *steps[-1:]]


def _view(asked: QueryParams) -> dict[str, str]:
    return {name: asked[name][:30] for name in ("view", "x", "y", "others") if name in asked}


def _history(request: Request) -> Response:
    """The losses of every step as a file, written part by part: it may be larger than memory."""
    folder = tempfile.TemporaryDirectory()  # removed with its last reference if writing fails
    try:
        run = store().get(request.path_params["run_id"])
        path = Path(folder.name) / f"gan-forge-{run.id}-history.parquet"
        write_parquet(store().database, run, path)
    except GanForgeError as error:
        return _refusal(error)
    kind = "application/vnd.apache.parquet"
    done = BackgroundTask(folder.cleanup)
    return FileResponse(path, media_type=kind, filename=path.name, background=done)


def _json(value: object, status: int = 200, *, packed: bool = False) -> Response:
    """JSON, compressed here, not by the middleware, which would hold up everybody meanwhile."""
    body = json.dumps(value, separators=(",", ":")).encode()
    headers = {"Cache-Control": "no-store"}
    if packed and len(body) > _WORTH_PACKING:
        body = gzip.compress(body, 5)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(body, status, headers, "application/json")


def _number(text: str | None) -> int:
    """A count from an address; nonsense counts as nothing known."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else 0


def _known(asked: QueryParams, name: str) -> int:
    """A count that a viewer already has; -1 if it does not say."""
    return _number(asked[name]) if name in asked else -1
