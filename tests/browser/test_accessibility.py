"""axe-core finds nothing serious in what a page opens; on the pages themselves: test_looks.py."""

import pytest
from playwright.sync_api import expect

from gan_core.store import model
from tests.browser.axe import serious_faults
from tests.browser.server import eventually

BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"


@pytest.fixture
def faults(forge):
    """What axe finds on the page as it is, in light and in dark."""

    def look(under_pointer=None):
        found = {}
        forge.page.mouse.move(0, 0)  # what a pointer is over is shown in other colours
        if under_pointer:
            under_pointer.hover()
        for theme in ("light", "dark"):
            before = forge.page.evaluate(BACKGROUND)
            forge.page.emulate_media(color_scheme=theme)
            if theme == "dark":
                eventually(lambda: forge.page.evaluate(BACKGROUND) != before, what="the theme")  # noqa: B023
            found[theme] = serious_faults(forge)
        forge.page.emulate_media(color_scheme="light")
        return [f"{theme}: {fault}" for theme, faults in found.items() for fault in faults]

    return look


@pytest.fixture
def ring(store, config):
    """A run that has ended, with modes missing."""
    settings = config(epochs=10).with_values({"data.source": "ring", "data.classes": ()})
    run = store.create(settings, "everybody", "for axe")
    return eventually(lambda: (now := store.get(run.id)).status == model.FINISHED and now, 60)


def test_axe_finds_nothing_serious_in_what_is_opened(forge, ring, faults):
    forge.open("train", ring)
    found = {}
    for view in ("Quality", "Arena"):
        forge.main.get_by_role("radio", name=view).click()
        found[view] = forge.idle() and faults()
    for place in ("Networks", "Loss", "Optimizer and batch"):
        forge.main.get_by_text(place, exact=True).first.click()
    found["settings"] = faults()
    forge.main.get_by_test_id("stPopover").get_by_text("Share", exact=True).click()
    expect(forge.page.get_by_text("For a class")).to_be_visible()
    found["share"] = faults()
    forge.open("results", ring).see("Mode collapse")
    found["results"] = faults()
    assert not {where: all_ for where, all_ in found.items() if all_}


def test_a_chosen_option_can_be_read_under_the_pointer(forge, store, faults):
    forge.open("data")
    for role, name in (("radio", "Iris"), ("button", "sepal length (cm)")):
        chosen = forge.main.get_by_role(role, name=name, exact=True)
        expect(chosen).to_be_visible()
        assert not faults(under_pointer=chosen)
