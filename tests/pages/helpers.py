"""What the page tests ask of a page."""

import re

from streamlit.testing.v1 import AppTest


def labelled(elements, label):
    """The one element with this label."""
    found = [element for element in elements if element.label == label]
    assert len(found) == 1, f"{label!r} is there {len(found)} times: {[e.label for e in elements]}"
    return found[0]


def expand(at: AppTest):
    """Open the settings' expanders, whose widgets are drawn from then on."""
    for name in ("networks", "loss", "optimizer"):
        at.session_state[f"expander.{name}"] = True


def button(at: AppTest, label):
    return labelled(at.button, label)


def labels(elements) -> list[str]:
    return [element.label for element in elements]


def plain(text) -> str:
    """What is read on the page: the text without the marks that keep Markdown out."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", str(text).replace(":small[]", ""))


def errors(at: AppTest) -> str:
    return plain("\n".join(element.value for element in at.error))


def texts(at: AppTest) -> str:
    """Everything that is written on the page outside of widgets."""
    shown = (*at.markdown, *at.caption, *at.info, *at.warning)
    links = [link.proto.label for link in at.get("page_link")]
    return plain("\n".join([*(str(element.value) for element in shown), *links]))


def assert_sound(at: AppTest):
    """The page came to its end without an unexpected error."""
    assert not at.exception, [f"{e.message}\n{e.stack_trace}" for e in at.exception]


def assert_kind_message(at: AppTest, *words):
    """The page shows one message made for people, with these words, and no stack trace."""
    assert_sound(at)
    message = errors(at)
    assert message, "no message"
    for word in words:
        assert word.lower() in message.lower(), message
    for trace in ("Traceback", 'File "', "sqlalchemy", "OperationalError", "sqlite3."):
        assert trace not in message
