"""What a metric is, and the registry of all of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from numpy.typing import ArrayLike

from gan_core.metrics.checks import FloatArray, check_pair
from gan_core.registry import Registry

Formula = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True)
class Metric:
    """A comparison of generated rows with real ones that describes itself.

    A page or a test can show any metric from these attributes without knowing it.

    Attributes:
        formula: the comparison itself, without checks: (n, d), (m, d) -> (d,) or ().
        name: its key in `METRICS`.
        label: its name for people.
        help: what it measures, what a good value is, and what it does not tell.
        goal: whether larger ("max") or smaller ("min") is better.
        low: the smallest possible value.
        high: the largest possible value; may be infinite.
        unit: "" for a pure number, "sd" (standard deviations), "nats" or "bits".
        per_feature: whether there is one value a feature or a single one for the whole table.
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

    def __call__(self, real: ArrayLike, fake: ArrayLike) -> FloatArray:
        """Compare generated rows with real rows.

        Args:
            real: real rows in original units, (n, d), n >= 4.
            fake: generated rows in original units, (m, d), m >= 2.

        Returns:
            One value a feature, (d,), or a single one, (), within [low, high]; always finite.

        Raises:
            DataError: a table is not (rows, features) of finite numbers, has too few rows, or
                the two have different numbers of columns.
        """
        return self.formula(*check_pair(real, fake))


METRICS: Registry[Metric] = Registry("metric")
