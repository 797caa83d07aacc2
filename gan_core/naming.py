"""Names that people give: one place says what may stand in them."""

from unicodedata import category, normalize

MAX_NAME = 120
# Control and format characters, those for private use, and halves of characters: they are not
# seen, or turn the direction of the text around them.
_UNSEEN = ("Cc", "Cf", "Co", "Cs")
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol that are blank


def clean_name(text: str) -> str:
    r"""A name in one line, composed (NFC), without what cannot be seen.

    Returns:
        at most `MAX_NAME` characters; empty when nothing of the text can be seen.

    >>> clean_name("  wide\n critic \u200b\u202e")
    'wide critic'
    """
    spaced = (" " if c.isspace() else c for c in normalize("NFC", text) if c not in _FILLERS)
    seen = " ".join("".join(c for c in spaced if category(c) not in _UNSEEN).split())
    return seen[:MAX_NAME].rstrip() if any(category(c)[0] in "LNPS" for c in seen) else ""
