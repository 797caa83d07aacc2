import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from gan_core.metrics import METRICS
from gan_core.metrics.divergence import PSEUDO_COUNT

kl, js = METRICS["kl"], METRICS["js"]
columns = arrays(
    np.float64, st.tuples(st.integers(4, 30), st.just(1)), elements=st.floats(-100, 100)
)


def smoothed(rows, real):
    """The smoothed shares by NumPy's histogram, for a feature that is not constant."""
    span = (real.min(), real.max())
    return np.histogram(np.clip(rows, *span), 10, span)[0] + PSEUDO_COUNT


def test_closed_form():
    real, fake = np.array([[0.0]] * 5 + [[1.0]] * 5), np.zeros((10, 1))
    # Of 15 smoothed rows: real 5.5 and 5.5 in the outer bins, fake 10.5 and 0.5; else 0.5 each.
    expected = (5.5 * np.log(5.5 / 10.5) + 5.5 * np.log(5.5 / 0.5)) / 15
    assert kl(real, fake) == pytest.approx([expected])
    low, high = (5.5 + 10.5) / 2, (5.5 + 0.5) / 2
    terms = [(5.5, low), (5.5, high), (10.5, low), (0.5, high)]
    expected = sum(a * np.log2(a / b) for a, b in terms) / 15 / 2
    assert js(real, fake) == pytest.approx([expected])


@given(columns.filter(lambda x: np.ptp(x) > 1e-6), columns)
def test_equals_scipy_on_the_smoothed_histograms(real, fake):
    p, q = smoothed(real, real), smoothed(fake, real)
    assert kl(real, fake) == pytest.approx([entropy(p, q)], abs=1e-12)
    assert js(real, fake) == pytest.approx([jensenshannon(p, q, base=2) ** 2], abs=1e-12)


def test_js_approaches_one_bit_when_the_histograms_never_meet():
    real, fake = np.array([[0.0], [1.0]] * 50_000), np.full((100_000, 1), 0.5)
    assert js(real, fake) == pytest.approx([1.0], abs=1e-3)
    assert js(real, fake) < 1


def test_a_missed_mode_costs_more_than_an_invented_one():
    # What makes KL(real || fake) the direction to watch for mode collapse.
    one_mode, two_modes = np.array([[0.0]] * 98 + [[10.0]] * 2), np.array([[0.0], [10.0]] * 50)
    missed, invented = kl(two_modes, one_mode), kl(one_mode, two_modes)
    assert missed > invented


def test_the_help_states_the_pseudo_count():
    assert str(PSEUDO_COUNT) in kl.help
    assert str(PSEUDO_COUNT) in js.help
