import numpy as np
import pytest
from scipy.stats import norm

from gan_core.metrics import METRICS

overlap = METRICS["overlap"]


def column(*values):
    return np.array(values, dtype=float)[:, None]


def test_closed_form():
    real = column(0.5, 1.5, 2.5, 3.5, 0, 10)  # bins 0, 1, 2, 3, 0, 9 of width 1
    fake = column(0.2, 0.3, 1.7, 8.0)  # 2/4 in bin 0, 1/4 in bin 1, 1/4 in bin 8
    assert overlap(real, fake) == pytest.approx([2 / 6 + 1 / 6])


def test_no_common_bin_gives_zero():
    assert overlap(column(0, 0, 1, 1), column(0.4, 0.5, 0.6)).tolist() == [0.0]


def test_is_one_minus_half_the_l1_distance_of_the_histograms():
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=300), rng.normal(0.5, 1.3, size=200)
    edges = np.histogram_bin_edges(real, 10)
    edges[0], edges[-1] = -np.inf, np.inf
    p, q = np.histogram(real, edges)[0] / 300, np.histogram(fake, edges)[0] / 200
    assert overlap(real[:, None], fake[:, None]) == pytest.approx([1 - np.abs(p - q).sum() / 2])


def test_two_normals_of_equal_spread_overlap_as_theory_says():
    rng = np.random.default_rng(2)
    real, fake = rng.normal(0, 1, (20_000, 1)), rng.normal(1, 1, (20_000, 1))
    # Densities: 2 Phi(-shift / 2). Binning can only add a little.
    assert overlap(real, fake) == pytest.approx([2 * norm.cdf(-0.5)], abs=0.03)


def test_a_constant_feature_is_right_or_wrong():
    real = np.full((5, 2), 3.0)
    fake = np.array([[3.0, 2.0], [3.0, 4.0]])
    assert overlap(real, fake).tolist() == [1.0, 0.0]


def test_rounding_never_lifts_it_above_one():
    rng = np.random.default_rng(3)
    tables = (rng.normal(size=(n, 5)) for n in range(10, 200))
    assert all((overlap(real, real) <= 1).all() for real in tables)
