"""The base of objectives: each player's loss as a function of the discriminator's logits.

PyTorch is imported where a loss is computed, not at the top: the web server asks this package for
names and help texts and must stay free of torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from gan_core.objectives.penalties import Penalty
from gan_core.registry import Registry
from gan_core.settings import Section, setting

if TYPE_CHECKING:
    from torch import Tensor


def label_smoothing() -> Any:  # noqa: ANN401 - a field
    """The setting that objectives with a target for real rows share."""
    return setting(
        0.0, "Label smoothing",
        "How far the target of real rows lies below 1. A little, such as 0.1, keeps D from being "
        "overconfident and its gradients alive (Salimans et al. 2016, arXiv:1606.03498).",
        low=0.0, high=0.5, usual=(0.0, 0.5), key="smoothing", editable=True,
    )  # fmt: skip


@dataclass(frozen=True)
class Equilibrium:
    """The value of a loss once generated rows are distributed as real ones and D is optimal.

    Attributes:
        value: the loss.
        text: how to write it.
    """

    value: float
    text: str

    @classmethod
    def of(cls, value: float, text: str = "") -> "Equilibrium":
        """A value, written with three decimals unless a text is given."""
        return cls(value, text or f"{value:.3f}")


class Objective(Section, frozen=True):
    """The losses of both players; a subclass is one objective, its fields are hyperparameters.

    Attributes:
        name: under which it is registered.
        label: its name on the pages.
        help: what it is, on the pages.
        probability: whether D's output is a probability, the sigmoid of its logit; else it is the
            logit itself.
        pairs: whether G's loss compares fakes with real rows.
        cancels: whether D's gradients from real rows and from fakes can cancel exactly, as those of
            its last bias do if only the difference of logits counts. Adam would amplify what
            rounding leaves of such a zero, so both halves have to be summed in the same way.
        level: D's output (its logit, if that is a probability) between "real" and "fake"; None
            if only differences of outputs are meaningful.
        columns: names of what is recorded at each step: D loss with all penalties, G loss, then
            what `outputs` returns.
        compiled: its name in the fast engine; empty if that does not have it.
    """

    section = "loss"

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    probability: ClassVar[bool] = False
    pairs: ClassVar[bool] = False
    cancels: ClassVar[bool] = False
    level: ClassVar[float | None] = 0.0
    columns: ClassVar[tuple[str, ...]] = ("d_loss", "g_loss", "d_real", "d_fake")
    compiled: ClassVar[str] = ""

    @property
    def clip(self) -> float:
        """How far from 0 a parameter of D may be after an update; 0 if that has no bound."""
        return 0.0

    def discriminator(self, real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
        """The D loss, a scalar, from logits of shape (batch, 1) each."""
        raise NotImplementedError

    def generator(self, real_logits: "Tensor | None", fake_logits: "Tensor") -> "Tensor":
        """The G loss, a scalar; real_logits are needed if `pairs`, else None."""
        raise NotImplementedError

    def outputs(self, real_logits: "Tensor", fake_logits: "Tensor") -> "tuple[Tensor, ...]":
        """What is recorded at each step besides the losses: D's mean output on real rows and fakes.

        Returns:
            a scalar for each of `columns` after the first two.
        """
        if self.probability:
            real_logits, fake_logits = real_logits.sigmoid(), fake_logits.sigmoid()
        return real_logits.mean(), fake_logits.mean()

    def equilibria(
        self, penalties: Sequence[Penalty] = ()
    ) -> tuple[Equilibrium | None, Equilibrium | None]:
        """The D loss, penalties included, and the G loss at the equilibrium.

        None if there is no such value, or no closed form. For all objectives here, the optimum of
        the loss alone is a constant D. A penalty whose minimum is at slope 0 (r1, r2)
        leaves it there and adds nothing. One that wants another slope (gp) pulls D away from it;
        how far depends on the distribution of the rows: no closed form.
        """
        return self._at_rest() if rest_at_constant(penalties) else (None, None)

    def _at_rest(self) -> tuple[Equilibrium | None, Equilibrium | None]:
        """Both losses for the best constant D."""
        return None, None

    def as_code(self) -> tuple[str, str]:
        """D's and G's loss as the bodies of two functions in a script (see `gan_core.export`).

        They do what the methods do, in the same order, so their numbers are the same. F is
        ``torch.nn.functional``; a hyperparameter is named by its link key in capitals. By default,
        the source of the methods, each of which has its signature on one line.
        """
        return self.code_of(self.discriminator), self.code_of(self.generator)

    def pull(self, real_logits: np.ndarray, fake_logits: np.ndarray) -> np.ndarray:
        """How strongly G wants each fake's logit to rise: minus the slope of its loss there.

        For the loss of one fake, not the mean over a batch; if `pairs`, for its mean over all
        pairs with these real rows.

        Args:
            real_logits: (n, 1); ignored unless `pairs`.
            fake_logits: (m, 1).

        Returns:
            (m, 1).
        """
        import torch

        fake = torch.tensor(fake_logits, requires_grad=True)
        real, each = None, fake
        if self.pairs:
            pairs = torch.broadcast_tensors(torch.as_tensor(real_logits).T, fake)  # (m, n) each
            real, each = (logits.reshape(-1, 1) for logits in pairs)
        loss = self.generator(real, each)
        (slope,) = torch.autograd.grad(loss * len(fake), fake)
        return -slope.numpy()


def rest_at_constant(penalties: Sequence[Penalty]) -> bool:
    """Whether all penalties are 0 for a constant D, so that they do not move an equilibrium."""
    return all(penalty.best_slope == 0 or penalty.strength == 0 for penalty in penalties)


OBJECTIVES: Registry[type[Objective]] = Registry("loss")
