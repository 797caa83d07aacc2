"""The settings in print: both networks, and the training as a script without GAN Forge."""

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.export import script
from gan_core.networks import n_weights
from gan_core.problem import resolve
from pages.ui.parts.downloads import code_downloads
from pages.ui.parts.text import _


def code_view(config: ExperimentConfig) -> None:
    """Draw the expander; the code is written when it is opened."""
    expander = st.expander(_("Show me the code"), key="code_view", on_change="rerun")
    if not expander.open:
        return
    with expander:
        st.markdown(
            _(
                "These settings as PyTorch, nothing hidden. It runs without GAN Forge, uses the "
                "same random numbers and reaches the same losses."
            )
        )
        with st.container(horizontal=True):
            code_downloads(config, "gan-forge")
        st.code(script(config), height=420)


def structures(config: ExperimentConfig) -> None:
    """The printed structure of both networks, as in the tutorial."""
    problem = resolve(config)
    with st.expander(_("Structure of both networks")):
        for column, name, layers in zip(
            st.columns(2), (_("Generator"), _("Discriminator")),
            (problem.generator, problem.discriminator), strict=True,
        ):  # fmt: skip
            column.markdown(f"**{name}** · {n_weights(layers):,} {_('parameters')}")
            column.code(str(layers), language=None)
