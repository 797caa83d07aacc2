"""A link from the Share button, opened by somebody else."""

import io
import re
from copy import copy

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from gan_core.data.drawing import MAX_POINTS, encode
from gan_core.store import model
from tests.browser.chromium import ELSEWHERE
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


@pytest.fixture
def network(server, store):
    """The server by a name that others can reach."""
    elsewhere = copy(server)
    elsewhere.url = server.url.replace("localhost", ELSEWHERE)
    return elsewhere


def read(page):
    """What a phone reads in a picture of what is seen: the text and height of each QR code."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    assert all(code.format == zxingcpp.BarcodeFormat.QRCode for code in found)
    return {code.text: code.position.bottom_left.y - code.position.top_left.y for code in found}


@pytest.mark.parametrize(
    ("size", "dark"), [((1366, 768), False), ((390, 844), True)], ids=["laptop", "dark phone"]
)
def test_a_phone_reads_the_links_off_the_screen(new_forge, network, config, size, dark):
    forge = new_forge(network, size=size, dark=dark)
    run = network.store.create(config(epochs=300).with_values({"seed": 7}), "everybody")
    forge.open("train", run).badge("finished").idle()
    forge.main.get_by_test_id("stPopover").get_by_text("Share", exact=True).click()
    links = forge.page.get_by_test_id("stPopoverBody").get_by_test_id("stCode")
    expect(links).to_have_count(2)
    settings, here = (text.strip() for text in links.all_inner_texts())
    for nth, (title, link) in enumerate({"These settings": settings, "This run": here}.items()):
        code = forge.page.get_by_role("img", name=f"QR code: {title}")
        code.scroll_into_view_if_needed()
        eventually(lambda: link in read(forge.page), what=f"the code of {link}")  # noqa: B023
        expect(code).to_have_count(1)  # the large one is not there for anybody yet
        links.filter(has_text=link).scroll_into_view_if_needed()
        block = links.filter(has_text=link).bounding_box()
        beside = code.bounding_box()
        apart = beside["x"] >= block["x"] + block["width"] or beside["y"] >= block["y"]
        assert apart, "the code covers the link"

        forge.button("Show large").nth(nth).click()
        large = forge.page.get_by_role("dialog", name=f"QR code: {title}")
        expect(large).to_contain_text(link)
        (tall,) = eventually(lambda: [*read(forge.page).values()], what="a large code")
        assert tall > 0.55 * min(size)
        forge.page.keyboard.press("Escape") if nth else forge.press("Close")
        expect(large).to_have_count(0)
        expect(links).to_have_count(0 if nth else 2)  # Escape ends Share as well


def test_the_longest_drawing_is_read_off_a_small_projector(new_forge, network):
    points = encode(np.random.default_rng(0).uniform(-1, 1, (MAX_POINTS, 2)))
    forge = new_forge(network)
    forge.page.goto(f"{network.url}/train?data=drawing&drawing={points}")
    forge.idle().press("Share").press("Show large")
    assert len(points) > 1300
    found = eventually(lambda: [text for text in read(forge.page) if points in text], what="it")
    assert found == [forge.page.locator("[popover]:popover-open p").inner_text()]
