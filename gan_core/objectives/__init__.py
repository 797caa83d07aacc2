"""What the players minimise: objectives, one per file, and penalties that can be added to D's."""

from gan_core.objectives.base import OBJECTIVES, Equilibrium, Objective
from gan_core.objectives.penalties import PENALTIES, Penalty
from gan_core.registry import discover

discover(__name__, __path__)

__all__ = ["OBJECTIVES", "PENALTIES", "Equilibrium", "Objective", "Penalty"]
