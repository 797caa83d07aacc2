"""Wording: all text on the pages passes through here. English is the source.

Catalogues are ``locale/<language>/LC_MESSAGES/gan_forge.mo``; without one, English is shown.
"""

import gettext
from functools import lru_cache
from pathlib import Path

import streamlit as st

_MARKDOWN = frozenset(r"\`*_[]<>#!|$:~&")
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
    it could load a picture from another host.
    """
    return "".join(f"\\{c}" if c in _MARKDOWN else c for c in str(text))


@lru_cache(maxsize=32)
def _catalogue(locale: str) -> gettext.NullTranslations:
    languages = [locale.replace("-", "_"), locale.split("-")[0]]
    return gettext.translation("gan_forge", _LOCALE, languages, fallback=True)
