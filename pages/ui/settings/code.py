"""The settings in print: both networks, and the training as a script without GAN Forge."""

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.export import script
from gan_core.networks import n_weights
from gan_core.problem import resolve
from gan_core.store.model import Run
from pages.ui.parts.downloads import code_downloads
from pages.ui.parts.text import _, plain
from pages.ui.settings.apart import differing


def code_view(settings: ExperimentConfig, run: Run | None) -> None:
    """Draw the expander; the code, of the run or of the settings, is written when it is opened."""
    expander = st.expander(_("Show me the code"), key="code_view", on_change="rerun")
    if not expander.open:
        return
    with expander:
        config, whose = _choose_course(settings, run)
        st.markdown(
            _(
                "{whose} as PyTorch, nothing hidden. It runs without GAN Forge, uses the "
                "same random numbers and reaches the same losses."
            ).format(whose=whose)
        )
        with st.container(horizontal=True):
            code_downloads(config, "gan-forge")
        st.code(script(config), height=420)


def _choose_course(settings: ExperimentConfig, run: Run | None) -> tuple[ExperimentConfig, str]:
    """Which training to print, and what it is called: where they differ there is a choice."""
    if run is None:
        return settings, _("These settings")
    if differing(settings, run):
        names = {"run": _("The run shown"), "settings": _("The settings on the left")}
        chosen = st.segmented_control(
            _("Code of"),
            list(names),
            default="run",
            required=True,
            format_func=names.__getitem__,
            key="code_of",
            help=_("The settings on the left differ from those of the run shown."),
        )
        if chosen == "settings":
            return settings, _("The settings on the left")
    label = f" · {run.labels[0]}" if run.is_group else ""
    return run.config, _("The run **{name}**").format(name=plain(run.name + label))


def structures(config: ExperimentConfig) -> None:
    """The printed structure of both networks, as in the tutorial, when it is opened.

    What prints code takes a browser half a second to load.
    """
    expander = st.expander(_("Structure of both networks"), key="structures", on_change="rerun")
    if not expander.open:
        return
    problem = resolve(config)
    with expander:
        for column, name, layers in zip(
            st.columns(2), (_("Generator"), _("Discriminator")),
            (problem.generator, problem.discriminator), strict=True,
        ):  # fmt: skip
            column.markdown(f"**{name}** · {n_weights(layers):,} {_('parameters')}")
            column.code(str(layers), language=None)
