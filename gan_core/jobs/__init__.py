"""The kinds of job that workers run, one per file. A file dropped in here adds a kind."""

from gan_core.jobs.base import JOBS, Kind
from gan_core.registry import discover

__all__ = ["JOBS", "Kind"]

discover(__name__, __path__)
