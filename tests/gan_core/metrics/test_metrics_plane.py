"""Both features together: against SciPy, against formulas, and on the ring."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from gan_core.data import DATA_SOURCES
from gan_core.errors import DataError
from gan_core.metrics import METRICS
from gan_core.metrics.divergence import PSEUDO_COUNT

kl, js = METRICS["joint_kl"], METRICS["joint_js"]
tables = arrays(
    np.float64, st.tuples(st.integers(4, 30), st.just(2)), elements=st.floats(-100, 100)
)
RING = DATA_SOURCES["ring"].modes


def draw(n, weights=None, seed=0):
    """Rows of the ring's modes, by another generator; weights are those of the eight modes."""
    rng = np.random.default_rng(seed)
    centres = RING.centres[rng.choice(8, size=n, p=weights)]
    return centres + RING.sigma * rng.normal(size=centres.shape)


def smoothed(rows, real):
    """The smoothed counts of the cells by NumPy's histogram in the plane."""
    spans = np.column_stack([real.min(axis=0), real.max(axis=0)])
    inside = np.clip(rows, *spans.T)
    return np.histogram2d(*inside.T, bins=10, range=spans)[0].ravel() + PSEUDO_COUNT


def assert_as_scipy(real, fake):
    p, q = smoothed(real, real), smoothed(fake, real)
    assert kl(real, fake) == pytest.approx(entropy(p, q), abs=1e-12)
    assert js(real, fake) == pytest.approx(jensenshannon(p, q, base=2) ** 2, abs=1e-12)


@given(tables.filter(lambda x: (np.ptp(x, axis=0) > 1e-6).all()), tables)
def test_equals_scipy_on_the_smoothed_cells(real, fake):
    assert_as_scipy(real, fake)


def test_sees_what_single_features_do_not():
    x = np.linspace(-1, 1, 1000)
    rising, falling = np.column_stack([x, x]), np.column_stack([x, -x])
    assert METRICS["kl"](rising, falling) == pytest.approx([0, 0], abs=1e-2)
    assert kl(rising, falling) > 1
    assert js(rising, falling) > 0.5


def test_closed_form():
    corners = np.array([[0.0, 0.0], [1.0, 1.0]])
    real, fake = np.repeat(corners, 50, axis=0), np.tile(corners[0], (100, 1))
    # Of 150 smoothed rows: real 50.5 in two cells, fake 100.5 in one; else 0.5 each.
    expected = (50.5 * np.log(50.5 / 100.5) + 50.5 * np.log(50.5 / 0.5)) / 150
    assert kl(real, fake) == pytest.approx(expected)
    terms = [(50.5, 75.5), (50.5, 25.5), (100.5, 75.5), (0.5, 25.5)]
    assert js(real, fake) == pytest.approx(sum(a * np.log2(a / b) for a, b in terms) / 150 / 2)


# How a generator may fail on the ring, as weights of its eight modes.
COLLAPSED = (1, 0, 0, 0, 0, 0, 0, 0)
HALF = (0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0)
UNEVEN = (0.5, *[0.5 / 7] * 7)


def exact_js(weights):
    """In bits, between eight equal modes and weighted ones: what smoothing and chance blur."""
    q = np.array(weights, float)
    middle = (q + 1 / 8) / 2
    return (entropy([1 / 8] * 8, middle, base=2) + entropy(q, middle, base=2)) / 2


def test_the_formula_itself():
    assert exact_js([1 / 8] * 8) == pytest.approx(0)
    of_real = 1 / 8 * np.log2(2 / 9) + 7 / 8 * np.log2(2)
    assert exact_js(COLLAPSED) == pytest.approx((of_real + np.log2(16 / 9)) / 2)  # 0.717 bits
    assert exact_js(HALF) == pytest.approx((np.log2(2 / 3) + 1 + 2 * np.log2(4 / 3)) / 4)


@pytest.mark.parametrize("weights", [None, COLLAPSED, HALF, UNEVEN])
def test_ring_js_is_that_of_the_modes_weights(weights):
    """A perfect, a collapsed, a half and an uneven generator; many rows, so smoothing is small."""
    found = js(draw(100_000, seed=1), draw(100_000, weights, seed=2))
    assert found == pytest.approx(exact_js(weights or [1 / 8] * 8), abs=0.005)


def test_ring_kl_is_that_of_the_modes_weights():
    real, uneven = draw(100_000, seed=1), draw(100_000, UNEVEN, seed=2)
    expected = np.log((1 / 8) / 0.5) / 8 + 7 / 8 * np.log((1 / 8) / (0.5 / 7))
    assert kl(real, uneven) == pytest.approx(expected, abs=0.01)
    assert kl(real, draw(100_000, seed=2)) == pytest.approx(0, abs=0.001)


@pytest.mark.parametrize("weights", [None, COLLAPSED, HALF, UNEVEN])
def test_ring_as_trained_on_equals_scipy(weights):
    """A thousand rows each, the size in which runs are scored: smoothing counts here."""
    assert_as_scipy(DATA_SOURCES["ring"].load()[0], draw(1000, weights))


def test_a_collapsed_ring_gives_the_smoothed_kl_by_hand():
    ring = DATA_SOURCES["ring"].load()[0]
    fake = np.tile(ring[1], (1000, 1))
    # 1,050 smoothed rows: the collapsed mode's cell has 1,000.5 of them, every other one 0.5.
    p = smoothed(ring, ring)
    (hit,) = np.flatnonzero(smoothed(fake, ring) > 1)
    others = np.delete(p, hit)
    expected = (p[hit] * np.log(p[hit] / 1000.5) + (others * np.log(others / 0.5)).sum()) / 1050
    assert kl(ring, fake) == pytest.approx(expected)
    assert 3 < expected < 6


def test_only_the_plane_has_them():
    three = np.random.default_rng(0).normal(size=(20, 3))
    for metric in (kl, js):
        assert metric.applies(2)
        assert not metric.applies(3)
        with pytest.raises(DataError, match="only for tables with two features"):
            metric(three, three)


def test_the_help_states_cells_and_pseudo_count():
    for metric in (kl, js):
        assert str(PSEUDO_COUNT) in metric.help
        assert "10 x 10 cells" in metric.help
