"""Every text on a page comes from the catalogue, so that it can be translated."""

import ast
import gettext
import re
import socket
from pathlib import Path
from platform import platform

import pytest

from gan_core.store import model
from pages.ui.parts import text
from tests.pages import helpers
from tests.pages.conftest import PAGES, ROOT
from tests.pages.helpers import assert_sound

MARK = "¤"  # what the test's catalogue puts before every message
# Drawn as they are: names and numbers, which no language changes.
NAMES = {"CPU", "PyTorch", "GAN Forge", "GAN", "pid", "GB", "MB", "None"}


class Marking(gettext.NullTranslations):
    def gettext(self, message):
        return MARK + message

    def ngettext(self, one, many, n):
        return MARK + (one if n == 1 else many)


@pytest.fixture
def marked(monkeypatch):
    monkeypatch.setattr(gettext, "translation", lambda *_args, **_kwargs: Marking())
    text._catalogue.cache_clear()
    yield
    text._catalogue.cache_clear()


def wording(node):
    """All labels, texts and help texts below a node of a page, with what they belong to."""
    for element in node.children.values() if hasattr(node, "children") else ():
        kind = element.type
        if hasattr(element, "children"):
            yield from ((kind, label) for label in [getattr(element, "label", "")] if label)
            yield from wording(element)
            continue
        proto = element.proto
        for field in ("label", "help", "placeholder"):
            yield kind, getattr(proto, field, "")
        if kind in ("markdown", "caption", "alert", "info", "warning", "error", "heading"):
            yield kind, getattr(proto, "body", "")


def is_wording(found):
    """Whether a text has words in it that are not names, numbers or code."""
    code = r"`[^`]*`|:\w+-badge\[|:material/\w+:|<[^>]+>|https?:\S+|\]\(\w+\)"
    bare = re.sub(code, " ", found)
    return any(word not in NAMES for word in re.findall(r"[A-Za-z]{3,}", bare))


OF_A_RUN = [
    (page, status)
    for page in ("train", "results")
    for status in ("", model.RUNNING, model.FINISHED, model.FAILED)
]
OTHERS = [("home", ""), ("data", ""), ("runs", model.FINISHED), ("system", "")]


@pytest.mark.parametrize(("page", "status"), [*OF_A_RUN, *OTHERS])
def test_every_label_and_text_comes_from_the_catalogue(marked, open_page, make_run, page, status):
    query = {"run": make_run(status, name="007").id} if status else {}
    at = open_page(page, **query)
    assert_sound(at)
    found = [(kind, words) for kind, words in wording(at.main) if words and is_wording(words)]
    assert len(found) > 1
    bare = [
        (kind, words)
        for kind, words in found
        if MARK not in words
        and "Iris · setosa" not in words  # a table's name
        and "diverged at" not in words  # gan_core's own message
        and words not in (platform(), socket.gethostname())
    ]
    assert not bare


def test_the_pages_change_their_names(marked, store, open_page):
    at = open_page("home")
    assert at.button[0].label == MARK + "Start the tutorial"
    router = (ROOT / "pages" / "router.py").read_text()
    assert router.count("title=_(") == len(PAGES)


def test_another_language_falls_back_to_english(store, open_page):
    at = open_page("home", locale="zh-CN")
    assert_sound(at)
    assert at.button[0].label == "Start the tutorial"


DRAWS = {
    "badge", "button", "caption", "checkbox", "dialog", "download_button", "error", "expander",
    "header", "info", "link_button", "markdown", "metric", "multiselect", "number_input",
    "page_link", "pills", "popover", "radio", "segmented_control", "select_slider", "selectbox",
    "slider", "subheader", "success", "tabs", "text_input", "title", "toast", "toggle", "warning",
    "write",
}  # fmt: skip


def test_no_text_is_drawn_past_the_catalogue():
    """Also where the tests of the pages do not come: dialogs, toasts, rare errors."""
    past = []
    for file in sorted(Path(ROOT, "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            logs = isinstance(node.func.value, ast.Name) and node.func.value.id == "log"
            if logs or node.func.attr not in DRAWS or not node.args:
                continue
            first = node.args[0]
            parts = first.values if isinstance(first, ast.JoinedStr) else [first]
            words = [p.value for p in parts if isinstance(p, ast.Constant)]
            past += [
                f"{file.name}:{node.lineno}: {w!r}"
                for w in words
                if isinstance(w, str) and is_wording(w)
            ]
    assert not past


@pytest.mark.parametrize("address", ["www.evil.example", "https://evil.example", "me@evil.example"])
def test_an_address_in_a_text_from_outside_is_no_link(address):
    """Fault 10: Markdown makes a link of it, escaped or not, unless something stands in it."""
    shown = text.plain(f"see {address}")
    assert not re.search(r"www\\?\.|://|\w@\w", shown)
    assert helpers.plain(shown) == f"see {address}"
