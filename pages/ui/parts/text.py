"""Wording: all text on the pages passes through here. English is the source.

Catalogues are ``locale/<language>/LC_MESSAGES/gan_forge.mo``; without one, English is shown.
"""

import gettext
import re
from functools import lru_cache
from pathlib import Path

import streamlit as st

_MARKDOWN = frozenset(r"\`*_[]<>#!|$:~&")
# Where Markdown finds a URL even in escaped text, and an invisible character that splits it.
_IN_ADDRESS = re.compile(r"(?<=www)(?=\.)|(?<=:)(?=//)|(?<=@)", re.IGNORECASE)
_PART = ":small[]"
_LOCALE = Path(__file__).parents[1] / "locale"


def _(message: str) -> str:
    """The message in the visitor's language."""
    return _catalogue(st.context.locale or "en").gettext(message)


def plural(one: str, many: str, n: int) -> str:
    """The plural form for a number, in the visitor's language; insert the number with format."""
    return _catalogue(st.context.locale or "en").ngettext(one, many, n)


def plain(text: object) -> str:
    """Text shown verbatim, with Markdown escaped.

    Text from a link, a file or a name must pass through here before it is drawn: as Markdown,
    it could load a picture from another host, or be a link that others click.
    """
    parts = _IN_ADDRESS.split(str(text))
    return _PART.join("".join(f"\\{c}" if c in _MARKDOWN else c for c in part) for part in parts)


@lru_cache(maxsize=32)
def _catalogue(locale: str) -> gettext.NullTranslations:
    languages = [locale.replace("-", "_"), locale.split("-")[0]]
    return gettext.translation("gan_forge", _LOCALE, languages, fallback=True)
