"""Static charts of arrays.

A chart is described here in plain values and drawn by assets/charts with the Plotly that is
served from its Python package: importing that package would cost each server 74 MB and each
first visitor 0.3 s.
"""

from typing import Any

import numpy as np

from gan_core.live.updates import bin_edges, densities
from pages.ui.parts.components import Component
from pages.ui.parts.text import _

_chart = Component("charts/chart")


def histograms(
    key: str,
    features: tuple[str, ...],
    real: np.ndarray,
    generated: list[list[float]] | None = None,
    *,
    n_generated: int = 0,
    row_height: int = 190,
) -> None:
    """Real and generated values of every feature as overlaid densities in ten bins.

    ``real`` is (n_rows, n_features); ``generated`` are densities in the real rows' bins, of
    ``n_generated`` rows, None for the real rows only; ``row_height`` is that of one row of charts
    in pixels.
    """
    data: dict[str, Any] = {
        "kind": "histograms",
        "features": list(features),
        "edges": bin_edges(real),
        "real": densities(real, real),
        "generated": generated,
        "columns": 1 if len(features) == 2 else 2 if len(features) <= 4 else 4,  # where they fit
        "row_height": row_height,
        "names": {
            "real": _("real, {n} rows").format(n=f"{len(real):,}"),
            "generated": _("generated, {n} rows").format(n=f"{n_generated:,}"),
            "density": _("density"),
        },
        "alt": _("Histograms of the real and generated rows, one chart per feature"),
        "revision": key,
    }
    _chart(key, data)


def scatter(
    key: str,
    features: tuple[str, ...],
    real: np.ndarray,
    generated: np.ndarray | None = None,
    *,
    height: int = 400,
) -> None:
    """Real and generated rows, both (n, 2), as points in the plane of two features."""
    data: dict[str, Any] = {
        "kind": "scatter",
        "features": list(features),
        "real": _columns(real),
        "generated": None if generated is None else _columns(generated),
        "height": height,
        "names": {"real": _("real"), "generated": _("generated")},
        "alt": _("The rows as points in the plane of two features"),
        "revision": key,
    }
    _chart(key, data)


def _columns(rows: np.ndarray) -> list[list[float]]:
    return rows.T.round(4).tolist()
