"""Everything that can be downloaded from a run, in one menu."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.export import notebook, script
from gan_core.store import results
from gan_core.store.model import Run
from pages.server.visitor import store
from pages.ui.parts.text import _


def download_menu(run: Run, sample: dict[str, int]) -> None:
    """Draw the menu; a file is made when it is requested.

    Args:
        run: the run.
        sample: ``step``, ``n`` and optionally ``seed`` of the generated rows.
    """
    stem = f"gan-forge-{run.id}"
    with st.popover(_("Download"), icon=":material/download:"):
        # A link: a download button would hold the whole file in the server's memory.
        address = f"api/runs/{run.id}/samples.csv?{urlencode(sample)}"
        st.link_button(_("Samples (CSV)"), address, width="stretch")
        _item(_("Settings (JSON)"), f"{stem}-config.json", "application/json", run.config.to_json)
        _item(
            _("Generator's weights (safetensors)"),
            f"{stem}-generator.safetensors",
            "application/octet-stream",
            partial(_weights, run),
        )
        history = f"api/runs/{run.id}/history.parquet"
        st.link_button(_("History of every step (Parquet)"), history, width="stretch")
        code_downloads(run.config, stem)


def code_downloads(config: ExperimentConfig, stem: str) -> None:
    """The training as a script and as a notebook that run without GAN Forge."""
    _item(_("Python script"), f"{stem}.py", "text/x-python", partial(script, config))
    _item(_("Notebook"), f"{stem}.ipynb", "application/x-ipynb+json", partial(notebook, config))


def _item(label: str, file_name: str, mime: str, make: Callable[[], str | bytes]) -> None:
    st.download_button(label, make, file_name, mime, on_click="ignore", width="stretch")


def _weights(run: Run) -> bytes:
    generator = results.generator(store().database, run)
    return generator.to_bytes() if generator else b""
