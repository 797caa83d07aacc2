import numpy as np
import pytest

from gan_core.data import DATA_SOURCES, Modes
from gan_core.errors import DataError
from gan_core.metrics import METRICS

covered, good = METRICS["modes_covered"], METRICS["high_quality"]
TWO = Modes(np.array([[0.0, 0.0], [10.0, 0.0]]), 1.0)
REAL = np.array([[0.0, 0.0], [10.0, 0.0]] * 2)


@pytest.mark.parametrize(
    ("fake", "share_covered", "share_good"),
    [
        ([[0, 0], [10, 0]], 1, 1),
        ([[0, 3], [10, -3]], 1, 1),  # three deviations still count
        ([[0, 3.001], [10, 0]], 0.5, 0.5),
        ([[2.4, 2.4], [10, 0]], 0.5, 0.5),  # it is the distance, not each feature's
        ([[0, 0], [1, 1], [0, 2], [5, 0]], 0.5, 0.75),
        ([[5, 0], [5, 1]], 0, 0),
        ([[0, 0]] * 99 + [[10, 0]], 1, 1),  # one row is enough
    ],
)
def test_closed_form(fake, share_covered, share_good):
    assert covered(REAL, fake, TWO) == share_covered
    assert good(REAL, fake, TWO) == share_good


@pytest.mark.parametrize(("name", "n_modes"), [("ring", 8), ("grid", 25)])
def test_perfect_collapsed_and_hopeless_generators(name, n_modes):
    rng = np.random.default_rng(1)
    modes, real = DATA_SOURCES[name].modes, DATA_SOURCES[name].load()[0]
    perfect = modes.centres[rng.integers(n_modes, size=2500)]
    perfect = perfect + modes.sigma * rng.normal(size=perfect.shape)
    assert covered(real, perfect, modes) == 1
    # The squared distance over sigma^2 is chi-squared with two degrees of freedom.
    assert good(real, perfect, modes) == pytest.approx(1 - np.exp(-9 / 2), abs=0.01)
    collapsed = np.tile(real[0], (100, 1))
    assert covered(real, collapsed, modes) == 1 / n_modes
    assert good(real, collapsed, modes) == 1
    between = np.full((100, 2), 1.0)
    assert covered(real, between, modes) == good(real, between, modes) == 0


@pytest.mark.parametrize("metric", [covered, good])
def test_without_modes_they_do_not_exist(metric):
    assert not metric.applies(2)
    with pytest.raises(DataError, match="only for tables with known modes"):
        metric(REAL, REAL)
