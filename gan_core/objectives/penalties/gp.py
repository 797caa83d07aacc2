"""The gradient penalty of WGAN-GP."""

from typing import TYPE_CHECKING

from gan_core.objectives.penalties.base import PENALTIES, Penalty
from gan_core.registry import register
from gan_core.settings import setting

if TYPE_CHECKING:
    from torch import Tensor


@register(PENALTIES, "gp")
class GradientPenalty(Penalty, frozen=True):
    """lambda * mean (||grad D|| - 1)^2, WGAN-GP (Gulrajani et al. 2017, arXiv:1704.00028)."""

    label = "Slope 1 between rows (WGAN-GP)"
    help = "Pulls the length of D's slope to 1 between real and generated rows (WGAN-GP)."
    best_slope = 1.0
    compiled = "gp"

    lambda_gp: float = setting(
        10.0, "Weight of gp (lambda)",
        "The weight of the penalty gp. Higher keeps D's slope closer to 1.",
        low=0.0, high=1000.0, usual=(0.0, 20.0),
    )  # fmt: skip

    def value(self, slope: "Tensor") -> "Tensor":
        return self.lambda_gp * (slope.norm(dim=1) - 1.0).square().mean()
