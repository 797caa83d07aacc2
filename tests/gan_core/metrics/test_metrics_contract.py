"""What every metric must do; a new one is tested here by being registered."""

import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gan_core.data import Modes
from gan_core.errors import DataError
from gan_core.metrics import METRICS

every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
rng = np.random.default_rng(6)
REAL = rng.normal(size=(60, 3)) @ np.array([[1, 0.9, 0.5], [0, 0.4, -0.5], [0, 0, 0.7]]) + 5
TYPICAL = rng.permutation(REAL)[:40] + rng.normal(0, 0.3, size=(40, 3))
MODES = Modes(REAL, 0.15)  # each real row is a mode of its own, for the metrics that need some


def n_features(metric):
    return 2 if metric.needs == "plane" else 3


def value(metric, real, fake, order=(0, 1, 2)):
    """Of tables in some order of their features, cut to the number of them that it takes."""
    columns = [c for c in order if c < n_features(metric)]
    return metric(real[:, columns], fake[:, columns], MODES.of_features(columns))


def best(metric):
    return metric.high if metric.goal == "max" else metric.low


def loss(metric, fake):
    """The value, turned so that smaller is better."""
    return value(metric, REAL, fake) * (1 if metric.goal == "min" else -1)


def assert_in_range(metric, values, d=3):
    assert values.shape == ((d,) if metric.per_feature else ())
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    assert (values >= metric.low).all()
    assert (values <= metric.high).all()


@every_metric
def test_describes_itself(metric):
    assert METRICS[metric.name] is metric
    assert metric.goal in ("max", "min")
    assert metric.unit in ("", "sd", "nats", "bits")
    assert np.isfinite(best(metric))
    assert metric.low < metric.high
    assert metric.label
    assert "does not show" in metric.help


@every_metric
def test_identical_samples_give_the_best_value(metric):
    assert value(metric, REAL, REAL) == pytest.approx(best(metric), abs=1e-12)


@every_metric
def test_typical_rows_give_less_than_the_best_value(metric):
    assert_in_range(metric, value(metric, REAL, TYPICAL))
    assert (value(metric, REAL, TYPICAL) != best(metric)).all()


@every_metric
def test_shifted_rows_with_broken_relations_are_worse(metric):
    # Shuffled within columns besides, because a shift leaves correlations as they are.
    fake = np.random.default_rng(7).permuted(TYPICAL, axis=0) + 3 * REAL.std(axis=0)
    assert (loss(metric, fake) > loss(metric, TYPICAL)).all()


@pytest.mark.parametrize("metric", [m for name, m in METRICS.items() if name != "high_quality"])
def test_collapse_to_one_row_is_worse(metric):
    """But for the share of high-quality rows: what it does not tell is what its help says."""
    assert (loss(metric, np.tile(REAL[0], (40, 1))) > loss(metric, TYPICAL)).all()


@every_metric
def test_the_order_of_rows_does_not_matter(metric):
    order = np.random.default_rng(8)
    shuffled = value(metric, order.permutation(REAL), order.permutation(TYPICAL))
    np.testing.assert_allclose(shuffled, value(metric, REAL, TYPICAL), rtol=1e-12)


@every_metric
def test_the_order_of_features_does_not_matter(metric):
    turned = value(metric, REAL, TYPICAL, order=(2, 1, 0))
    expected = value(metric, REAL, TYPICAL)
    np.testing.assert_allclose(turned, expected[::-1] if metric.per_feature else expected)


@every_metric
def test_leaves_its_inputs_alone(metric):
    real, fake = REAL.copy(), TYPICAL.copy()
    value(metric, real, fake)
    np.testing.assert_array_equal(real, REAL)
    np.testing.assert_array_equal(fake, TYPICAL)


@every_metric
def test_takes_integers_and_lists(metric):
    real, fake = [[1, 2], [3, 4], [5, 7], [2, 2]], [[1, 2], [4, 4]]
    modes = Modes(np.array([[1.0, 2.0], [4.0, 4.0]]), 0.5)
    np.testing.assert_array_equal(
        metric(real, fake, modes), metric(np.array(real, float), np.array(fake, float), modes)
    )


DEGENERATE = {
    "collapsed": (REAL, np.tile(REAL[0], (40, 1))),
    "collapsed far away": (REAL, np.full((40, 3), 1e30)),
    "real constant": (np.full((10, 3), 0.1), REAL),
    "both constant": (np.full((10, 3), 0.1), np.full((7, 3), 0.1)),
    "both zero": (np.zeros((10, 3)), np.zeros((7, 3))),
    "different constants": (np.full((10, 3), 0.1), np.full((7, 3), -4.0)),
    "fewest rows": (REAL[:4], TYPICAL[:2]),
    "spread below rounding": (np.tile([[1.0], [1 + 2e-16]], (5, 3)), REAL),
    "spread too small to square": (np.tile([[0.0], [1e-200]], (5, 3)), REAL),
    "largest numbers": (np.tile([[-1e100], [1e100]], (5, 3)), np.full((5, 3), -1e100)),
    "opposite ends of what is allowed": (
        np.tile([[0.0], [5e-324]], (5, 3)),
        np.full((5, 3), 1e100),
    ),
}


@every_metric
@pytest.mark.parametrize("case", DEGENERATE)
def test_degenerate_rows_give_finite_values_in_range(metric, case):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = value(metric, *DEGENERATE[case])
    assert_in_range(metric, values)


numbers = st.one_of(st.floats(-1e6, 1e6), st.floats(-1e100, 1e100), st.sampled_from([0.0, 0.1]))


@every_metric
@given(data=st.data())
def test_any_finite_tables_give_finite_values_in_range(metric, data):
    d = 2 if metric.needs == "plane" else data.draw(st.integers(1, 3))
    real = data.draw(arrays(np.float64, st.tuples(st.integers(4, 9), st.just(d)), elements=numbers))
    fake = data.draw(arrays(np.float64, st.tuples(st.integers(2, 9), st.just(d)), elements=numbers))
    modes = Modes(real[:2], 1.0)
    assert_in_range(metric, metric(real, fake, modes), d)
    if metric.needs != "modes":
        assert metric(real, real) == pytest.approx(best(metric), abs=1e-9)


@every_metric
@pytest.mark.parametrize(
    ("real", "fake", "words"),
    [
        (REAL, np.where(np.arange(3) == 1, np.nan, TYPICAL), ("fake", "nan in row 0, column 1")),
        (np.where(np.arange(3) == 2, -np.inf, REAL), TYPICAL, ("real", "-inf in row 0, column 2")),
        (REAL, TYPICAL * 1e101, ("fake", "1e+100", "smaller learning rate")),
        (REAL, TYPICAL[:, :2], ("3 and 2", "same features")),
        (REAL[:3], TYPICAL, ("real", "at least 4 rows", "Got 3", "more data")),
        (REAL, TYPICAL[:1], ("fake", "at least 2 rows", "Got 1", "Generate more")),
        (REAL[:, 0], TYPICAL, ("real", "(60,)", "(rows, 1)")),
        (REAL[:, :0], TYPICAL[:, :0], ("real", "at least one feature", "(60, 0)")),
        (REAL, [["a", "b", "c"]] * 4, ("fake", "numbers", "'a'", "Remove or encode")),
        (REAL, [[1, 2, None]] * 4, ("fake", "nan in row 0, column 2")),
        (REAL, [[1, 2, 3], [1, 2]], ("fake", "table of numbers")),
    ],
)
def test_wrong_input_is_named_with_what_to_do(metric, real, fake, words):
    with pytest.raises(DataError) as caught:
        metric(real, fake, MODES)
    for word in words:
        assert word in str(caught.value)


def test_names_and_help_load_without_heavy_packages():
    heavy = ["scipy", "torch", "sklearn", "streamlit", "plotly"]
    code = (
        "import json, sys\n"
        "from gan_core.metrics import METRICS\n"
        "assert all(metric.help for metric in METRICS.values())\n"
        f"print(json.dumps([name for name in {heavy} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) == []
