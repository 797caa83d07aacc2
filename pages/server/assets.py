"""Static files: our scripts and styles, the Plotly inside its Python package, and Streamlit's own.

Each is compressed once. Streamlit sends its own as they are; compressed anew for each visitor
they would take 0.3 s of the server's time.
"""

import gzip
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import distribution, version
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

ASSETS = Path(__file__).parents[1] / "assets"
STREAMLIT = Path(str(distribution("streamlit").locate_file("streamlit"))) / "static"
_A_YEAR = "public, max-age=31536000, immutable"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


def asset_routes() -> list[Route]:
    """The address of the static files."""
    return [Route("/forge/{version}/{name:path}", _asset)]


def asset_url(name: str) -> str:
    """The address of a static file, named by its path below `ASSETS`.

    Its folder changes with the content of any of them, because modules import each other by
    relative addresses: a browser caches them for a year and still gets every update completely.
    """
    return f"forge/{_version()}/{name}"


def _asset(request: Request) -> Response:
    name, asked = request.path_params["name"], request.path_params["version"]
    if (file := _file(name)) is None:
        return Response("not found", 404)
    return _answer(file, _A_YEAR if asked == _version() else "no-store")


class StreamlitAssets:
    """Answers requests for the scripts and styles of Streamlit's page, whose names have a hash."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the compressed file, or pass the request on."""
        app: ASGIApp = self._app
        if scope["type"] == "http" and (name := _streamlits(scope)):
            app = await run_in_threadpool(_answer, STREAMLIT / name, _A_YEAR)
        await app(scope, receive, send)


def _streamlits(scope: Scope) -> str | None:
    """Which script or style of Streamlit's a request is for, by its path below `STREAMLIT`."""
    name = scope["path"].removeprefix("/")
    taken = scope["method"] == "GET" and takes_gzip(Headers(scope=scope))
    return name if taken and name in _scripts_and_styles() else None


def takes_gzip(asked: Headers) -> bool:
    """Whether the answer to a request with these headers may be compressed."""
    return "gzip" in asked.get("accept-encoding", "")


@lru_cache(maxsize=1)
def _scripts_and_styles() -> frozenset[str]:
    files = STREAMLIT.glob("static/*/*")
    return frozenset(
        path.relative_to(STREAMLIT).as_posix() for path in files if path.suffix in (".js", ".css")
    )


def _answer(file: Path, keep: str) -> Response:
    headers = {"Cache-Control": keep, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    kind = _KINDS.get(file.suffix, "application/octet-stream")
    return Response(_packed(file), 200, headers, kind)


@lru_cache(maxsize=512)
def _packed(file: Path) -> bytes:
    """A static file, compressed once."""
    return gzip.compress(file.read_bytes(), 6)


@lru_cache(maxsize=1)
def _version() -> str:
    """A short hash of all static files and of Plotly's version."""
    content = b"".join(name.encode() + (ASSETS / name).read_bytes() for name in sorted(_names()))
    return sha256(content + version("plotly").encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """The static files by their paths below `ASSETS`; nothing else is served."""
    files = (path for path in ASSETS.rglob("*") if path.is_file())
    return frozenset(path.relative_to(ASSETS).as_posix() for path in files)


def _file(name: str) -> Path | None:
    """The static file with this name; None if there is none."""
    if name == "plotly.min.js":  # inside Plotly's package, which need not be imported for it
        return Path(str(distribution("plotly").locate_file(f"plotly/package_data/{name}")))
    return ASSETS / name if name in _names() else None
