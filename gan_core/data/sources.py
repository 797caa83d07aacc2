"""The built-in data sets: a source is what is known about a set before its rows are read."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gan_core.data.modes import Modes
from gan_core.errors import DataError
from gan_core.registry import Registry


@dataclass(frozen=True)
class Source:
    """A data set that can be chosen by name.

    Attributes:
        title: its name on the pages.
        description: one sentence: what a row is.
        credit: source and licence.
        classes: names of the classes, in the order of their codes; empty if there are none.
        features: names of the columns, with units.
        read: returns the rows, float64 (n_rows, n_features), and class codes (n_rows,), which are
            0 if there are no classes.
        modes: what the rows were sampled from, if known.
    """

    title: str
    description: str
    credit: str
    classes: tuple[str, ...]
    features: tuple[str, ...]
    read: Callable[[], tuple[np.ndarray, np.ndarray]]
    modes: Modes | None = None

    @cached_property
    def _rows(self) -> tuple[np.ndarray, np.ndarray]:
        values, codes = self.read()
        values.setflags(write=False)
        return values, np.array(self.classes or ("",))[codes]

    def load(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows (n_rows, n_features) and each row's class name (n_rows,), "" for none."""
        return self._rows

    def class_sizes(self) -> dict[str, int]:
        """Number of rows of each class."""
        labels = self.load()[1]
        return {name: int((labels == name).sum()) for name in self.classes}


DATA_SOURCES: Registry[Source] = Registry("data set")


def sklearn_csv(name: str) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    """A reader of a CSV file inside scikit-learn's package that does not import scikit-learn.

    The web server shows these tables, and importing scikit-learn would cost it 100 MB; the tests
    compare what is read here with ``sklearn.datasets``.
    """

    def read() -> tuple[np.ndarray, np.ndarray]:
        spec = find_spec("sklearn")
        if spec is None or spec.origin is None:
            raise DataError("scikit-learn is not installed; run `make setup` to install it.")
        path = Path(spec.origin).parent / "datasets" / "data" / name
        with path.open(newline="") as file:
            rows = list(csv.reader(file))[1:]  # the first line counts rows and names classes
        table = np.array(rows, dtype=np.float64)
        return table[:, :-1].copy(), table[:, -1].astype(int)

    return read


_BREAST_CANCER_MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
    "concave points", "symmetry", "fractal dimension",
)  # fmt: skip

DATA_SOURCES.add(
    "iris",
    Source(
        title="Iris",
        description="150 iris flowers of three species, measured in centimetres.",
        credit="R. A. Fisher (1936), UCI Machine Learning Repository, CC BY 4.0",
        classes=("setosa", "versicolor", "virginica"),
        features=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        read=sklearn_csv("iris.csv"),
    ),
)
DATA_SOURCES.add(
    "wine",
    Source(
        title="Wine",
        description="178 Italian wines from three growers, thirteen chemical measurements each.",
        credit="M. Forina et al. (1991), UCI Machine Learning Repository, CC BY 4.0",
        classes=("class_0", "class_1", "class_2"),
        features=(
            "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols",
            "flavanoids", "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue",
            "od280/od315_of_diluted_wines", "proline",
        ),
        read=sklearn_csv("wine_data.csv"),
    ),
)  # fmt: skip
DATA_SOURCES.add(
    "breast_cancer",
    Source(
        title="Breast cancer",
        description="569 breast tumours, thirty measurements of the cell nuclei each.",
        credit="Wolberg, Mangasarian, Street (1995), UCI Machine Learning Repository, CC BY 4.0",
        classes=("malignant", "benign"),
        features=(
            *(f"mean {m}" for m in _BREAST_CANCER_MEASURES),
            *(f"{m} error" for m in _BREAST_CANCER_MEASURES),
            *(f"worst {m}" for m in _BREAST_CANCER_MEASURES),
        ),
        read=sklearn_csv("breast_cancer.csv"),
    ),
)
