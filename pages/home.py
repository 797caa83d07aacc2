"""Home: what a GAN is, in one screen, for someone who has never heard of it."""

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.errors import GanForgeError
from pages.server.visitor import store
from pages.ui.parts.errors import show
from pages.ui.parts.film import home_film
from pages.ui.parts.head import page_style
from pages.ui.parts.navigation import switch_to
from pages.ui.parts.text import _
from pages.ui.session.run import current_run, start
from pages.ui.session.settings import current_settings, use_settings


def start_tutorial() -> None:
    """Start the tutorial's run, unless this session is watching one that is still running."""
    try:
        now = current_run()
        if now is None or not now.is_active:
            use_settings(ExperimentConfig())
            now = start(lambda: store().create(current_settings()))
        switch_to("train", now)
    except GanForgeError as error:
        show(error)


def main() -> None:
    """Draw the page."""
    page_style()
    left, right = st.columns([1, 1.15], gap="large", vertical_alignment="center")
    with left:
        st.markdown(f"# {_('GAN Forge')}")
        st.markdown(
            _(
                "The **generator** G forges rows of a table out of noise, and the "
                "**discriminator** D inspects them: real or fake? They train against each other, "
                "until the forger is so good that the inspector can only guess."
            )
        )
        if st.button(_("Start the tutorial"), type="primary", icon=":material/play_arrow:"):
            start_tutorial()
        st.caption(
            _(
                "Fifty iris flowers, two small networks, 10,000 epochs: live, and without a GPU. "
                "No account, no telemetry, no requests to any other host."
            )
        )
    with right:
        home_film()


main()
