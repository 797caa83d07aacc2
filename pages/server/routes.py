"""The HTTP API that live views ask."""

import gzip
import json
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gan_core.errors import GanForgeError, RunNotFoundError, RunStateError, ViewError
from gan_core.live.film import arena_update, film
from gan_core.live.scores import quality_update
from gan_core.live.updates import live_update
from gan_core.problem import resolve
from gan_core.store import access
from gan_core.store.model import Run
from gan_core.views import View
from pages.server.assets import asset_routes
from pages.server.visitor import find_run, store, user

_WORTH_PACKING = 64 * 1024  # bytes; what is smaller the middleware packs in no time


def routes() -> list[BaseRoute]:
    """Addresses beside Streamlit's own."""
    return [
        Route("/api/runs/{run_id}/live", _live),
        Route("/api/runs/{run_id}/advance", _advance, methods=["POST"]),
        Route("/api/runs/{run_id}/arena", _arena),
        Route("/api/runs/{run_id}/film", _film),
        Route("/api/runs/{run_id}/quality", _quality),
        *asset_routes(),
    ]


def middleware() -> list[Middleware]:
    """What every answer passes through."""
    return [Middleware(GZipMiddleware, minimum_size=2000, compresslevel=5)]


def _answer(make: Callable[[Run, QueryParams], object]) -> Callable[[Request], Response]:
    """A route about a run; a plain function, so that Starlette calls it in a thread."""

    def answer(request: Request) -> Response:
        try:
            run = find_run(request.path_params["run_id"])
            return _json(make(run, request.query_params), packed=_takes_gzip(request))
        except GanForgeError as error:
            status = {RunNotFoundError: 404, ViewError: 400}.get(type(error), 503)
            return _json({"error": str(error)}, status)

    return answer


@_answer
def _live(run: Run, known: QueryParams) -> object:
    """What is new in a run."""
    return live_update(
        store(),
        run,
        attempt=_number(known.get("attempt")),
        since=_number(known.get("since")),
        shown=_number(known.get("shown")),
    )


def _advance(request: Request) -> Response:
    """Let a run that stands do a few steps, for a browser that plays it in slow motion.

    A run that does not stand just now is no error: another tab was quicker.
    """
    if not _is_ours(request):
        return _json({"error": "asked from another site"}, 403)
    try:
        run = find_run(request.path_params["run_id"])
        if not access.may_change(user(), run):
            return _json({"error": "not your run"}, 403)
        store().advance(run.id, _number(request.query_params.get("steps")))
    except RunStateError as error:
        return _json({"accepted": False, "why": str(error)})
    except GanForgeError as error:
        return _json({"error": str(error)}, 404 if isinstance(error, RunNotFoundError) else 503)
    return _json({"accepted": True})


def _is_ours(request: Request) -> bool:
    """Whether a page of this server asks: other sites could make a visitor's browser ask too."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host")


@_answer
def _arena(run: Run, asked: QueryParams) -> object:
    """The latest picture of both players."""
    return arena_update(
        store().database,
        run,
        _view(run, asked),
        attempt=_known(asked, "attempt"),
        shown=_number(asked.get("shown")),
    )


@_answer
def _film(run: Run, asked: QueryParams) -> object:
    """All snapshots as pictures; as histograms where no view is asked for."""
    view = _view(run, asked) if "view" in asked else None
    return film(store().database, run, view, after=_known(asked, "after"))


@_answer
def _quality(run: Run, known: QueryParams) -> object:
    """The scores of the snapshots."""
    return quality_update(
        store().database,
        run,
        attempt=_known(known, "attempt"),
        after=_known(known, "after"),
    )


def _view(run: Run, asked: QueryParams) -> View:
    return View.from_query(asked, len(resolve(run.config).features))


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def _json(value: object, status: int = 200, *, packed: bool = False) -> Response:
    """JSON, packed here and not by the middleware, which would hold up everybody meanwhile."""
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
    """A count that a viewer has already; -1 where it says nothing of it."""
    return _number(asked[name]) if name in asked else -1
