"""The files of the pages, for links and switches between them."""

from pathlib import Path

_PAGES = Path(__file__).parents[2]


def page_path(name: str) -> Path:
    """The file of a page, as ``st.switch_page`` and ``st.page_link`` want it."""
    return _PAGES / f"{name}.py"
