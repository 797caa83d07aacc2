"""Addresses: nonsense, files that are not served, and Back."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.server import eventually, get

NONSENSE = [
    "../../etc/passwd",
    "x" * 2000,
    "ünïcödé %00 ' OR '1'='1",
    "<img src=x onerror=alert(1)>",
    "![](//example.com/x.png)",
]


def test_nonsense_in_an_address_is_answered(forge):
    for run_id in NONSENSE:
        forge.open("train", quote(run_id, safe=""))
        forge.error("is not the id of a run", "Runs page")
        foreign = forge.main.locator(
            "img[src*='example.com'], a[href*='example.com'], img[src='x']"
        )
        expect(foreign).to_have_count(0)
    forge.page.goto(f"{forge.server.url}/results?run=AAAAAAAAAAAA")
    forge.idle().error("no run", "AAAAAAAAAAAA")
    forge.go("Train")  # and the page is of use again
    expect(forge.button("Train")).to_be_enabled()


def test_a_page_that_does_not_exist_is_said_not_to(forge):
    for path in ("nosuchpage", "train/nosuch", "no%3Cb%3E/such"):
        forge.open(path).error("There is no page", "/no" if path[0] == "n" else "/train/nosuch")
        expect(forge.button("Start the tutorial")).to_be_visible()
    forge.go("Train")
    expect(forge.main.get_by_test_id("stAlert")).to_have_count(0)
    forge.open("train/?epochs=300")  # a page's own address, with a slash too many
    assert forge.at("Train").url.endswith("/train?epochs=300")


@pytest.mark.parametrize("run_id", ["nonsense", "AAAAAAAAAAAA", "..%2F..%2Fetc", "%00", "x" * 5000])
def test_live_numbers_of_no_run(server, run_id):
    status, body = get(f"{server.url}/api/runs/{run_id}/live?since=0")
    assert status in (400, 404)
    if status == 404 and body.startswith(b"{"):
        assert "run" in json.loads(body)["error"]
    assert b"Traceback" not in body


@pytest.mark.parametrize(
    "query", ["since=-1", "since=abc", "since=99999999999999", "attempt=1e9&shown=%00", "since="]
)
def test_live_numbers_asked_for_with_nonsense(server, start_run, query):
    status, body = get(f"{server.url}/api/runs/{start_run().id}/live?{query}")
    assert status == 200
    assert json.loads(body)["after"] == 0


@pytest.mark.parametrize("name", ["nonsense.js", "..%2Fserver.py", "%2e%2e/app.py", "live.js%00"])
def test_files_that_are_not_served(server, name):
    status, body = get(f"{server.url}/forge/0/{name}")
    assert status in (400, 404) or b"<!doctype html>" in body.lower()
    assert b"import " not in body[:200]


def test_back_takes_one_press_and_leads_to_an_untrained_page_too(forge, store):
    """Issue 8, 14 and 16: Results were two entries, and Back from Train led to Train."""
    forge.open("train").few_epochs().press("Train").badge("finished")
    run = forge.run_id
    forge.idle().go("Results")
    eventually(lambda: forge.run_id == run, what="the run in the address")
    forge.go("Data")
    forge.page.go_back()
    forge.at("Results").badge("finished")
    assert forge.run_id == run
    forge.page.go_back()
    forge.at("Train").badge("finished")
    assert forge.run_id == run
    forge.page.go_back()
    forge.see("These are the real rows.")
    assert forge.idle().run_id is None
    expect(forge.button("Train")).to_be_enabled()
    forge.page.go_forward()
    forge.at("Train").badge("finished")
    assert forge.run_id == run


def test_back_from_a_run_of_a_link_takes_one_press(forge, store):
    """Issue 8: the run and the end of the link's words were two entries."""
    forge.open("train?epochs=100&seed=3").press("Train").badge("finished")
    assert forge.idle().url.endswith(f"/train?run={forge.run_id}")
    forge.page.go_back()
    forge.see("These are the real rows.")
    assert forge.idle().url.endswith("/train?epochs=100&seed=3")
