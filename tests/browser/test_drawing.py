"""A data set drawn in the browser: with mouse, keys and a finger, and then trained on."""

from math import cos, pi, sin

import pytest
from playwright.sync_api import expect

from gan_core.data.drawing import decode
from tests.browser.server import eventually

PHONE = (390, 844)


class Surface:
    """The drawing surface on the page Data."""

    def __init__(self, forge):
        self.forge, self.page = forge, forge.page
        self.canvas = forge.main.locator(".gf-draw canvas")
        self.line = forge.main.locator(".gf-draw-line span")

    def open(self):
        self.forge.open("data")
        self.forge.main.get_by_text("Draw your own", exact=True).click()
        expect(self.canvas).to_be_visible()
        self.forge.idle()
        return self

    def at(self, x, y):
        """Where a point of [-1, 1] x [-1, 1] is in the window."""
        box, margin = self.canvas.bounding_box(), 10
        half = box["width"] / 2
        return box["x"] + half + x * (half - margin), box["y"] + half - y * (half - margin)

    def circle(self, radius=0.7, parts=24):
        """Draw a circle about the middle in one stroke of the mouse."""
        self.page.mouse.move(*self.at(radius, 0))
        self.page.mouse.down()
        for i in range(1, parts + 1):
            angle = 2 * pi * i / parts
            self.page.mouse.move(*self.at(radius * cos(angle), radius * sin(angle)))
        self.page.mouse.up()

    def press(self, *keys):
        self.canvas.focus()
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def n_points(self):
        return int(self.line.inner_text().split(" / ")[0])

    def table_says(self, n):
        """Wait until the page has the points that the surface shows."""
        expect(self.forge.main.get_by_text(f"{n} rows × 2 features")).to_be_visible()


@pytest.fixture
def surface(forge):
    return Surface(forge).open()


def test_draw_with_the_mouse_and_train(surface, forge, store):
    expect(surface.line).to_have_text("0 / 500 points")
    forge.see("at least 10 points").see("Iris · setosa")
    surface.circle()
    n = surface.n_points
    assert 60 <= n <= 200
    surface.table_says(n)

    forge.go("Train").see("Your drawing")
    forge.few_epochs().press("Train").badge("finished")
    done = forge.live_until(lambda now: now["status"] == "finished" and now["shown"])
    config = store.get(forge.run_id).config
    assert done["step"] == 100 * -(-n // config.training.batch_size)
    points = decode(config.data.drawing)
    assert len(points) == n
    radius = (points**2).sum(axis=1) ** 0.5  # a circle of 0.7, as wide as the brush
    assert radius.mean() == pytest.approx(0.7, abs=0.03)
    assert abs(radius - 0.7).max() < 0.15

    forge.go("Data")
    expect(surface.line).to_have_text(f"{n} / 500 points")
    surface.circle(0.3)
    expect(surface.line).not_to_have_text(f"{n} / 500 points")
    surface.table_says(surface.n_points)
    forge.press("Undo")
    surface.table_says(n)


def test_draw_with_the_keyboard_and_clear_and_fill_the_surface(surface, forge):
    surface.press(" ", *["ArrowRight", " "] * 10, "Shift+ArrowUp", " ", "Shift+ArrowUp", " ")
    expect(surface.line).to_have_text("13 / 500 points")
    surface.table_says(13)
    surface.press("Control+z", "Control+z")
    expect(surface.line).to_have_text("11 / 500 points")
    surface.table_says(11)
    forge.press("Clear")
    expect(surface.line).to_have_text("0 / 500 points")
    forge.see("at least 10 points").see("Your drawing")  # the last with enough of them
    expect(forge.button("Undo")).to_be_disabled()
    expect(forge.button("Clear")).to_be_disabled()
    expect(surface.canvas).to_be_focused()  # a button that can do no more gives the keyboard back
    for radius in (0.9, 0.75, 0.6, 0.8, 0.5, 0.7):
        surface.circle(radius)
    expect(surface.line).to_have_text("500 / 500 points")
    surface.table_says(500)


def test_draw_with_a_finger_on_a_phone(new_forge, server, store):
    forge = new_forge(server, size=PHONE, dark=True, has_touch=True)
    surface = Surface(forge).open()
    surface.canvas.scroll_into_view_if_needed()
    scrolled = forge.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touch = forge.page.context.new_cdp_session(forge.page)

    def send(kind, *places):
        points = [{"x": x, "y": y} for x, y in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", surface.at(0, 0.8))
    for i in range(1, 17):
        send("touchMove", surface.at(0, 0.8 - i / 10))
    send("touchEnd")
    n = eventually(lambda: surface.n_points >= 30 and surface.n_points, what="points")
    surface.table_says(n)
    now = forge.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    assert now == scrolled  # the finger drew and did not scroll
    assert forge.page.evaluate("document.scrollingElement.scrollWidth") <= PHONE[0]
    box = surface.canvas.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
