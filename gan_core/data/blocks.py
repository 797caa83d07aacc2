"""The kinds of columns an encoder makes, and how a generator has to end to produce them."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Number:
    """One column that holds a number.

    Attributes:
        bounded: whether it lies within [-1, 1].
    """

    bounded: bool
    width: ClassVar[int] = 1

    @property
    def activation(self) -> str:
        """Tanh has exactly the bounded range; without bounds, nothing is squashed."""
        return "tanh" if self.bounded else "none"


@dataclass(frozen=True)
class Categories:
    """The probabilities of n categories, one column each, which sum to 1."""

    n: int
    activation: ClassVar[str] = "softmax"

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.n


@dataclass(frozen=True)
class Flag:
    """One column with the probability of yes."""

    width: ClassVar[int] = 1
    activation: ClassVar[str] = "sigmoid"


Block = Number | Categories | Flag
