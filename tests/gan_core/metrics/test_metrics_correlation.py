import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.metrics import METRICS

correlation = METRICS["correlation"]
x = np.arange(10.0)
rng = np.random.default_rng(4)
related = rng.normal(size=(40, 3)) @ rng.normal(size=(3, 4))


def test_one_relation_turned_round_is_the_worst_value():
    assert correlation(np.column_stack([x, x]), np.column_stack([x, -x])) == pytest.approx(2.0)


def test_the_average_is_over_pairs():
    real, fake = np.column_stack([x, x, x]), np.column_stack([x, x, -x])
    assert correlation(real, fake) == pytest.approx((0 + 2 + 2) / 3)


def test_equals_numpy():
    fake = rng.normal(size=(30, 4))
    difference = np.corrcoef(related, rowvar=False) - np.corrcoef(fake, rowvar=False)
    expected = np.abs(difference[np.triu_indices(4, 1)]).mean()
    value = correlation(related, fake)
    assert value.shape == ()
    assert value == pytest.approx(expected)


def test_constant_columns_count_as_uncorrelated():
    # 0.1 is not a binary fraction, so its computed standard deviation is not exactly 0.
    constant = np.full(10, 0.1)
    real, fake = np.column_stack([x, x, constant]), np.column_stack([x, constant, x])
    # Pair (0, 1): 1 against 0; (0, 2): 0 against 1; (1, 2): 0 against 0.
    assert correlation(real, fake) == pytest.approx(2 / 3)


def test_collapse_to_one_row_scores_the_mean_absolute_real_correlation():
    expected = np.abs(np.corrcoef(related, rowvar=False)[np.triu_indices(4, 1)]).mean()
    assert correlation(related, np.tile(related[0], (20, 1))) == pytest.approx(expected)


def test_a_single_feature_has_no_pairs():
    assert correlation(x[:, None], x[::-1, None] ** 2) == 0.0


@given(st.lists(st.floats(0.01, 100), min_size=4, max_size=4), st.floats(-100, 100))
def test_units_and_offsets_of_the_features_do_not_matter(factors, offset):
    fake = np.random.default_rng(5).normal(size=(30, 4))
    changed = correlation(related * factors + offset, fake)
    assert changed == pytest.approx(float(correlation(related, fake)), abs=1e-7)


def test_rounding_never_lifts_it_above_two():
    columns = (rng.normal(size=n) for n in range(10, 200))
    pairs = ((np.column_stack([y, 3 * y]), np.column_stack([y, -3 * y])) for y in columns)
    assert all(correlation(real, fake) <= 2 for real, fake in pairs)
