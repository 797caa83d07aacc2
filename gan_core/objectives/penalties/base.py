"""The base of penalties on D's slope at certain rows."""

from typing import TYPE_CHECKING, ClassVar

from gan_core.registry import Registry
from gan_core.settings import Section

if TYPE_CHECKING:
    from torch import Tensor


class Penalty(Section, frozen=True):
    """A penalty on the gradient of D's logit by its input; each subclass is one, with its weight.

    Attributes:
        name: under which it is registered.
        label: its name on the pages.
        help: what it is, on the pages.
        mixes: whether `rows` needs mixing weights.
        best_slope: the length of the slope at which it is 0; None if that is not one length.
        compiled: its name in the fast engine; empty if that does not have it.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    mixes: ClassVar[bool] = True
    best_slope: ClassVar[float | None] = None
    compiled: ClassVar[str] = ""

    @classmethod
    def where(cls) -> str:
        """The dotted name of its settings."""
        return f"penalties.{cls.name}"

    @property
    def strength(self) -> float:
        """Its weight in D's loss, the first of its settings."""
        return getattr(self, next(iter(type(self).model_fields)))

    def rows(self, x_real: "Tensor", x_fake: "Tensor", mixing: "Tensor") -> "Tensor":
        """The rows at which D's slope is taken, (batch, n_features); here, between both kinds.

        Args:
            x_real: (batch, n_features).
            x_fake: (batch, n_features).
            mixing: (batch,), uniform in [0, 1); ignored unless `mixes`.
        """
        return x_fake + mixing[:, None] * (x_real - x_fake)

    def value(self, slope: "Tensor") -> "Tensor":
        """The penalty, weight included, a scalar, from D's slope (batch, n_features)."""
        raise NotImplementedError

    def as_code(self) -> tuple[str, str]:
        """`rows` and `value` as expressions in a script (see `gan_core.export`).

        Available are fake, share, slope, and ``{real}`` for the real rows as D sees them. By
        default, what both methods return, each in its last line.
        """
        rows, value = (
            self.code_of(method).rpartition("return ")[2] for method in (self.rows, self.value)
        )
        for ours, theirs in (("x_fake", "fake"), ("mixing", "share"), ("x_real", "{real}")):
            rows = rows.replace(ours, theirs)
        return rows, value


PENALTIES: Registry[type[Penalty]] = Registry("penalty")
