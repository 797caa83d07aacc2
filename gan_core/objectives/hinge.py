"""The hinge loss."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gan_core.objectives.base import OBJECTIVES, Equilibrium, Objective, rest_at_constant
from gan_core.objectives.penalties import Penalty
from gan_core.registry import register

if TYPE_CHECKING:
    from torch import Tensor


@register(OBJECTIVES, "hinge")
class Hinge(Objective, frozen=True):
    """The hinge loss (Lim, Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957)."""

    label = "Hinge"
    help = (
        "D is charged only for rows that it does not judge with a margin of 1; G wants D's "
        "output high."
    )
    cancels = True
    compiled = "hinge"

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The D loss, a scalar, from logits of shape (batch, 1) each."""
        return (1.0 - real_logits).relu().mean() + (1.0 + fake_logits).relu().mean()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar, from logits of shape (batch, 1)."""
        return -fake_logits.mean()

    def equilibria(
        self, penalties: Sequence[Penalty] = ()
    ) -> tuple[Equilibrium | None, Equilibrium | None]:
        """See `Objective.equilibria`; D pays 2 for any constant output between -1 and 1.

        So G's loss, minus that constant, can rest anywhere between -1 and 1.
        """
        return (Equilibrium.of(2.0, "2") if rest_at_constant(penalties) else None), None

    def as_code(self) -> tuple[str, str]:
        """Both losses in a script."""
        return (
            "return (1.0 - real_logits).relu().mean() + (1.0 + fake_logits).relu().mean()",
            "return -fake_logits.mean()",
        )
