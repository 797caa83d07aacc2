"""Visitors of a real server: whose a run is that a browser starts on the first page it opens."""

from gan_core.store.access import EVERYBODY
from pages.server.cookie import COOKIE, visitor_of


def test_two_browsers_are_two_visitors_from_the_first_page_on(new_forge, server, store):
    owners, expected = [], []
    for _ in range(2):
        forge = new_forge(server).open("train?epochs=100")
        forge.press("Train")
        forge.page.wait_for_url("**run=*")
        (cookie,) = [c for c in forge.page.context.cookies() if c["name"] == COOKIE]
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Lax"
        expected.append(visitor_of({COOKIE: cookie["value"]}))
        owners.append(store.list()[0].owner)
    assert owners == expected
    assert len({*owners, EVERYBODY}) == 3
