import re

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.store import model
from tests.pages.helpers import assert_sound, button, labelled, texts


def ask(run_id):
    from pages.server.visitor import store
    from pages.ui.run.keeping import confirm_delete

    confirm_delete([store().get(run_id)])


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
    assert ("deleting ends it" in texts(at)) == (status == model.RUNNING)


def test_cancel_deletes_nothing(asked, store):
    run, at = asked(model.FINISHED)
    assert_sound(button(at, "Cancel").click().run())
    assert store.get(run.id)


def test_deleted_runs_are_restored_or_erased_on_runs(make_run, store, open_page):
    runs = [make_run(model.FINISHED, name) for name in ("one", "two")]
    for run in runs:
        store.discard(run.id)
    at = open_page("runs")
    assert_sound(at)
    assert "2 deleted runs" in [expander.label for expander in at.expander]
    assert re.search(r"They take \d+\.\d MB", texts(at))
    chosen = labelled(at.multiselect, "Deleted runs")
    assert set(chosen.value) == {run.id for run in runs}  # those deleted together
    chosen.set_value([runs[1].id]).run()
    button(at, "Restore").click().run()
    assert_sound(at)
    assert [run.name for run in store.list()] == ["two"]
    button(at, "Delete permanently").click().run()
    assert_sound(at)
    assert store.discarded() == []
    assert not at.expander
