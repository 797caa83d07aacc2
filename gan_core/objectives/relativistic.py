"""The relativistic pairing loss."""

from math import log
from typing import TYPE_CHECKING

from gan_core.objectives.base import OBJECTIVES, Equilibrium, Objective
from gan_core.registry import register

if TYPE_CHECKING:
    from torch import Tensor


@register(OBJECTIVES, "relativistic")
class Relativistic(Objective, frozen=True):
    """The relativistic pairing loss (Jolicoeur-Martineau 2018, arXiv:1807.00734).

    R3GAN (Huang et al. 2024, arXiv:2501.05441) combines it with R1 and R2.
    """

    label = "Relativistic pairing"
    help = (
        "D compares pairs: is this real row more real than that fake? G wants the opposite. "
        "Together with the penalties R1 and R2, it converges where others collapse."
    )
    pairs = True
    cancels = True
    level = None
    compiled = "relativistic"

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        from torch.nn.functional import softplus

        return softplus(fake_logits - real_logits).mean()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        from torch.nn.functional import softplus

        if real_logits is None:
            raise ValueError("the relativistic loss compares fakes with real rows: none given")
        return softplus(real_logits - fake_logits).mean()

    def _at_rest(self) -> tuple[Equilibrium | None, Equilibrium | None]:
        """The difference of two logits of a constant D is 0."""
        return Equilibrium.of(log(2), "ln 2"), Equilibrium.of(log(2), "ln 2")

    def as_code(self) -> tuple[str, str]:
        return (
            "return F.softplus(fake_logits - real_logits).mean()",
            "return F.softplus(real_logits - fake_logits).mean()",
        )
