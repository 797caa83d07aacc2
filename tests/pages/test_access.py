"""What the store refuses, every address and every button refuses."""

import pytest
from starlette.routing import Router

from gan_core.store import model
from gan_core.store.store import Store
from pages.server import visitor
from pages.server.routes import routes
from tests.apart import answer_of
from tests.gan_core.store.test_access import OwnersOnly
from tests.pages.helpers import assert_sound, button, labels, texts

OF_A_RUN = [route for route in routes() if "{run_id}" in route.path]


@pytest.fixture
def as_grace(store):
    """The server's rule, and who asks, are others than usual."""
    with pytest.MonkeyPatch.context() as patch:

        def be(*, others_see):
            rule = OwnersOnly(others_see)
            patch.setattr(visitor, "shared_store", lambda: Store(store.database, rule=rule))
            patch.setattr(visitor, "user", lambda: "grace")

        yield be


def ask(route, run, query=b"view=pair"):
    """Status and text of the answer."""
    path = route.path.format(run_id=run.id)
    method = "POST" if "POST" in route.methods else "GET"
    headers = {"host": "localhost", "sec_fetch_site": "same-origin"}
    status, _, body = answer_of(Router(routes()), path, method, query, **headers)
    return status, body.decode(errors="replace")


@pytest.mark.parametrize("route", OF_A_RUN, ids=lambda route: route.path)
def test_an_address_of_a_run_that_one_may_not_see_is_not_there(as_grace, make_run, route):
    run = make_run(model.PAUSED)
    as_grace(others_see=False)
    status, text = ask(route, run)
    assert status == 404
    assert run.name not in text


@pytest.mark.parametrize("route", OF_A_RUN, ids=lambda route: route.path)
def test_an_address_that_changes_somebody_elses_run_is_refused(as_grace, make_run, store, route):
    run = make_run(model.PAUSED)
    as_grace(others_see=True)
    status, _ = ask(route, run)
    assert (status == 403) == ("POST" in route.methods)
    assert status != 404  # pictures need a viewer, which does not run here
    assert store.get(run.id) == run


def test_pages_draw_no_button_that_would_be_refused(as_grace, make_run, open_page, store):
    run = make_run(model.PAUSED)
    as_grace(others_see=True)
    at = open_page("train", run=run.id)
    assert_sound(at)
    assert not {"Resume", "Stop", "Step"} & set(labels(at.button))
    as_grace(others_see=False)
    at = open_page("runs")
    assert "Nothing has been trained yet." in texts(at)
    at = open_page("train")
    button(at, "Train").click().run()
    assert store.list()[0].owner == "grace"


def test_no_more_rows_are_sampled_than_the_limit_whoever_asks(as_grace, make_run, store):
    """Fault 9: also without the page, whose field ends there."""
    (route,) = (route for route in OF_A_RUN if route.path.endswith("samples.csv"))
    run = make_run(model.FINISHED)
    as_grace(others_see=True)
    status, text = ask(route, run, b"step=10&n=100001")
    assert (status, "at most 100,000 rows" in text) == (400, True)
