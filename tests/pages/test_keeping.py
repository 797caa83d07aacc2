import pytest
from streamlit.testing.v1 import AppTest

from gan_core.store import model
from tests.pages.helpers import assert_sound, button, texts


def ask(run_id):
    from pages.server.visitor import store
    from pages.ui.run.keeping import confirm_delete

    confirm_delete(store().get(run_id))


@pytest.fixture
def asked(make_run):
    """A run, and the question whether to delete it."""

    def of(status):
        run = make_run(status)
        at = AppTest.from_function(ask, args=(run.id,)).run()
        assert_sound(at)
        return run, at

    return of


@pytest.mark.parametrize("status", [model.RUNNING, model.PAUSED, model.FINISHED])
def test_only_of_a_run_that_trains_it_says_that_deleting_ends_it(asked, status):
    run, at = asked(status)
    assert run.name in texts(at)
    assert ("still training" in texts(at)) == (status == model.RUNNING)


def test_cancel_deletes_nothing(asked, store):
    run, at = asked(model.FINISHED)
    assert_sound(button(at, "Cancel").click().run())
    assert store.get(run.id)
