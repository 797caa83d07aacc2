"""Data: named sources, tables of rows, and the scaling between them and the networks."""

# isort: off
# Imported to be registered, in the order in which the page shows them.
from gan_core.data.sources import DATA_SOURCES, Source
from gan_core.data import toys, drawing  # noqa: F401

# isort: on
from gan_core.data.encoders import ENCODERS, Encoder, encoder_of
from gan_core.data.modes import Modes
from gan_core.data.table import Table, load_table

__all__ = [
    "DATA_SOURCES",
    "ENCODERS",
    "Encoder",
    "Modes",
    "Source",
    "Table",
    "encoder_of",
    "load_table",
]
