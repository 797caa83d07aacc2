"""The table of pages, and what all of them share."""

from pathlib import Path

import streamlit as st

from gan_core.errors import GanForgeError
from pages.server.addresses import MISSING
from pages.ui.parts.errors import show
from pages.ui.parts.text import _, plain

HERE = Path(__file__).parent


def main() -> None:
    """Draw the page that the address asks for."""
    page = st.navigation(
        [
            st.Page(HERE / "home.py", title=_("Home"), url_path="", default=True),
            st.Page(HERE / "data.py", title=_("Data"), url_path="data"),
            st.Page(HERE / "train.py", title=_("Train"), url_path="train"),
            st.Page(HERE / "results.py", title=_("Results"), url_path="results"),
            st.Page(HERE / "runs.py", title=_("Runs"), url_path="runs"),
            st.Page(HERE / "system.py", title=_("System"), url_path="system"),
        ],
        position="top",
    )
    icon = str(HERE / "assets" / "icon.png")
    st.set_page_config(page_title=f"{page.title} · GAN Forge", page_icon=icon, layout="wide")
    if missing := st.query_params.get(MISSING):
        words = _("There is no page {path} here. Choose one in the bar above.")
        st.error(plain(words.format(path=f"/{missing}")), icon=":material/wrong_location:")
    try:
        page.run()
    except GanForgeError as error:
        show(error)


if __name__ == "__main__":
    main()
