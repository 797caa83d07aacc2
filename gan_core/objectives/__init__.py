"""The objective that each player minimises."""

from gan_core.objectives.losses import LOSSES, Equilibrium, Loss

__all__ = ["LOSSES", "Equilibrium", "Loss"]
