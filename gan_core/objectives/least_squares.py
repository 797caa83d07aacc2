"""Least squares."""

from typing import TYPE_CHECKING

from gan_core.objectives.base import OBJECTIVES, Equilibrium, Objective, label_smoothing
from gan_core.registry import register

if TYPE_CHECKING:
    from torch import Tensor


@register(OBJECTIVES, "least-squares")
class LeastSquares(Objective, frozen=True):
    """Least squares with targets 1 for real and 0 for fake (Mao et al. 2017, arXiv:1611.04076)."""

    label = "Least squares"
    help = (
        "D's output should be 1 for real rows and 0 for fakes, and any deviation from that is "
        "squared: fakes that D classifies correctly but that lie far away still teach G."
    )
    level = 0.5
    compiled = "least-squares"

    label_smoothing: float = label_smoothing()

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        target = 1.0 - self.label_smoothing
        return 0.5 * ((real_logits - target).square().mean() + fake_logits.square().mean())

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        return 0.5 * (fake_logits - 1.0).square().mean()

    def _at_rest(self) -> tuple[Equilibrium | None, Equilibrium | None]:
        """D's best output is (1 - s) / 2, half way to its target."""
        s = self.label_smoothing
        d_text, g_text = ("", "") if s else ("1/4", "1/8")
        return Equilibrium.of((1 - s) ** 2 / 4, d_text), Equilibrium.of((1 + s) ** 2 / 8, g_text)

    def as_code(self) -> tuple[str, str]:
        target = "(1.0 - SMOOTHING)" if self.label_smoothing else "1.0"
        return (
            f"real = (real_logits - {target}).square().mean()\n"
            "return 0.5 * (real + fake_logits.square().mean())",
            "return 0.5 * (fake_logits - 1.0).square().mean()",
        )
