import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn import preprocessing

from gan_core.data import DATA_SOURCES, ENCODERS, Table, encoder_of, load_table
from gan_core.data.drawing import DRAWING
from gan_core.data.encoders.minmax import MinMax
from gan_core.data.encoders.standard import Standard

numbers = st.floats(-1e6, 1e6).map(lambda x: round(x, 6))
values_of_tables = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=numbers
)


def table_of(values):
    names = tuple(f"f{i}" for i in range(values.shape[1]))
    return Table("made up", names, values, np.full(len(values), ""))


tables = values_of_tables.map(table_of)
every = pytest.mark.parametrize("name", ENCODERS)


@every
@given(table=tables)
def test_rows_come_back(name, table):
    encoder = ENCODERS[name].fit(table)
    x, values = encoder.transform(table.values), table.values
    back = encoder.inverse(x)
    assert (x.dtype, back.dtype) == (np.float32, np.float64)
    assert back.shape == values.shape
    # float32 keeps 24 bits of what lies around 0; then comes the rounding of sums in float64.
    rounding = np.ptp(values, axis=0) * 2.0**-22 + np.abs(values).max(axis=0) * 1e-13
    assert (np.abs(back - values) <= rounding).all()


@every
@given(table=tables)
def test_a_constant_feature_is_finite_and_comes_back_whatever_g_makes(name, table):
    table.values[:, 0] = table.values[0, 0]
    encoder = ENCODERS[name].fit(table)
    assert np.isfinite(encoder.transform(table.values)).all()
    noise = np.random.default_rng(0).uniform(-1, 1, encoder.transform(table.values).shape)
    assert (encoder.inverse(noise)[:, 0] == table.values[:, 0]).all()


@every
@given(table=tables)
def test_blocks_say_what_the_columns_are(name, table):
    encoder = ENCODERS[name].fit(table)
    x = encoder.transform(table.values)
    assert len(encoder.blocks) == len(table.features)
    assert sum(block.width for block in encoder.blocks) == x.shape[1]
    at = 0
    for block in encoder.blocks:
        if block.activation == "tanh":
            assert np.abs(x[:, at : at + block.width]).max() <= 1
        at += block.width


@every
@given(table=tables)
def test_an_encoder_travels_as_text(name, table):
    encoder = ENCODERS[name].fit(table)
    again = encoder_of(json.loads(json.dumps(encoder.to_dict())))
    assert again.to_dict() == encoder.to_dict()
    assert again.blocks == encoder.blocks
    x = encoder.transform(table.values)
    assert np.array_equal(again.transform(table.values), x)
    assert np.array_equal(again.inverse(x), encoder.inverse(x))


@every
@given(table=tables)
def test_its_code_computes_the_same(name, table):
    encoder = ENCODERS[name].fit(table)
    x, code = encoder.transform(table.values), encoder.as_code()
    known = {"np": np, "values": table.values, "x_fake": x.astype(float)}
    exec(code.encode, known)
    assert np.array_equal(known["scaled"].astype(np.float32), x)
    assert np.array_equal(eval(code.decode, known), encoder.inverse(x))


@every
def test_it_is_described(name):
    encoder = ENCODERS[name]
    assert encoder.name == name
    assert encoder.label
    assert encoder.help.endswith(".")
    table = load_table()
    for field in encoder.marks:
        assert getattr(encoder.fit(table), field).shape == (4,)


SCALERS = {
    "minmax": lambda: preprocessing.MinMaxScaler(feature_range=(-1, 1)),
    "standard": preprocessing.StandardScaler,
}


@pytest.mark.parametrize("source", [name for name in DATA_SOURCES if name != DRAWING])
@pytest.mark.parametrize("name", SCALERS)
def test_equals_scikit_learns(name, source):
    table = load_table(source, ())
    theirs, ours = SCALERS[name]().fit(table.values), ENCODERS[name].fit(table)
    scaled = ours.transform(table.values)
    np.testing.assert_allclose(scaled, theirs.transform(table.values), rtol=2e-7, atol=2e-7)
    back = theirs.inverse_transform(scaled.astype(np.float64))
    np.testing.assert_allclose(ours.inverse(scaled), back, rtol=1e-9, atol=1e-12)


@given(tables)
def test_minmax_fills_the_range(table):
    encoder = MinMax.fit(table)
    scaled = encoder.transform(table.values)
    varied = encoder.high > encoder.low
    assert (np.abs(scaled) <= 1).all()
    assert (scaled.min(axis=0)[varied] == -1).all()
    assert (scaled.max(axis=0)[varied] == 1).all()
    assert (scaled[:, ~varied] == 0).all()


@given(tables, st.integers(0, 2**32 - 1))
def test_what_a_tanh_gives_stays_inside_the_real_range(table, seed):
    encoder = MinMax.fit(table)
    x = np.random.default_rng(seed).uniform(-1, 1, table.values.shape).astype(np.float32)
    for scaled in (x, np.sign(x)):
        back = encoder.inverse(scaled)
        slack = np.spacing(np.maximum(np.abs(encoder.low), np.abs(encoder.high)))
        assert (back >= encoder.low - slack).all()
        assert (back <= encoder.high + slack).all()


def test_closed_form_of_minmax():
    encoder = MinMax(low=np.array([1.0, -2.0]), high=np.array([3.0, 2.0]))
    assert encoder.transform(np.array([[1.0, 2.0], [2.0, 1.0], [2.5, 0.0]])).tolist() == [
        [-1.0, 1.0],
        [0.0, 0.5],
        [0.5, 0.0],
    ]
    assert encoder.transform(np.array([[5.0, 1.0]])).tolist() == [[3.0, 0.5]]  # outside is allowed
    assert encoder.inverse(np.array([[-1.0, 1.0], [0.25, -0.5]])).tolist() == [
        [1.0, 2.0],
        [2.25, -1.0],
    ]


def test_closed_form_of_standard():
    encoder = Standard.fit(table_of(np.array([[1.0, 7.0], [3.0, 7.0], [5.0, 7.0], [7.0, 7.0]])))
    assert (encoder.mean.tolist(), encoder.sd.tolist()) == ([4.0, 7.0], [5**0.5, 0.0])
    assert encoder.transform(np.array([[4.0, 7.0]])).tolist() == [[0.0, 0.0]]
    assert encoder.inverse(np.array([[-2.0, 9.0]])).tolist() == [[4.0 - 2 * 5**0.5, 7.0]]
