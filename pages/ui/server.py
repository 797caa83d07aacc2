"""What the server does beside drawing pages: its dispatcher, the live numbers, static files."""

import gc
import gzip
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gan_core.errors import GanForgeError, RunNotFoundError, StoreError
from gan_core.runs.live import live_update
from gan_core.runs.supervisor import dispatcher_running
from pages.ui.backend import find_run, store

log = logging.getLogger(__name__)

_ASSETS = Path(__file__).parent / "assets"
_A_YEAR = "public, max-age=31536000, immutable"


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Open the store and keep a dispatcher running while the server lives."""
    try:
        store()
    except StoreError as error:
        log.error("%s", error)  # the pages say it too, and try again
    async with dispatcher_running():
        gc.collect()
        gc.freeze()  # what start-up made is never garbage; looking through it costs every run
        yield


def routes() -> list[BaseRoute]:
    """Addresses beside Streamlit's own."""
    return [
        Route("/api/runs/{run_id}/live", _live),
        Route("/forge/{name}", _asset),
    ]


def middleware() -> list[Middleware]:
    """What every answer passes through."""
    return [Middleware(GZipMiddleware, minimum_size=2000, compresslevel=5)]


def asset_url(name: str) -> str:
    """The address of a static file, which changes with its content."""
    return f"forge/{name}?v={_asset_bytes(name)[1]}"


def _live(request: Request) -> Response:
    """What is new in a run; a plain function, so that Starlette runs it in a thread."""
    try:
        run = find_run(request.path_params["run_id"])
        known = request.query_params
        update = live_update(
            store(),
            run,
            attempt=_number(known.get("attempt")),
            since=_number(known.get("since")),
            shown=_number(known.get("shown")),
        )
    except GanForgeError as error:
        status = 404 if isinstance(error, RunNotFoundError) else 503
        return _json({"error": str(error)}, status)
    return _json(update)


def _json(value: object, status: int = 200) -> Response:
    return Response(
        json.dumps(value, separators=(",", ":")),
        status,
        {"Cache-Control": "no-store"},
        "application/json",
    )


def _number(text: str | None) -> int:
    """A count from an address; nonsense counts as nothing known."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else 0


def _asset(request: Request) -> Response:
    try:
        packed, _ = _asset_bytes(request.path_params["name"])
    except FileNotFoundError:
        return Response("not found", 404)
    kind = {"js": "text/javascript", "json": "application/json", "svg": "image/svg+xml"}
    headers = {"Cache-Control": _A_YEAR, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    suffix = request.path_params["name"].rpartition(".")[2]
    return Response(packed, 200, headers, kind.get(suffix, "application/octet-stream"))


@lru_cache(maxsize=16)
def _asset_bytes(name: str) -> tuple[bytes, str]:
    """A static file, compressed once, and a short hash of its content."""
    if name == "plotly.min.js":  # inside Plotly's package, which need not be imported for it
        spec = find_spec("plotly")
        if spec is None or spec.origin is None:
            raise FileNotFoundError(name)
        content = (Path(spec.origin).parent / "package_data" / name).read_bytes()
    elif name in {path.name for path in _ASSETS.iterdir()}:
        content = (_ASSETS / name).read_bytes()
    else:
        raise FileNotFoundError(name)
    return gzip.compress(content, 6), sha256(content).hexdigest()[:12]
