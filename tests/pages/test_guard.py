"""Who is answered, and what browsers are told: the guard around a server, without the server."""

import re
from pathlib import Path

import pytest
import streamlit
from starlette.responses import PlainTextResponse

from pages.server.middleware import Guard
from tests.apart import answer_of

HOME = "localhost:8501"
OURS = {"origin": f"http://{HOME}"}


def ask(path="/", method="GET", host=HOME, **headers):
    """Status and headers of the answer."""
    if host is not None:
        headers["host"] = host
    status, answer, body = answer_of(Guard(PlainTextResponse("reached")), path, method, **headers)
    assert (status == 200) == (body == b"reached")
    return status, answer


@pytest.fixture
def allowed():
    """Set ``server.allowedHosts``, as the command line does."""
    name = "server.allowedHosts"
    before = streamlit.config.get_option(name)
    yield lambda *hosts: streamlit.config.set_option(name, list(hosts))
    streamlit.config.set_option(name, before)


@pytest.mark.parametrize("host", ["localhost", HOME, "127.0.0.1:8501", "[::1]:8501", "LOCALHOST:1"])
def test_this_machine_is_answered(host):
    assert ask(host=host)[0] == 200


FOREIGN = ["evil.example", "evil.example:8501", "localhost.evil.example", "user@localhost", "[", ""]


@pytest.mark.parametrize(
    "path", ["/", "/api/runs/x/live", "/forge/0/lib/ink.js", "/_stcore/health"]
)
@pytest.mark.parametrize("host", [*FOREIGN, None])
def test_another_name_for_this_machine_gets_nothing(host, path):
    assert ask(path, host=host)[0] == 403


def test_names_can_be_added_and_the_list_lifted(allowed):
    allowed("forge.example")
    assert ask(host="forge.example:80")[0] == 200
    assert ask()[0] == 403
    allowed("*")
    assert ask(host="forge.elsewhere")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "http://["},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site", **OURS},
        {"sec_fetch_site": "same-site"},
        {"host": "evil.example", "origin": "http://evil.example"},  # both foreign
        {"host": "evil.example", "sec_fetch_site": "same-origin"},
    ],
)
def test_only_our_own_pages_change_something(headers):
    assert ask("/api/runs/x/advance", "POST", **headers)[0] == 403


@pytest.mark.parametrize("headers", [OURS, {"sec_fetch_site": "same-origin"}])
def test_our_own_pages_may(headers):
    assert ask("/api/runs/x/advance", "POST", **headers)[0] == 200


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "path", ["/_stcore/upload_file/session/file", "/_stcore/agent/interact", "/", "/train"]
)
def test_nothing_is_taken_that_no_page_asks_for(path, method):
    assert ask(path, method, **OURS)[0] == 403
    assert ask(path, "GET")[0] == 200


@pytest.mark.parametrize("host", [HOME, "evil.example", "a;script-src *"])
def test_every_answer_says_what_a_page_may_do(host):
    _, answer = ask(host=host)
    assert answer["x-frame-options"] == "DENY"
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["referrer-policy"] == "same-origin"
    policy = dict(rule.split(" ", 1) for rule in answer["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert "*" not in policy["connect-src"]
    assert set(policy["connect-src"].split()) <= {"'self'", f"ws://{host}", f"wss://{host}"}


def test_streamlits_own_inline_script_is_known_by_its_hash():
    index = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    inline = re.findall(r"<script>", index)
    assert ask()[1]["content-security-policy"].count("'sha256-") == len(inline) > 0
