"""The settings beside a run: what differs from it, what is wrong with them, and other data."""

import re

import pytest
from playwright.sync_api import expect

from gan_core.store import model
from tests.browser.server import eventually


@pytest.fixture
def finished(store, config):
    run = store.create(config(epochs=100), "everybody")
    return eventually(lambda: (now := store.get(run.id)).status == model.FINISHED and now, 60)


def test_other_data_are_chosen_in_the_same_session_and_the_page_says_so(forge, finished):
    """Issue 8, 5 and 6: other data opened a tab; then settings and run disagreed in silence."""
    forge.open("train", finished).few_epochs(more=2)
    forge.main.get_by_role("link", name=re.compile("50 rows")).click()
    forge.at("Data")
    assert len(forge.page.context.pages) == 1
    forge.page.get_by_role("radio", name="Moons").click()
    forge.idle().go("Train").badge("finished")
    forge.see("Settings differ from this run: Data set, Class")
    assert forge.live()["run"] == finished.id
    forge.main.get_by_text("Show me the code").click()
    forge.see("as PyTorch, nothing hidden")
    forge.press("Reset to the run's").idle()
    expect(forge.main.get_by_text("Settings differ")).to_have_count(0)
    forge.see("Iris · setosa")


def test_a_number_that_cannot_be_used_disables_train_and_the_page_says_why(forge):
    """Issue 8, 7."""
    forge.open("train")
    for name, text in (("Seed", "2.5"), ("Seed", "1e99"), ("Seed", "1e"), ("Repeats", "")):
        field = forge.main.get_by_role("spinbutton", name=name)
        field.fill("")
        field.press_sequentially(text)
        field.press("Enter")
        assert "seed must" not in forge.error(name, "a whole number from")
        expect(forge.main.get_by_role("alert")).to_have_count(1)
        expect(forge.button("Train")).to_be_disabled()
        expect(forge.button("Train")).to_be_in_viewport(ratio=1)
        field.fill("2")
        field.press("Enter")
        expect(forge.button("Train")).to_be_enabled()
