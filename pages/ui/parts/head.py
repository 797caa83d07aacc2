"""The top of a page: its name, and the question it answers in one sentence."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.server.assets import ASSETS
from pages.ui.parts.health import stop_without_store

_STYLE = (ASSETS / "page.css").read_text(encoding="utf-8")


def page_style() -> None:
    """What every page needs beyond the theme; ends the page if the store has gone."""
    stop_without_store()
    st.html(f"<style>{_STYLE}</style>")


@dataclass(frozen=True)
class Head:
    """The parts of a page's head that the page may fill.

    Attributes:
        question: the sentence under the title, which an answer may replace.
        corner: the container to their right.
    """

    question: DeltaGenerator
    corner: DeltaGenerator


def page_head(title: str, sentence: str, *, answered: bool = False) -> Head:
    """Draw the title and the sentence under it.

    Args:
        title: the page's name.
        sentence: the question.
        answered: keep space for an answer of two lines, which must not move the page when it comes.
    """
    page_style()
    with st.container(key="page_head", horizontal=True, vertical_alignment="center"):
        with st.container():
            st.markdown(f"# {title}")
            place = st.container(key="page_answer" if answered else "page_question")
            question = place.empty()
            question.caption(sentence)
        corner = st.container(
            width="content", horizontal=True, horizontal_alignment="right",
            vertical_alignment="center",
        )  # fmt: skip
    return Head(question, corner)
