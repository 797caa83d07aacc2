"""The hinge loss."""

from typing import TYPE_CHECKING

from gan_core.objectives.base import OBJECTIVES, Equilibrium, Objective
from gan_core.registry import register

if TYPE_CHECKING:
    from torch import Tensor


@register(OBJECTIVES, "hinge")
class Hinge(Objective, frozen=True):
    """The hinge loss (Lim, Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957)."""

    label = "Hinge"
    help = (
        "D is penalised only for rows that it does not classify with a margin of 1; G wants D's "
        "output high."
    )
    cancels = True
    compiled = "hinge"

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        return (1.0 - real_logits).relu().mean() + (1.0 + fake_logits).relu().mean()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        return -fake_logits.mean()

    def _at_rest(self) -> tuple[Equilibrium | None, Equilibrium | None]:
        """D's loss is 2 for any constant in [-1, 1]; G's, minus that constant, is arbitrary."""
        return Equilibrium.of(2.0, "2"), None
