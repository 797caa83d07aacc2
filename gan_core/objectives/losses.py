"""What the players are charged for, as functions of the discriminator's logits.

PyTorch is imported where a loss is computed, not at the top: the web server asks this module for
names and help texts and must stay free of torch.
"""

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gan_core.registry import Registry, register

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Equilibrium:
    """The value of a loss when D can do no better than guess, and how to write it."""

    value: float
    text: str


@dataclass(frozen=True)
class Loss:
    """An objective of both players; a subclass is one of them.

    Attributes:
        label_smoothing: how far the target of real rows lies below 1 (Salimans et al. 2016,
            arXiv:1606.03498), 0 to 0.5.
        label: name for people.
        help: what it is, for people.
        equilibria: the D and the G loss when real and fake cannot be told apart; None where a loss
            has no such value.
        probability: whether D's output is a probability, the sigmoid of its logit; else it is the
            logit itself.
        has_targets: whether real rows have a target that can be smoothed.
        pairs: whether G's loss compares fakes with real rows.
        cancels: whether D's gradients from real rows and from fakes can cancel exactly, as those of
            its last bias do where only the difference of logits counts. Adam would blow up what
            rounding leaves of such a zero, so both halves have to be summed in the same way.
        level: D's output (its logit, where that is a probability) between "real" and "fake"; None
            where only differences of outputs have a meaning.
    """

    label_smoothing: float = 0.0

    label: ClassVar[str]
    help: ClassVar[str]
    equilibria: ClassVar[tuple[Equilibrium | None, Equilibrium | None]]
    probability: ClassVar[bool] = False
    has_targets: ClassVar[bool] = False
    pairs: ClassVar[bool] = False
    cancels: ClassVar[bool] = False
    level: ClassVar[float | None] = 0.0

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The D loss, a scalar, from logits of shape (batch, 1) each."""
        raise NotImplementedError

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar; real_logits are needed where `pairs`, and None elsewhere."""
        raise NotImplementedError

    def as_code(self) -> tuple[str, str]:
        """D's and G's loss as the bodies of two functions in a script (see `gan_core.export`).

        They do what the methods do, in the same order, so that their numbers are the same. F is
        ``torch.nn.functional``; SMOOTHING is there where `label_smoothing` is not 0.
        """
        raise NotImplementedError

    def pull(self, real_logits: np.ndarray, fake_logits: np.ndarray) -> np.ndarray:
        """How strongly G wants each fake's logit to rise: minus its loss's slope there, in NumPy.

        Of the loss of one fake, not of the mean over a batch; where `pairs`, of its mean over all
        pairs with these real rows.

        Args:
            real_logits: (n, 1); of no meaning unless `pairs`.
            fake_logits: (m, 1).

        Returns:
            (m, 1).
        """
        raise NotImplementedError


LOSSES: Registry[type[Loss]] = Registry("loss")


@register(LOSSES, "bce")
class BCE(Loss):
    """Binary cross-entropy, in the non-saturating form (Goodfellow et al. 2014, arXiv:1406.2661).

    D: BCE(D(real), 1) + BCE(D(fake), 0), a sum and not a mean. G: BCE(D(fake), 1).
    With p = sigmoid(logit): -log p = softplus(-logit) and -log(1 - p) = softplus(logit).
    """

    label = "Binary cross-entropy"
    help = (
        "D pays for real rows called fake and for fake rows called real; "
        "G pays for fakes that D recognised."
    )
    equilibria = (Equilibrium(2 * log(2), "2 ln 2"), Equilibrium(log(2), "ln 2"))
    probability = True
    has_targets = True

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The D loss, a scalar, from logits of shape (batch, 1) each."""
        from torch.nn.functional import softplus

        real = softplus(-real_logits).mean()
        if self.label_smoothing:  # softplus(l) - softplus(-l) = l
            real = real + self.label_smoothing * real_logits.mean()
        return real + softplus(fake_logits).mean()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar, from logits of shape (batch, 1)."""
        from torch.nn.functional import softplus

        return softplus(-fake_logits).mean()

    def as_code(self) -> tuple[str, str]:
        """Both losses in a script."""
        smoothing = " + SMOOTHING * real_logits.mean()" if self.label_smoothing else ""
        return (
            "# Of a logit l: -log(sigmoid(l)) is softplus(-l), -log(1 - sigmoid(l)) softplus(l).\n"
            f"real = F.softplus(-real_logits).mean(){smoothing}\n"
            "fake = F.softplus(fake_logits).mean()\n"
            "return real + fake",
            "return F.softplus(-fake_logits).mean()",
        )

    def pull(self, real_logits: np.ndarray, fake_logits: np.ndarray) -> np.ndarray:
        """How strongly G wants each fake's logit to rise; see `Loss.pull`."""
        return _sigmoid(-fake_logits)


@register(LOSSES, "least-squares")
class LeastSquares(Loss):
    """Least squares with targets 1 for real and 0 for fake (Mao et al. 2017, arXiv:1611.04076)."""

    label = "Least squares"
    help = (
        "D's output should be 1 for real rows and 0 for fakes, and every distance from that is "
        "squared: fakes that D judges rightly but that lie far away still teach G."
    )
    equilibria = (Equilibrium(0.25, "1/4"), Equilibrium(0.125, "1/8"))
    has_targets = True
    level = 0.5

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The D loss, a scalar, from logits of shape (batch, 1) each."""
        target = 1.0 - self.label_smoothing
        return 0.5 * ((real_logits - target).square().mean() + fake_logits.square().mean())

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar, from logits of shape (batch, 1)."""
        return 0.5 * (fake_logits - 1.0).square().mean()

    def as_code(self) -> tuple[str, str]:
        """Both losses in a script."""
        target = "(1.0 - SMOOTHING)" if self.label_smoothing else "1.0"
        return (
            f"real = (real_logits - {target}).square().mean()\n"
            "return 0.5 * (real + fake_logits.square().mean())",
            "return 0.5 * (fake_logits - 1.0).square().mean()",
        )

    def pull(self, real_logits: np.ndarray, fake_logits: np.ndarray) -> np.ndarray:
        """How strongly G wants each fake's logit to rise; see `Loss.pull`."""
        return 1.0 - fake_logits


@register(LOSSES, "hinge")
class Hinge(Loss):
    """The hinge loss (Lim, Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957)."""

    label = "Hinge"
    help = (
        "D is charged only for rows that it does not judge with a margin of 1; G wants D's "
        "output high."
    )
    equilibria = (Equilibrium(2.0, "2"), Equilibrium(0.0, "0"))
    cancels = True

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The D loss, a scalar, from logits of shape (batch, 1) each."""
        return (1.0 - real_logits).relu().mean() + (1.0 + fake_logits).relu().mean()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar, from logits of shape (batch, 1)."""
        return -fake_logits.mean()

    def as_code(self) -> tuple[str, str]:
        """Both losses in a script."""
        return (
            "return (1.0 - real_logits).relu().mean() + (1.0 + fake_logits).relu().mean()",
            "return -fake_logits.mean()",
        )

    def pull(self, real_logits: np.ndarray, fake_logits: np.ndarray) -> np.ndarray:
        """How strongly G wants each fake's logit to rise; see `Loss.pull`."""
        return np.ones_like(fake_logits)


@register(LOSSES, "wasserstein")
class Wasserstein(Loss):
    """The Wasserstein loss (Arjovsky et al. 2017, arXiv:1701.07875); it wants a penalty."""

    label = "Wasserstein"
    help = (
        "The critic's mean output on fakes minus that on real rows: an estimate of the distance "
        "between the two distributions. It needs a gradient penalty, or the critic grows "
        "without bound."
    )
    equilibria = (Equilibrium(0.0, "0"), None)
    cancels = True
    level = None

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The critic's loss, a scalar, from outputs of shape (batch, 1) each."""
        return fake_logits.mean() - real_logits.mean()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar, from outputs of shape (batch, 1)."""
        return -fake_logits.mean()

    def as_code(self) -> tuple[str, str]:
        """Both losses in a script."""
        return "return fake_logits.mean() - real_logits.mean()", "return -fake_logits.mean()"

    def pull(self, real_logits: np.ndarray, fake_logits: np.ndarray) -> np.ndarray:
        """How strongly G wants each fake's logit to rise; see `Loss.pull`."""
        return np.ones_like(fake_logits)


@register(LOSSES, "relativistic")
class Relativistic(Loss):
    """The relativistic pairing loss (Jolicoeur-Martineau 2018, arXiv:1807.00734).

    It is the one that R3GAN builds on (Huang et al. 2024, arXiv:2501.05441), with R1 and R2.
    """

    label = "Relativistic pairing"
    help = (
        "D compares pairs: is this real row more real than that fake? G wants the opposite. "
        "Together with the penalties R1 and R2 it converges where others collapse."
    )
    equilibria = (Equilibrium(log(2), "ln 2"), Equilibrium(log(2), "ln 2"))
    pairs = True
    cancels = True
    level = None

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The D loss, a scalar, from logits of shape (batch, 1) each."""
        from torch.nn.functional import softplus

        return softplus(fake_logits - real_logits).mean()

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar, from logits of shape (batch, 1)."""
        from torch.nn.functional import softplus

        if real_logits is None:
            raise ValueError("the relativistic loss compares fakes with real rows: none given")
        return softplus(real_logits - fake_logits).mean()

    def as_code(self) -> tuple[str, str]:
        """Both losses in a script."""
        return (
            "return F.softplus(fake_logits - real_logits).mean()",
            "return F.softplus(real_logits - fake_logits).mean()",
        )

    def pull(self, real_logits: np.ndarray, fake_logits: np.ndarray) -> np.ndarray:
        """How strongly G wants each fake's logit to rise; see `Loss.pull`."""
        return _sigmoid(real_logits.T - fake_logits).mean(axis=1, keepdims=True)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x); the form with tanh cannot overflow."""
    return 0.5 * (np.tanh(0.5 * x) + 1.0)
