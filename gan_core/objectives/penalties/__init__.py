"""Penalties on D's slope, each added to D's loss; any set of them can be chosen."""

from gan_core.objectives.penalties.base import PENALTIES, Penalty
from gan_core.registry import discover

discover(__name__, __path__)

__all__ = ["PENALTIES", "Penalty"]
