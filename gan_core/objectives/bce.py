"""Binary cross-entropy."""

from math import log
from typing import TYPE_CHECKING

from gan_core.objectives.base import OBJECTIVES, Equilibrium, Objective, label_smoothing
from gan_core.registry import register

if TYPE_CHECKING:
    from torch import Tensor


@register(OBJECTIVES, "bce")
class BCE(Objective, frozen=True):
    """Binary cross-entropy, in the non-saturating form (Goodfellow et al. 2014, arXiv:1406.2661).

    D: BCE(D(real), 1 - s) + BCE(D(fake), 0), a sum and not a mean; G: BCE(D(fake), 1). s is the
    label smoothing. With p = sigmoid(logit): -log p = softplus(-logit) and -log(1 - p) =
    softplus(logit).
    """

    label = "Binary cross-entropy"
    help = (
        "D is penalised for calling real rows fake and fake rows real; "
        "G is penalised for fakes that D recognises."
    )
    probability = True
    compiled = "bce"

    label_smoothing: float = label_smoothing()

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        from torch.nn.functional import softplus

        real = softplus(-real_logits).mean()
        if self.label_smoothing:  # softplus(l) - softplus(-l) = l
            real = real + self.label_smoothing * real_logits.mean()
        return real + softplus(fake_logits).mean()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        from torch.nn.functional import softplus

        return softplus(-fake_logits).mean()

    def _at_rest(self) -> tuple[Equilibrium | None, Equilibrium | None]:
        """With label smoothing s.

        Where both distributions have equal density, D's loss is (1 - s) (-log D) + (1 + s)
        (-log(1 - D)), least at D = (1 - s) / 2. Then G's loss is -log D.
        """
        s = self.label_smoothing
        if not s:
            return Equilibrium(2 * log(2), "2 ln 2"), Equilibrium(log(2), "ln 2")
        d_loss = -(1 - s) * log((1 - s) / 2) - (1 + s) * log((1 + s) / 2)
        return Equilibrium.of(d_loss), Equilibrium.of(-log((1 - s) / 2))

    def as_code(self) -> tuple[str, str]:
        smoothing = " + SMOOTHING * real_logits.mean()" if self.label_smoothing else ""
        return (
            "# Of a logit l: -log(sigmoid(l)) is softplus(-l), -log(1 - sigmoid(l)) softplus(l).\n"
            f"real = F.softplus(-real_logits).mean(){smoothing}\n"
            "fake = F.softplus(fake_logits).mean()\n"
            "return real + fake",
            "return F.softplus(-fake_logits).mean()",
        )
