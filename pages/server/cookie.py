"""Who a visitor is, until there are accounts: a random id in a cookie of his browser."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gan_core.store.access import EVERYBODY

COOKIE = "gan_forge_visitor"
_SECONDS = 400 * 86400  # as long as browsers keep any

asking: ContextVar[str | None] = ContextVar("asking", default=None)  # of the request at hand


def visitor_of(cookies: Mapping[str, str]) -> str:
    """Who has these cookies; everybody, where they tell nobody.

    The name is made from the id so that whoever reads it, as an owner's, cannot pass for him.
    """
    found = cookies.get(COOKIE, "")
    if not _is_id(found):
        return EVERYBODY
    return f"visitor-{hashlib.sha256(found.encode()).hexdigest()[:16]}"


class VisitorCookie:
    """Knows whose a request is; gives a browser that opens a page without an id a new one.

    Only with a page: what comes with it is asked for at once, and would be answered with many ids.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the cookie to its answer."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        asked, cookies = Headers(scope=scope), HTTPConnection(scope).cookies

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # A browser that has lost its cookies may still have the page: "not modified".
                kept = message["status"] == 304 and "text/html" in asked.get("accept", "")
                if kept or headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _new_cookie(scope["scheme"]))
            await send(message)

        asking.set(visitor_of(cookies))
        is_known = _is_id(cookies.get(COOKIE, ""))
        await self._app(scope, receive, send if is_known else send_with_id)


def _is_id(found: object) -> bool:
    return isinstance(found, str) and re.fullmatch(r"[A-Za-z0-9_-]{22}", found) is not None


def _new_cookie(scheme: str) -> str:
    value = f"{COOKIE}={secrets.token_urlsafe(16)}; Max-Age={_SECONDS}; Path=/"
    return f"{value}; HttpOnly; SameSite=Lax" + ("; Secure" if scheme == "https" else "")
