"""The guard around a real server: what it answers, what it takes, and what a name can do."""

import http.client
from contextlib import suppress

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.server import get

TRICK = "see www.evil.example, https://evil.example/x and me@evil.example"


def ask(server, path, method="GET", body=None, **headers):
    """Status and headers of an answer; None where the server hangs up on what it does not want."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    except ConnectionResetError:
        return None, {}
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path", ["/", "/train", "/api/runs/x/live", "/_stcore/health", "/nothing.js"]
)
def test_every_answer_is_guarded(server, path):
    here = {"Host": f"localhost:{server.port}"}
    status, answer = ask(server, path, **here)
    assert status != 403
    assert answer["x-frame-options"] == "DENY"
    assert answer["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer["content-security-policy"]
    assert ask(server, path, Host="evil.example")[0] == 403
    assert get(f"{server.url}/_stcore/health")[0] == 200


def test_files_that_no_page_asks_for_are_refused_and_not_kept(server):
    memory = lambda: psutil.Process(server.process.pid).memory_info().rss / 1e6  # noqa: E731
    before, file = memory(), bytes(19 * 10**6)
    origin = {"Host": f"localhost:{server.port}", "Origin": server.url}
    # With the token that Streamlit gives everybody: it is not what keeps files out.
    cookie = ask(server, "/_stcore/health", **origin)[1]["set-cookie"].partition(";")[0]
    origin |= {"Cookie": cookie, "X-Xsrftoken": cookie.partition("=")[2]}
    for number in range(12):
        path = f"/_stcore/upload_file/session/{number}"
        assert ask(server, path, "PUT", file, **origin)[0] in (403, None)
    assert ask(server, path, "DELETE", **origin)[0] == 403
    assert memory() < before + 25


def test_an_address_in_a_name_is_no_link(forge, start_run, store):
    run = start_run()
    store.rename(run.id, TRICK)
    for path in ("train", "results"):
        forge.open(path, run).see("www.evil.example")
        expect(forge.page.locator("a[href*='evil']")).to_have_count(0)
    forge.open("train?lr=www.evil.example").error("www.evil.example")
    expect(forge.page.locator("a[href*='evil']")).to_have_count(0)
