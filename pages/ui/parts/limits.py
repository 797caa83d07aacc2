"""The limits of this server, each with the variable that sets it."""

from dataclasses import fields

import pandas as pd
import streamlit as st

from gan_core.limits import Limits, variable
from pages.server.visitor import store
from pages.ui.parts.text import _, plain

_COLUMNS = 3


def limits_card() -> None:
    """The limits."""
    st.markdown(f"##### {_('Limits')}")
    limits = store().limits
    words = {
        "max_run_seconds": _("estimated training of a run or group, s"),
        "max_run_mb": _("estimated size of a run or group, MB"),
        "max_wall_seconds": _("training at a time, s"),
        "max_weights": _("weights of both networks"),
        "max_queued": _("waiting runs"),
        "max_waiting": _("waiting runs of a visitor"),
        "max_active": _("runs of a visitor that train at once"),
        "max_sample_rows": _("rows of a download"),
        "max_film_mb": _("snapshots of a run, MB"),
        "max_repeats": _("seeds of a run"),
        "max_viewer_seconds": _("computing a picture without progress, s"),
        "max_viewer_mb": _("pictures kept in memory, MB"),
        "max_viewer_waiting": _("waiting pictures of each kind"),
        "min_free_mb": _("free disk for runs, MB"),
    }
    rows = {
        _with_variable(words[f.name], f.name): f"{getattr(limits, f.name):,}"
        for f in fields(Limits)
    }
    whole = pd.Series(rows, name=_("at most"))
    with st.grid(_COLUMNS, min_column_width=260):
        for first in range(0, len(whole), per_column := -(-len(whole) // _COLUMNS)):
            part = whole.iloc[first : first + per_column]
            st.table(part, border="horizontal", hide_header=True)
    st.caption(_("Each is set by the environment variable below its name."))


def _with_variable(words: str, name: str) -> str:
    return f"{words}  \n:small[:gray[{plain(variable(name))}]]"
