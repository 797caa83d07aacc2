"""The minimax loss, as the game was first written down."""

from math import log
from typing import TYPE_CHECKING

from gan_core.objectives.base import OBJECTIVES, Equilibrium, label_smoothing
from gan_core.objectives.bce import BCE
from gan_core.registry import register

if TYPE_CHECKING:
    from torch import Tensor


@register(OBJECTIVES, "minimax")
class Minimax(BCE, frozen=True):
    """Binary cross-entropy, saturating (Goodfellow et al. 2014, arXiv:1406.2661, equation 1).

    D as in `BCE`; G minimises mean log(1 - D(fake)), which is flat where D is sure of its verdict.
    """

    label = "Minimax (saturating)"
    help = (
        "The game as first written down: G minimises what D maximises, log(1 - D(fake)). Where D "
        "recognises a fake with certainty this is flat, and G learns nothing from it."
    )
    compiled = "minimax"

    label_smoothing: float = label_smoothing()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        from torch.nn.functional import softplus

        return -softplus(fake_logits).mean()

    def _at_rest(self) -> tuple[Equilibrium | None, Equilibrium | None]:
        """G's loss is log(1 - D) at D = (1 - s) / 2."""
        d, _ = super()._at_rest()
        s = self.label_smoothing
        return d, Equilibrium.of(log((1 + s) / 2), "" if s else "−ln 2")

    def as_code(self) -> tuple[str, str]:
        return super().as_code()[0], "return -F.softplus(fake_logits).mean()"
