"""Data: named sources, tables of rows, and the scaling between them and the networks."""

from gan_core.data.sources import DATA_SOURCES, Source
from gan_core.data.table import Table, load_table
from gan_core.data.transform import MinMaxScaler

__all__ = ["DATA_SOURCES", "MinMaxScaler", "Source", "Table", "load_table"]
