"""The checks that every metric applies to its tables."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.errors import DataError

FloatArray = NDArray[np.float64]

MIN_REAL_ROWS = 4  # the noise floor halves the real rows, and a spread takes two rows
MIN_FAKE_ROWS = 2
LARGEST = 1e100  # squares and ratios of larger numbers overflow; far above anything float32 holds


def check_pair(real: ArrayLike, fake: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Both tables as float64, or an error that says what is wrong with which.

    Raises:
        DataError: a table is not (rows, features) of finite numbers, has too few rows, or the
            two have different numbers of columns.
    """
    real, fake = check_real(real), _check_table("fake", fake, MIN_FAKE_ROWS)
    if real.shape[1] != fake.shape[1]:
        raise DataError(
            "real and fake must have the same number of columns. Got "
            f"{real.shape[1]} and {fake.shape[1]} instead. Select the same features in both."
        )
    return real, fake


def check_real(real: ArrayLike) -> FloatArray:
    """The real table as float64.

    Raises:
        DataError: it is not (rows, features) of finite numbers, or has fewer than 4 rows.
    """
    return _check_table("real", real, MIN_REAL_ROWS)


def check_names(feature_names: Sequence[str], n_features: int) -> tuple[str, ...]:
    """The features' names, one per column.

    Raises:
        DataError: there are more or fewer names than columns, or a name occurs twice.
    """
    names = tuple(feature_names)
    if len(names) != n_features or len(set(names)) != len(names):
        raise DataError(
            f"feature_names must be {n_features} different names, one for each column. "
            f"Got {list(names)} instead. Name every column once, in the order of the columns."
        )
    return names


def _check_table(which: str, table: ArrayLike, min_rows: int) -> FloatArray:
    try:
        values = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{which} must be a table of numbers. Got other content instead ({error}). "
            "Remove or encode the columns that are not numbers."
        ) from error
    if values.ndim != 2 or values.shape[1] == 0:
        raise DataError(
            f"{which} must have the shape (rows, features) with at least one feature. "
            f"Got {values.shape} instead. Reshape a single feature to (rows, 1)."
        )
    if len(values) < min_rows:
        raise DataError(
            f"{which} must have at least {min_rows} rows. Got {len(values)} instead. "
            f"{'Choose more data' if which == 'real' else 'Generate more rows'}."
        )
    # Negated, because a comparison with NaN is false.
    unusable = np.argwhere(~(np.abs(values) <= LARGEST))
    if len(unusable):
        row, column = unusable[0]
        advice = (
            "Remove or fill in such rows first."
            if which == "real"
            else "A generator that has diverged gives such values: train again with a smaller "
            "learning rate."
        )
        raise DataError(
            f"{which} must hold finite numbers of at most {LARGEST:g} in size. "
            f"Got {values[row, column]} in row {row}, column {column} (counted from 0) instead. "
            f"{advice}"
        )
    return values
