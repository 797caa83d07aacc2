"""The definition of a metric, and the registry of all metrics."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from numpy.typing import ArrayLike

from gan_core.data.modes import Modes
from gan_core.errors import DataError
from gan_core.metrics.checks import FloatArray, check_pair
from gan_core.registry import Registry

Formula = Callable[..., FloatArray]


@dataclass(frozen=True)
class Metric:
    """A comparison of generated rows with real ones that describes itself.

    From these attributes, a page or a test can handle any metric without knowing it.

    Attributes:
        formula: the comparison itself, without checks: (n, d), (m, d) -> (d,) or (); one that
            needs modes takes the generated rows and the modes: (m, d), Modes -> ().
        name: its key in `METRICS`.
        label: its name on the pages.
        help: what it measures, what a good value is, and what it does not show.
        goal: whether larger ("max") or smaller ("min") is better.
        low: the smallest possible value.
        high: the largest possible value; may be infinite.
        unit: "" for a pure number, "sd" (standard deviations), "nats" or "bits".
        per_feature: whether there is one value per feature, or a single one for the whole table.
        needs: what it requires: a "plane" is a table of two features, "modes" are those of
            a source that knows what its rows were sampled from.
        counts_modes: whether it is a share of the modes, which is easier to read as a count.
    """

    formula: Formula = field(repr=False)
    name: str = field(kw_only=True)
    label: str = field(kw_only=True)
    help: str = field(kw_only=True, repr=False)
    goal: Literal["max", "min"] = field(kw_only=True)
    low: float = field(kw_only=True)
    high: float = field(kw_only=True)
    unit: Literal["", "sd", "nats", "bits"] = field(kw_only=True)
    per_feature: bool = field(kw_only=True)
    needs: Literal["", "plane", "modes"] = field(kw_only=True, default="")
    counts_modes: bool = field(kw_only=True, default=False)

    def applies(self, n_features: int, modes: Modes | None = None) -> bool:
        """Whether it is defined for such a table."""
        if self.needs == "plane":
            return n_features == 2
        return self.needs != "modes" or modes is not None

    def __call__(self, real: ArrayLike, fake: ArrayLike, modes: Modes | None = None) -> FloatArray:
        """Compare generated rows with real rows.

        Args:
            real: real rows in original units, (n, d), n >= 4.
            fake: generated rows in original units, (m, d), m >= 2.
            modes: what the real rows were sampled from, if known.

        Returns:
            One value per feature, (d,), or a single one, (), within [low, high]; always finite.

        Raises:
            DataError: a table is not (rows, features) of finite numbers, has too few rows, the
                two have different numbers of columns, or the metric is not defined for them.
        """
        real, fake = check_pair(real, fake)
        if not self.applies(real.shape[1], modes):
            needed = {"plane": "two features", "modes": "known modes"}[self.needs]
            raise DataError(
                f"{self.label} is defined only for tables with {needed}. "
                "Choose another metric, or such a table."
            )
        return self.value(real, fake, modes)

    def value(self, real: FloatArray, fake: FloatArray, modes: Modes | None) -> FloatArray:
        """The same as a call, without checks."""
        return self.formula(fake, modes) if self.needs == "modes" else self.formula(real, fake)


METRICS: Registry[Metric] = Registry("metric")


def metrics_for(n_features: int, modes: Modes | None = None) -> dict[str, Metric]:
    """The metrics defined for such a table, by name, in the order of `METRICS`."""
    return {name: m for name, m in METRICS.items() if m.applies(n_features, modes)}
