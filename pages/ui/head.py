"""The top of a page: its name, and the question it answers in one sentence."""

from pathlib import Path

import streamlit as st

_STYLE = (Path(__file__).parent / "assets" / "page.css").read_text(encoding="utf-8")


def page_style() -> None:
    """What every page's layout needs beyond the theme."""
    st.html(f"<style>{_STYLE}</style>")


def page_head(title: str, sentence: str) -> None:
    """Draw the title and the sentence under it."""
    page_style()
    st.markdown(f"### {title}")
    st.caption(sentence)
