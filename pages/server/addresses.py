"""Addresses that name no page: Streamlit would show its front page, or nothing at all."""

from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MISSING = "missing"  # the front page's word for the page that somebody looked for
_PAGES = {file.stem for file in Path(__file__).parents[1].glob("*.py")} - {"home", "router"}
# What browsers open that is no page: our own routes, and Streamlit's.
_OTHERS = ("api", "assets", "app", "static", "media", "component", "_stcore")


class KnownPages:
    """Sends whoever opens a page that does not exist to the front page, which says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect, or pass the request on."""
        app = self._app
        if scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", ""):
            path = scope["path"].strip("/")
            if path in _PAGES and scope["path"].endswith("/"):
                query = scope["query_string"].decode("latin-1")
                app = RedirectResponse(f"/{path}" + (f"?{query}" if query else ""), 303)
            elif path and path not in _PAGES and path.split("/")[0] not in _OTHERS:
                app = RedirectResponse(f"/?{MISSING}={quote(path[:60])}", 303)
        await app(scope, receive, send)
