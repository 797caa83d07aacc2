import numpy as np
import pytest
from sklearn import datasets

from gan_core.data import DATA_SOURCES
from gan_core.data.drawing import DRAWING, drawn_source, encode

SOURCES = {**DATA_SOURCES, DRAWING: drawn_source(encode(np.random.default_rng(0).random((20, 2))))}
SKLEARN = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast_cancer": datasets.load_breast_cancer,
}

every_source = pytest.mark.parametrize("name", SOURCES)


@every_source
def test_describes_itself(name):
    source = SOURCES[name]
    assert source.title
    assert source.description.endswith((".", "?"))
    assert source.credit
    assert len(set(source.features)) == len(source.features) >= 2
    assert len(set(source.classes)) == len(source.classes) != 1


@every_source
def test_rows_are_finite_numbers_with_a_class_each(name):
    source = SOURCES[name]
    values, labels = source.load()
    assert values.dtype == np.float64
    assert values.shape == (len(labels), len(source.features))
    assert np.isfinite(values).all()
    assert set(labels) == set(source.classes or [""])
    assert source.class_sizes() == {c: np.sum(labels == c) for c in source.classes}


@every_source
def test_nobody_can_change_the_rows_of_others(name):
    values, _ = SOURCES[name].load()
    with pytest.raises(ValueError, match="read-only"):
        values[0, 0] = 1.0


@pytest.mark.parametrize("name", SKLEARN)
def test_equals_scikit_learns(name):
    theirs, source = SKLEARN[name](), DATA_SOURCES[name]
    values, labels = source.load()
    assert np.array_equal(values, theirs.data)
    assert np.array_equal(labels, theirs.target_names[theirs.target])
    assert source.classes == tuple(theirs.target_names)
    assert source.features == tuple(theirs.feature_names)
