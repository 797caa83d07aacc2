"""A link from the Share button, opened by somebody else."""

import re

from playwright.sync_api import expect

from gan_core.store import model
from tests.browser.server import eventually


def finished(store, forge):
    """The run in the address, once it has come to its end."""
    forge.badge("finished")
    return eventually(lambda: (now := store.get(forge.run_id)).status == model.FINISHED and now)


def test_whoever_opens_the_link_trains_the_same_run(forge, new_forge, server, store):
    forge.open("train").few_epochs(more=2)
    forge.main.get_by_role("slider", name="Latent dimension").press("ArrowRight")
    forge.press("Train")
    mine = finished(store, forge)
    forge.idle().press("Share")
    popover = forge.page.get_by_test_id("stPopoverBody")
    links = popover.get_by_test_id("stCode")
    expect(links).to_have_count(2)
    link = f"{server.url}/train?latent_dim=11&epochs=200"
    assert [text.strip() for text in links.all_inner_texts()] == [
        link,
        f"{server.url}/train?run={mine.id}",
    ]
    popover.get_by_role("combobox", name="Lock").fill("Epochs")
    forge.page.get_by_role("option", name="Epochs").click()
    expect(links.first).to_contain_text("&lock=epochs")
    link = links.first.inner_text().strip()

    student = new_forge(server)  # a browser of his own
    student.page.goto(link)
    student.idle().see("Settings from a link")
    expect(student.main.get_by_role("slider", name="Epochs")).to_be_disabled()
    assert student.url == link
    student.press("Train")
    his = finished(store, student)
    assert his.id != mine.id
    assert his.config == mine.config
    assert (his.d_loss, his.g_loss) == (mine.d_loss, mine.g_loss)  # to the last digit
    assert None not in (his.d_loss, his.g_loss)
    assert re.search(r"/train\?(lock=epochs&run=[\w-]{12}|run=[\w-]{12}&lock=epochs)$", student.url)

    student.page.reload()  # neither the run nor the lock is lost
    student.idle().badge("finished")
    expect(student.main.get_by_role("slider", name="Epochs")).to_be_disabled()
    expect(student.main.get_by_text("Settings from a link")).to_have_count(0)


def test_a_wrong_link_is_answered(forge):
    forge.page.goto(f"{forge.server.url}/train?epochs=many")
    forge.idle().error("This link cannot be used", "epochs", "a whole number", "many")
    expect(forge.button("Train")).to_be_enabled()
    eventually(lambda: forge.url == f"{forge.server.url}/train", what="an address without it")
