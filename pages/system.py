"""System: what this server runs on, what it runs, and its limits."""

import shutil
from importlib.metadata import version
from platform import platform, python_version

import pandas as pd
import streamlit as st

from gan_core.store.queue import live_dispatchers
from gan_core.training.cost import CROSSING
from pages.server.visitor import store, viewer
from pages.ui.parts.head import page_head
from pages.ui.parts.limits import limits_card
from pages.ui.parts.text import _, plain

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
    left, right = st.columns(2)
    left.metric(
        _("running"),
        f"{counts['running']} / {slots}",
        help=_(
            "Training runs, out of the slots available: one per core, or as many as "
            "GAN_FORGE_SLOTS says."
        ),
    )
    right.metric(_("waiting"), counts["queued"])
    rest = ", ".join(f"{n} {s}" for s, n in counts.items() if s not in ("running", "queued") and n)
    st.caption(rest or _("no other runs"))
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
    rows = {
        _("free disk"): f"{disk.free / MEGABYTE / 1024:,.1f} GB",
        _("used by the runs"): f"{size / MEGABYTE:,.1f} MB",
    }
    st.table(pd.Series(rows, name=_("store")), border="horizontal", hide_header=True)
    st.markdown(f"{_('Folder')}: {plain(folder)}")


def main() -> None:
    """Draw the page."""
    page_head(_("System"), _("What does this server run on, and what are its limits?"))
    for column, card in zip(
        st.columns([1, 1, 1, 1.35]), (device_card, queue_card, store_card, limits_card), strict=True
    ):
        with column.container(border=True, height="stretch"):
            card()
    st.markdown(f"##### {_('Versions')}")
    rows = {"Python": python_version(), **{name: version(name) for name in PACKAGES}}
    st.dataframe(pd.DataFrame([rows]), hide_index=True)
    st.caption(platform())


main()
