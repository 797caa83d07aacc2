import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn import preprocessing

from gan_core.data import DATA_SOURCES, MinMaxScaler, load_table
from gan_core.data.drawing import DRAWING

numbers = st.floats(-1e6, 1e6).map(lambda x: round(x, 6))
tables = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=numbers)


@pytest.mark.parametrize("source", [name for name in DATA_SOURCES if name != DRAWING])
def test_equals_scikit_learns(source):
    values = load_table(source, ()).values
    theirs = preprocessing.MinMaxScaler(feature_range=(-1, 1)).fit(values)
    ours = MinMaxScaler.fit(values)
    scaled = ours.transform(values)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, theirs.transform(values), rtol=0, atol=2e-7)
    back = theirs.inverse_transform(scaled.astype(np.float64))
    np.testing.assert_allclose(ours.inverse(scaled), back, rtol=1e-9, atol=1e-12)


@given(tables)
def test_fills_the_range_and_comes_back(values):
    scaler = MinMaxScaler.fit(values)
    scaled = scaler.transform(values)
    varied = scaler.high > scaler.low
    assert (np.abs(scaled) <= 1).all()
    assert (scaled.min(axis=0)[varied] == -1).all()
    assert (scaled.max(axis=0)[varied] == 1).all()
    back = scaler.inverse(scaled)
    assert back.dtype == np.float64
    span = scaler.high - scaler.low
    # float32 keeps 24 bits of a value in [-1, 1]; then comes the rounding of the sum in float64.
    rounding = span * 2.0**-24 + np.abs(values).max(axis=0) * 1e-15
    assert (np.abs(back - values) <= rounding).all()


@given(tables)
def test_constant_feature_becomes_0_and_comes_back(values):
    values[:, 0] = values[0, 0]
    scaler = MinMaxScaler.fit(values)
    assert (scaler.transform(values)[:, 0] == 0).all()
    assert (scaler.inverse(scaler.transform(values))[:, 0] == values[:, 0]).all()
    assert (scaler.inverse(np.ones_like(values, np.float32))[:, 0] == values[:, 0]).all()


@given(tables, st.integers(0, 2**32 - 1))
def test_what_a_tanh_gives_stays_inside_the_real_range(values, seed):
    scaler = MinMaxScaler.fit(values)
    x = np.random.default_rng(seed).uniform(-1, 1, values.shape).astype(np.float32)
    for scaled in (x, np.sign(x)):
        back = scaler.inverse(scaled)
        slack = np.spacing(np.maximum(np.abs(scaler.low), np.abs(scaler.high)))
        assert (back >= scaler.low - slack).all()
        assert (back <= scaler.high + slack).all()


def test_closed_form():
    scaler = MinMaxScaler(low=np.array([1.0, -2.0]), high=np.array([3.0, 2.0]))
    assert scaler.transform(np.array([[1.0, 2.0], [2.0, 1.0], [2.5, 0.0]])).tolist() == [
        [-1.0, 1.0],
        [0.0, 0.5],
        [0.5, 0.0],
    ]
    assert scaler.inverse(np.array([[-1.0, 1.0], [0.25, -0.5]])).tolist() == [
        [1.0, 2.0],
        [2.25, -1.0],
    ]


def test_fit_learns_from_the_rows_alone():
    scaler = MinMaxScaler.fit(np.array([[1.0, 5.0], [3.0, 4.0]]))
    assert (scaler.low.tolist(), scaler.high.tolist()) == ([1.0, 4.0], [3.0, 5.0])
    assert scaler.transform(np.array([[5.0, 4.5]])).tolist() == [[3.0, 0.0]]  # outside is allowed
