import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gan_core.metrics import METRICS

wasserstein = METRICS["wasserstein"]
columns = arrays(
    np.float64, st.tuples(st.integers(4, 20), st.just(1)), elements=st.floats(-1000, 1000)
).filter(lambda x: np.ptp(x) > 1e-3)


def test_closed_form():
    real, fake = np.array([[0.0], [0], [2], [2]]), np.array([[1.0], [1]])  # sd 1, all move by 1
    assert wasserstein(real, fake).tolist() == [1.0]


@given(columns, st.floats(-10, 10))
def test_a_shift_counts_in_standard_deviations(real, shift):
    fake = real + shift * np.std(real)
    assert wasserstein(real, fake) == pytest.approx([abs(shift)], rel=1e-6, abs=1e-6)


@given(columns, st.integers(0, 2**32 - 1))
def test_samples_of_equal_size_move_in_order(real, seed):
    fake = np.random.default_rng(seed).normal(size=real.shape)
    moved = np.abs(np.sort(real[:, 0]) - np.sort(fake[:, 0])).mean()
    assert wasserstein(real, fake) == pytest.approx([moved / np.std(real)])


def test_samples_of_unequal_size_are_the_area_between_the_quantile_functions():
    rng = np.random.default_rng(3)
    real, fake = rng.normal(size=60), rng.normal(1, 2, size=45)
    levels = (np.arange(180) + 0.5) / 180  # 180 = lcm(60, 45): exact, not an approximation
    gaps = [np.quantile(x, levels, method="inverted_cdf") for x in (real, fake)]
    expected = np.abs(gaps[0] - gaps[1]).mean() / real.std()
    assert wasserstein(real[:, None], fake[:, None]) == pytest.approx([expected])


@given(columns, columns, st.floats(0.01, 100), st.floats(-100, 100))
def test_the_unit_of_the_data_does_not_matter(real, fake, factor, offset):
    changed = wasserstein(real * factor + offset, fake * factor + offset)
    assert changed == pytest.approx(wasserstein(real, fake), rel=1e-6, abs=1e-6)


def test_a_constant_feature_is_measured_by_its_size():
    real = np.tile([0.0, 0.1, -5.0], (10, 1))
    fake = np.tile([0.5, 0.2, -5.0], (3, 1))
    assert wasserstein(real, fake) == pytest.approx([0.5, 1.0, 0.0])
