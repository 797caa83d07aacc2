"""System: what this server runs on, what it runs, and its limits."""

import shutil
from importlib.metadata import version
from platform import platform, python_version

import pandas as pd
import streamlit as st

from gan_core.store import model
from gan_core.store.queue import live_dispatchers
from gan_core.training.cost import CROSSING
from pages.server.visitor import store, viewer
from pages.ui.parts.head import page_head
from pages.ui.parts.limits import limits_card
from pages.ui.parts.text import _, plain
from pages.ui.run.transport import status_word

PACKAGES = (
    "torch",
    "numba",
    "streamlit",
    "plotly",
    "numpy",
    "pandas",
    "scikit-learn",
    "sqlalchemy",
    "pebble",
)
MEGABYTE = 2**20


def device_card() -> None:
    """Where runs are computed."""
    st.markdown(f"##### {_('Device')}")
    found = live_dispatchers(store().database)
    if not found:
        st.warning(_("No dispatcher is running, so runs wait. It will restart soon: reload."))
    for info in found:
        st.metric(
            _("computer {name}").format(name=plain(info.host)),
            info.device or _("looking …"),
            help=_("The device that the setting auto uses."),
        )
        st.caption(
            f"{_('slots')}: **{info.slots}** · PyTorch {info.torch_version or '…'} · pid {info.pid}"
        )
    st.caption(
        _(
            "Engines: fast (compiled with Numba) for small networks on the CPU, reference "
            "(PyTorch) beyond {millions:.1f} million multiply-adds for each update of a player, "
            "and on CUDA; one thread per run."
        ).format(millions=CROSSING / 1_000_000)
    )


def queue_card() -> None:
    """What is running and what is waiting."""
    st.markdown(f"##### {_('Queue')}")
    counts = store().counts()
    slots = sum(info.slots for info in live_dispatchers(store().database))
    with st.container(horizontal=True):
        st.metric(
            _("running"),
            f"{counts[model.RUNNING]} / {slots}",
            help=_(
                "Training runs, out of the slots available: one per core, or as many as "
                "GAN_FORGE_SLOTS says."
            ),
        )
        st.metric(_("waiting"), counts[model.QUEUED])
    if counts[model.QUEUED]:
        st.caption(_("Visitors take turns; single steps come first."))
    elif slots > counts[model.RUNNING]:
        st.caption(_("A slot is free: the next run starts at once."))
    viewer_card()


def viewer_card() -> None:
    """What computes the pictures."""
    st.markdown(f"**{_('Viewer')}**")
    if not viewer().is_there:
        st.warning(_("No viewer is running, so pictures wait. It will restart soon: reload."))
    for lane in viewer().lanes.values():
        size = _("{mb:,.0f} MB").format(mb=lane.memory / MEGABYTE)
        st.caption(
            f"{_(lane.name)}: **{lane.waiting}** {_('waiting')} · {size} · pid {lane.pid or '…'}"
        )


def store_card() -> None:
    """Where runs are stored."""
    st.markdown(f"##### {_('Store')}")
    folder = store().database.folder
    if folder is None:
        st.caption(_("a database server"))
        return
    disk = shutil.disk_usage(folder)
    size = sum(file.stat().st_size for file in folder.glob("store.db*"))
    kept = {status: n for status, n in store().counts().items() if n and status != model.QUEUED}
    rows = {
        _("free disk"): f"{disk.free / MEGABYTE / 1024:,.1f} GB",
        _("used by the runs"): f"{size / MEGABYTE:,.1f} MB",
        **{_("runs {status}").format(status=status_word(s)): f"{n:,}" for s, n in kept.items()},
    }
    st.table(pd.Series(rows, name=_("store")), border="horizontal", hide_header=True)
    if not kept:
        st.caption(_("No run is stored yet. Each stays until it is deleted on the page Runs."))
    st.markdown(f"{_('Folder')}: {plain(folder)}")


def main() -> None:
    """Draw the page."""
    page_head(_("System"), _("What does this server run on, and what are its limits?"))
    with st.grid(3, min_column_width=260):
        for card in (device_card, queue_card, store_card):
            with st.container(border=True, height="stretch"):
                card()
    with st.container(border=True):
        limits_card()
    st.markdown(f"##### {_('Versions')}")
    rows = {"Python": python_version(), **{name: version(name) for name in PACKAGES}}
    st.dataframe(pd.DataFrame([rows]), hide_index=True)
    st.caption(platform())


main()
