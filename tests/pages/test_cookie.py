"""Who a visitor is: the cookie in a request, in an answer, and in a page."""

import re

import pytest
import streamlit as st
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from gan_core.store.access import EVERYBODY
from pages.server import visitor
from pages.server.cookie import COOKIE, VisitorCookie, visitor_of
from tests.apart import run_apart

ID = "abcdefghijklmnopqrst_-"
NO_IDS = ["", "short", ID + "x", ID[:-1] + "\n", ID[:-1] + "é", "x' OR 1=1 --", 5]


def ask(cookie=None, page=True, scheme="http", answer=None, accept="*/*"):
    """Who asked, and the cookie that the answer sets."""
    asked_by, sent = [], []

    async def app(scope, receive, send):
        asked_by.append(visitor.user())
        found = answer or (HTMLResponse("page") if page else PlainTextResponse("{}"))
        await found(scope, receive, send)

    async def send(message):
        sent.append(message)

    headers = [(b"accept", accept.encode())]
    headers += [(b"cookie", f"a=b; {COOKIE}={cookie}".encode())] if cookie is not None else []
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "scheme": scheme}
    run_apart(VisitorCookie(app)(scope, None, send))
    found = [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    return asked_by[0], found


def test_a_page_gives_a_new_visitor_an_id_and_the_next_request_is_his():
    who, (cookie,) = ask()
    assert who == EVERYBODY
    parts = cookie.split("; ")
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} < set(parts)
    assert int(re.search(r"Max-Age=(\d+)", cookie)[1]) > 300 * 86400
    given = parts[0].removeprefix(f"{COOKIE}=")
    who, again = ask(given)
    assert who == visitor_of({COOKIE: given}) != EVERYBODY
    assert again == []
    assert given not in who  # who reads a run's owner cannot pass for him
    assert ask()[1] != [cookie]


def test_what_comes_with_a_page_gets_no_id_of_its_own():
    assert ask(page=False) == (EVERYBODY, [])


def test_a_page_from_the_cache_of_a_browser_without_its_cookies_gets_one():
    """Home was opened as everybody, so that what was started there was everybody's."""
    not_modified = Response(status_code=304)
    page = {"answer": not_modified, "accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert ask(**page)[1]
    assert not ask(ID, **page)[1]
    assert not ask(answer=not_modified)[1]  # a picture


def test_over_https_the_cookie_stays_there():
    assert "Secure" in ask(scheme="https")[1][0]


@pytest.mark.parametrize("nonsense", NO_IDS, ids=str)
def test_a_malformed_id_counts_as_none(nonsense):
    assert visitor_of({COOKIE: nonsense}) == EVERYBODY
    if "\n" not in str(nonsense):
        assert len(ask(nonsense)[1]) == 1


def test_a_session_is_its_browsers_visitor(monkeypatch, store):
    users = []
    for cookies in ({COOKIE: ID}, {COOKIE: ID[::-1]}, {}):
        with monkeypatch.context() as patch:
            patch.setattr(st.runtime, "exists", lambda: True)
            patch.setattr(type(st.context), "cookies", cookies)
            users.append(visitor.store().user)
    assert users == [visitor_of({COOKIE: ID}), visitor_of({COOKIE: ID[::-1]}), EVERYBODY]
    assert len(set(users)) == 3
