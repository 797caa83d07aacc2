"""R1 and R2, which pull D's slope to 0 at the rows."""

from typing import TYPE_CHECKING, Any

from gan_core.objectives.penalties.base import PENALTIES, Penalty
from gan_core.registry import register
from gan_core.settings import setting

if TYPE_CHECKING:
    from torch import Tensor


def _weight(name: str, rows: str) -> Any:  # noqa: ANN401 - a field
    return setting(
        1.0, f"Weight of {name} (gamma)",
        f"The weight of the penalty {name}. Higher makes D flatter at {rows} and the training "
        "slower.",
        low=0.0, high=1000.0, usual=(0.0, 20.0), key=f"gamma_{name}",
    )  # fmt: skip


@register(PENALTIES, "r1")
class R1(Penalty, frozen=True):
    """gamma / 2 * mean ||grad D||^2 at real rows (Mescheder et al. 2018, arXiv:1801.04406)."""

    label = "R1"
    help = "Pulls D's slope to 0 at real rows."
    mixes = False
    best_slope = 0.0
    compiled = "r1"

    gamma: float = _weight("r1", "real rows")

    def rows(self, x_real: "Tensor", x_fake: "Tensor", mixing: "Tensor") -> "Tensor":
        return x_real

    def value(self, slope: "Tensor") -> "Tensor":
        return 0.5 * self.gamma * slope.square().sum(dim=1).mean()


@register(PENALTIES, "r2")
class R2(R1, frozen=True):
    """The same at generated rows."""

    label = "R2"
    help = "Pulls D's slope to 0 at generated rows."
    compiled = "r2"

    gamma: float = _weight("r2", "generated rows")

    def rows(self, x_real: "Tensor", x_fake: "Tensor", mixing: "Tensor") -> "Tensor":
        return x_fake
