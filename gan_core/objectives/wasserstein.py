"""The Wasserstein loss."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gan_core.objectives.base import OBJECTIVES, Equilibrium, Objective
from gan_core.objectives.penalties import Penalty
from gan_core.registry import register
from gan_core.settings import setting

if TYPE_CHECKING:
    from torch import Tensor


@register(OBJECTIVES, "wasserstein")
class Wasserstein(Objective, frozen=True):
    """The Wasserstein loss (Arjovsky et al. 2017, arXiv:1701.07875).

    What keeps the critic from growing is their weight clipping, or a gradient penalty.
    """

    label = "Wasserstein"
    help = (
        "The critic's loss is its mean output on fakes minus that on real rows: minus an estimate "
        "of the distance between the two distributions. It needs a gradient penalty "
        "or weight clipping, or the critic grows without bound."
    )
    cancels = True
    level = None
    compiled = "wasserstein"

    weight_clip: float = setting(
        0.0, "Weight clipping",
        "After each update, weights of D beyond this size are cut to it, which bounds D's slope; "
        "0.01 is usual, 0 is off. A gradient penalty does it better: clipped critics are crude "
        "(Gulrajani et al. 2017, arXiv:1704.00028).",
        low=0.0, high=1.0, usual=(0.0, 0.2), key="w_clip",
    )  # fmt: skip

    @property
    def clip(self) -> float:
        return self.weight_clip

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        return fake_logits.mean() - real_logits.mean()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        return -fake_logits.mean()

    def equilibria(
        self, penalties: Sequence[Penalty] = ()
    ) -> tuple[Equilibrium | None, Equilibrium | None]:
        """See `Objective.equilibria`; if both distributions are equal, every critic's loss is 0.

        So it can take the slope at which its penalty is 0, whichever that is, unless two
        penalties want different ones. G's loss is minus the critic's mean output, of which only
        differences are meaningful.
        """
        slopes = {penalty.best_slope for penalty in penalties if penalty.strength}
        free = len(slopes) < 2 and None not in slopes
        return (Equilibrium.of(0.0, "0") if free else None), None
