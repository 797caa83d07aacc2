"""The kinds of job, one a file: what a worker does. A file dropped in here is one more."""

from gan_core.jobs.base import JOBS, Kind
from gan_core.registry import discover

__all__ = ["JOBS", "Kind"]

discover(__name__, __path__)
