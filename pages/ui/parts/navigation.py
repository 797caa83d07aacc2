"""Links and switches between the pages."""

from pathlib import Path
from typing import NoReturn

import streamlit as st

from gan_core.store.model import Run

_PAGES = Path(__file__).parents[2]


def link_to(
    page: str, label: str, icon: str, run: Run | None = None, *, help: str | None = None
) -> None:
    """Draw a link to a page, which shows the run."""
    icon = f":material/{icon}:"
    st.page_link(_file(page), label=label, icon=icon, query_params=_query(run), help=help)


def switch_to(page: str, run: Run | None = None) -> NoReturn:
    """Draw another page instead, which shows the run."""
    st.switch_page(_file(page), query_params=_query(run))


def _file(page: str) -> Path:
    return _PAGES / f"{page}.py"


def _query(run: Run | None) -> dict[str, str] | None:
    return {"run": run.id} if run else None
