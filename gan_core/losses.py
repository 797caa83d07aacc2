"""What the players are charged for, as functions of the discriminator's logits.

PyTorch is imported where a loss is computed, not at the top: the web server asks this module for
names and help texts and must stay free of torch.
"""

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, ClassVar, Protocol

from gan_core.registry import Registry, register

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Equilibrium:
    """The value of a loss when D can do no better than guess, and how to write it."""

    value: float
    text: str


class Loss(Protocol):
    """An objective of both players.

    Attributes:
        label: name for people.
        help: what it is, for people.
        d_equilibrium: value of the D loss when real and fake cannot be told apart.
        g_equilibrium: value of the G loss then.
    """

    label: ClassVar[str]
    help: ClassVar[str]
    d_equilibrium: ClassVar[Equilibrium]
    g_equilibrium: ClassVar[Equilibrium]

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The D loss, a scalar, from logits of shape (batch, 1) each."""
        ...

    def generator(self, fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar, from logits of shape (batch, 1)."""
        ...


LOSSES: Registry[type[Loss]] = Registry("loss")


@register(LOSSES, "bce")
class BCE:
    """Binary cross-entropy, in the non-saturating form (Goodfellow et al. 2014, arXiv:1406.2661).

    D: BCE(D(real), 1) + BCE(D(fake), 0), a sum and not a mean. G: BCE(D(fake), 1).
    With p = sigmoid(logit): -log p = softplus(-logit) and -log(1 - p) = softplus(logit).
    """

    label: ClassVar[str] = "Binary cross-entropy"
    help: ClassVar[str] = (
        "D pays for real rows called fake and for fake rows called real; "
        "G pays for fakes that D recognised."
    )
    d_equilibrium: ClassVar[Equilibrium] = Equilibrium(2 * log(2), "2 ln 2")
    g_equilibrium: ClassVar[Equilibrium] = Equilibrium(log(2), "ln 2")

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The D loss, a scalar, from logits of shape (batch, 1) each."""
        from torch.nn.functional import softplus

        return softplus(-real_logits).mean() + softplus(fake_logits).mean()

    def generator(self, fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar, from logits of shape (batch, 1)."""
        from torch.nn.functional import softplus

        return softplus(-fake_logits).mean()
