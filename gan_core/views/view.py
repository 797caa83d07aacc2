"""Which picture of the game to show."""

from collections.abc import Mapping
from dataclasses import dataclass

from gan_core.errors import ViewError

KINDS = ("pair", "components", "density")
OTHERS = ("mean", "nearest")


@dataclass(frozen=True)
class View:
    """A picture, identified by what spans it.

    Attributes:
        kind: ``pair``, the plane of two features; ``components``, the plane of the first two
            principal components of the real rows; ``density``, one feature's axis.
        x: index of the feature along x, counted from 0; ignored for ``components``.
        y: likewise along y, only for ``pair``.
        others: where features not in the picture are held while D is evaluated:
            ``mean``, at the real rows' mean; ``nearest``, at the values of the real row that is
            nearest in the picture.
    """

    kind: str = "pair"
    x: int = 0
    y: int = 1
    others: str = "mean"

    @classmethod
    def from_query(cls, query: Mapping[str, str], n_features: int) -> "View":
        """Read the names and numbers of a URL.

        Raises:
            ViewError: a value is not allowed, or there is no such feature.
        """
        kind = _one_of("view", query.get("view", "pair"), KINDS)
        others = _one_of("others", query.get("others", "mean"), OTHERS)
        if kind == "components":
            return cls(kind, 0, 1, others)
        x = _feature("x", query.get("x", "0"), n_features)
        y = _feature("y", query.get("y", "1"), n_features) if kind == "pair" else 0
        if kind == "pair" and x == y:
            raise ViewError(f"x and y must be two different features. Got {x} for both.")
        return cls(kind, x, y, others)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ViewError(f"{name} must be one of {', '.join(allowed)}. Got {value[:30]!r} instead.")
    return value


def _feature(name: str, value: str, n_features: int) -> int:
    if value.isascii() and value.isdecimal() and len(value) < 6 and int(value) < n_features:
        return int(value)
    raise ViewError(
        f"{name} must be the number of a feature, from 0 to {n_features - 1}. "
        f"Got {value[:30]!r} instead."
    )
