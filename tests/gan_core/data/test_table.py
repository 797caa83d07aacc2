import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import datasets

from gan_core import load_table
from gan_core.data import DATA_SOURCES
from gan_core.data.drawing import DRAWING, decode, encode
from gan_core.errors import DataError

IRIS = datasets.load_iris()
WINE = DATA_SOURCES["wine"]


def test_default_is_setosa():
    table = load_table()
    assert np.array_equal(table.values, IRIS.data[IRIS.target == 0])
    assert table.features == tuple(IRIS.feature_names)
    assert table.title == "Iris · setosa"
    assert table.n_rows == 50
    assert set(table.labels) == {"setosa"}


@pytest.mark.parametrize("source", [name for name in DATA_SOURCES if name != DRAWING])
def test_no_classes_and_no_features_mean_all(source):
    found = DATA_SOURCES[source]
    values, labels = found.load()
    table = load_table(source, (), ())
    assert np.array_equal(table.values, values)
    assert np.array_equal(table.labels, labels)
    assert table.title == (f"{found.title} · all classes" if found.classes else found.title)


def test_a_drawing_is_a_table_of_its_points():
    text = encode(np.random.default_rng(0).uniform(-1, 1, (30, 2)))
    table = load_table(DRAWING, (), ("y", "x"), text)
    assert np.array_equal(table.values, decode(text)[:, ::-1])
    assert table.features == ("y", "x")
    assert table.title == "Your drawing"
    assert table.modes is None


def test_modes_follow_the_order_of_the_features():
    ring, turned = load_table("ring", ()), load_table("ring", (), ("y", "x"))
    assert np.array_equal(turned.modes.centres, ring.modes.centres[:, ::-1])
    assert turned.modes.sigma == ring.modes.sigma
    assert load_table().modes is None


@given(
    st.lists(st.sampled_from(WINE.classes), unique=True),
    st.lists(st.sampled_from(WINE.features), unique=True, min_size=2),
)
def test_rows_of_the_classes_and_columns_in_the_order_asked_for(classes, features):
    values, labels = WINE.load()
    table = load_table("wine", tuple(classes), tuple(features))
    rows = [i for i, label in enumerate(labels) if label in classes or not classes]
    assert table.features == tuple(features)
    for column, feature in zip(table.values.T, features, strict=True):
        assert np.array_equal(column, values[rows, WINE.features.index(feature)])
    assert np.array_equal(table.labels, labels[rows])


def test_frame_has_names_and_values():
    table = load_table("iris", features=("petal width (cm)", "sepal length (cm)"))
    assert list(table.frame) == ["petal width (cm)", "sepal length (cm)"]
    assert np.array_equal(table.frame.to_numpy(), IRIS.data[:50][:, [3, 0]])


def test_tables_are_their_callers_own():
    load_table().values[:] = 0.0
    assert load_table().values.min() > 0


@pytest.mark.parametrize(
    ("asked", "fragments"),
    [
        ({"source": "titanic"}, ("'titanic'", "iris, wine, breast_cancer")),
        ({"classes": ("rose",)}, ("Iris has no class named 'rose'", "setosa, versicolor")),
        (
            {"source": "wine", "classes": ("class_0", "class_3")},
            ("Wine has no class named 'class_3'", "class_0, class_1, class_2"),
        ),
        ({"source": "ring"}, ("Ring has no class named 'setosa'", "leave the choice empty")),
        ({"source": DRAWING, "classes": ()}, ("at least 10 points, this one has 0", "page Data")),
        ({"features": ("x", "y")}, ("Iris has no feature named 'x'", "sepal length (cm)")),
        ({"features": ("sepal length (cm)",)}, ("at least two", "'sepal length (cm)'")),
    ],
)
def test_wrong_names_are_told_with_the_right_ones(asked, fragments):
    with pytest.raises(DataError) as caught:
        load_table(**asked)
    for fragment in fragments:
        assert fragment in str(caught.value)
