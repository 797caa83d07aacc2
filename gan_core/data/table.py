"""A table of real rows as a GAN sees it: numbers only, one column per feature."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from gan_core.data.drawing import DRAWING, drawn_source
from gan_core.data.modes import Modes
from gan_core.data.sources import DATA_SOURCES, Source
from gan_core.errors import DataError

MOST_DECIMALS = 6  # of values that count as rounded
MIN_ROWS = 4  # fewer cannot be halved twice, so no score would have a noise floor


@dataclass(frozen=True)
class Table:
    """Real rows in their original units.

    Attributes:
        title: its title on the pages: "Iris · setosa".
        features: column names with their unit, such as "sepal length (cm)".
        values: the rows, float64, shape (n_rows, n_features).
        labels: the class of each row, shape (n_rows,); "" if there are none.
        modes: what the rows were sampled from, if known.
    """

    title: str
    features: tuple[str, ...]
    values: np.ndarray
    labels: np.ndarray
    modes: Modes | None = None

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.values.shape[0]

    @property
    def frame(self) -> pd.DataFrame:
        """The features as a DataFrame, shape (n_rows, n_features)."""
        return pd.DataFrame(self.values, columns=list(self.features))

    @cached_property
    def decimals(self) -> tuple[int | None, ...]:
        """With how many decimals the values of each feature are written; None: not rounded."""
        found: list[int | None] = [None] * len(self.features)
        for digits in reversed(range(MOST_DECIMALS + 1)):
            fits = (np.round(self.values, digits) == self.values).all(axis=0)
            found = [digits if fit else before for fit, before in zip(fits, found, strict=True)]
        return tuple(found)


def rounded(values: np.ndarray, decimals: tuple[int | None, ...]) -> np.ndarray:
    """Rows (n, n_features) with as many decimals as `Table.decimals` says."""
    columns = zip(values.T, decimals, strict=True)
    return np.column_stack([v if digits is None else np.round(v, digits) for v, digits in columns])


def load_table(
    source: str = "iris",
    classes: tuple[str, ...] = ("setosa",),
    features: tuple[str, ...] = (),
    drawing: str = "",
) -> Table:
    """Load a built-in table, or a drawing.

    Args:
        source: a name in `DATA_SOURCES`.
        classes: keep only the rows of these classes; empty keeps all.
        features: keep only these columns, in this order; empty keeps all.
        drawing: the points of the source "drawing", as `gan_core.data.drawing.encode` writes them.

    Raises:
        DataError: no such source, class or feature, fewer than two features or four rows, or a
            drawing that is invalid or has too few points.

    >>> load_table("iris", classes=("setosa",)).values.shape
    (50, 4)
    """
    if source not in DATA_SOURCES:
        raise DataError(
            f"There is no data set named {source!r}. Choose one of: {', '.join(DATA_SOURCES)}."
        )
    found = drawn_source(drawing) if source == DRAWING else DATA_SOURCES[source]
    _all_known("class", classes, found.classes, found.title)
    _all_known("feature", features, found.features, found.title)
    if len(features) == 1:
        raise DataError(
            f"A table needs at least two features, got only {features[0]!r}. "
            "Add another, or leave the choice empty for all."
        )
    values, labels = found.load()
    rows = np.isin(labels, classes) if classes else np.ones(len(labels), dtype=bool)
    columns = [found.features.index(f) for f in features or found.features]
    if rows.sum() < MIN_ROWS:
        raise DataError(f"Only {rows.sum()} rows are left; at least {MIN_ROWS} are needed.")
    return Table(
        title=_title(found, classes),
        features=tuple(found.features[c] for c in columns),
        values=values[rows][:, columns],
        labels=labels[rows],
        modes=found.modes and found.modes.of_features(columns),
    )


def _title(source: Source, classes: tuple[str, ...]) -> str:
    if not source.classes:
        return source.title
    return f"{source.title} · {', '.join(classes) or 'all classes'}"


def _all_known(what: str, asked: tuple[str, ...], known: tuple[str, ...], title: str) -> None:
    for name in asked:
        if name not in known:
            choice = (
                f"It has: {', '.join(known)}." if known else "It has none: leave the choice empty."
            )
            raise DataError(f"{title} has no {what} named {name!r}. {choice}")
