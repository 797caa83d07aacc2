"""What every response passes through: the guard against other sites, then compression."""

import re
from base64 import b64encode
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.server.addresses import KnownPages
from pages.server.assets import STREAMLIT, StreamlitAssets
from pages.server.cookie import VisitorCookie

# Addresses that take more than questions. Streamlit takes files at /_stcore/upload_file/ whether
# or not a page asks for one; that belongs here with the first st.file_uploader.
_TAKES_REQUESTS = ("/api/",)

# What a page may load, and from where. Streamlit's page has an inline script, and hands each
# component its loader as a blob; it and Plotly create styles at run time.
_INDEX = (STREAMLIT / "index.html").read_bytes()
_INLINE = "".join(
    f" 'sha256-{b64encode(sha256(script).digest()).decode()}'"
    for script in re.findall(rb"<script>(.*?)</script>", _INDEX, re.DOTALL)
)
_POLICY = (
    f"default-src 'self'; script-src 'self' blob:{_INLINE}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; frame-src 'none'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; connect-src 'self'"
)


def middleware() -> list[Middleware]:
    """The stack, outermost first."""
    return [
        Middleware(Guard),
        Middleware(StreamlitAssets),
        Middleware(KnownPages),
        Middleware(VisitorCookie),
        Middleware(GZipMiddleware, minimum_size=2000, compresslevel=5),
    ]


class Guard:
    """Answers only requests meant for this server, and tells browsers what its pages may do.

    A host that ``server.allowedHosts`` does not list is refused: another site may have pointed
    its own name at this machine (DNS rebinding). Streamlit guards its websocket by the same list.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on and add the headers to its response."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        asked = Headers(scope=scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_headers(asked.get("host", "")))
            await send(message)

        why = _refusal(scope["method"], scope["path"], asked)
        app = PlainTextResponse(why, 403) if why else self._app
        await app(scope, receive, send_guarded)


def _refusal(method: str, path: str, asked: Headers) -> str:
    """Why a request is refused; empty if it is accepted."""
    if not is_host_allowed(asked.get("host")):
        return "this server does not go by that name"
    if method in ("GET", "HEAD", "OPTIONS"):
        return ""
    if not path.startswith(_TAKES_REQUESTS):
        return "nothing is accepted here"
    return "" if _is_ours(asked) else "requested from another site"


def _is_ours(asked: Headers) -> bool:
    """Whether a page of this server sent it: other sites could make a visitor's browser do so."""
    site = asked.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    try:
        origin = urlsplit(asked.get("origin", "")).netloc
    except ValueError:  # such as "http://["
        return False
    return bool(origin) and origin == asked.get("host")


def _headers(host: str) -> dict[str, str]:
    # Not in every browser does 'self' include WebSockets.
    sockets = f" ws://{host} wss://{host}" if re.fullmatch(r"[\w.:\[\]-]+", host) else ""
    return {
        "Content-Security-Policy": _POLICY + sockets,
        "Referrer-Policy": "same-origin",  # an address may contain the id of a run
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
