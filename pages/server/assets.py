"""Static files: scripts and styles, and the Plotly inside its Python package."""

import gzip
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import distribution, version
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ASSETS = Path(__file__).parents[1] / "assets"
_A_YEAR = "public, max-age=31536000, immutable"


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
    try:
        packed = _packed(name)
    except FileNotFoundError:
        return Response("not found", 404)
    kind = {"js": "text/javascript", "json": "application/json", "svg": "image/svg+xml"}
    headers = {
        "Cache-Control": _A_YEAR if asked == _version() else "no-store",
        "Content-Encoding": "gzip",
        "Vary": "Accept-Encoding",
    }
    suffix = name.rpartition(".")[2]
    return Response(packed, 200, headers, kind.get(suffix, "application/octet-stream"))


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


@lru_cache(maxsize=64)
def _packed(name: str) -> bytes:
    """A static file, compressed once."""
    return gzip.compress(_asset_bytes(name), 6)


def _asset_bytes(name: str) -> bytes:
    """The content of a static file.

    Raises:
        FileNotFoundError: there is none with this name.
    """
    if name == "plotly.min.js":  # inside Plotly's package, which need not be imported for it
        packaged = distribution("plotly").locate_file(f"plotly/package_data/{name}")
        return Path(str(packaged)).read_bytes()
    if name in _names():
        return (ASSETS / name).read_bytes()
    raise FileNotFoundError(name)
