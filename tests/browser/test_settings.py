"""The settings beside a run: what differs from it, what is wrong with them, and other data."""

import re

import pytest
from playwright.sync_api import expect

from gan_core.networks import ACTIVATIONS
from gan_core.objectives import OBJECTIVES
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


def test_a_choice_is_explained_where_it_is_made_and_a_wrong_number_disables_train(forge):
    """By its label and a line that changes with the choice, not by the key of links; issue 8, 7."""
    explained = {
        "Loss": ("Loss", "Hinge", OBJECTIVES["hinge"]),
        "Networks": ("Generator activation", "Tanh", ACTIVATIONS["tanh"]),
    }
    forge.open("train")
    for place, (label, option, declared) in explained.items():
        forge.main.get_by_text(place, exact=True).first.click()
        box = forge.main.get_by_role("combobox", name=label)
        expect(forge.main.get_by_text(declared.help)).to_have_count(0)
        box.click()
        options = forge.page.get_by_role("option")
        expect(options.filter(has_text=option)).to_be_visible()
        assert not {"bce", "hinge", "leaky_relu"} & {*options.all_inner_texts()}
        options.filter(has_text=option).click()
        expect(forge.main.get_by_text(declared.help)).to_be_visible()
        forge.idle()

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
