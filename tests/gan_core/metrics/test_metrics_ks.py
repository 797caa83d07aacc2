import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import ks_2samp

from gan_core.metrics import METRICS

ks = METRICS["ks"]


def tables(elements):
    return arrays(np.float64, st.tuples(st.integers(4, 30), st.just(2)), elements=elements)


def assert_equals_scipy(real, fake):
    # The method concerns the p-value only; "auto" warns where it cannot compute that exactly.
    expected = [ks_2samp(real[:, j], fake[:, j], method="asymp").statistic for j in range(2)]
    assert ks(real, fake) == pytest.approx(expected, abs=1e-12)


def test_closed_form():
    real, fake = np.array([[1.0], [2], [3], [4]]), np.array([[3.5], [4], [5], [6]])
    assert ks(real, fake).tolist() == [0.75]  # just below 3.5: 3/4 of the real, 0 of the fake


def test_ties_leave_no_gap():
    real, fake = np.array([[1.0], [1], [1], [2]]), np.array([[1.0], [2]])
    assert ks(real, fake).tolist() == [0.25]


@given(tables(st.floats(-1e6, 1e6)), tables(st.floats(-1e6, 1e6)))
def test_equals_scipy(real, fake):
    assert_equals_scipy(real, fake)


@given(tables(st.sampled_from([0.0, 0.1, 0.2, 5.0])), tables(st.sampled_from([0.0, 0.2, 1.0])))
def test_equals_scipy_with_ties(real, fake):
    assert_equals_scipy(real, fake)


@given(tables(st.integers(-20, 20)), tables(st.integers(-20, 20)))
def test_any_increasing_change_of_scale_leaves_it_alone(real, fake):
    np.testing.assert_array_equal(ks(real, fake), ks(real**3, fake**3))
