from hashlib import sha256
from math import cos, pi, sin

import numpy as np
import pytest

from gan_core.data import DATA_SOURCES, load_table

TOYS = ("line", "gaussians", "ring", "grid", "spirals", "moons", "circles")
every_toy = pytest.mark.parametrize("name", TOYS)


def rows(name):
    return DATA_SOURCES[name].load()[0]


def distances(name, centres):
    """Of each row to its nearest centre, (n,), and which one that is, (n,)."""
    apart = np.linalg.norm(rows(name)[:, np.newaxis] - np.array(centres), axis=2)
    return apart.min(axis=1), apart.argmin(axis=1)


@every_toy
def test_is_a_thousand_points_in_the_plane_without_classes(name):
    source = DATA_SOURCES[name]
    assert rows(name).shape == (1000, 2)
    assert source.features == ("x", "y")
    assert source.classes == ()
    assert np.array_equal(rows(name), rows(name).round(4))


def test_the_rows_never_change():
    """Recorded runs and links mean these rows; whoever changes them changes what was learnt."""
    content = b"".join(rows(name).astype("<f8").tobytes() for name in TOYS)
    assert sha256(content).hexdigest()[:16] == "7f819e7c3e0b243f"


@pytest.mark.parametrize(
    ("name", "centres", "sigma", "rows_each"),
    [
        ("ring", [(2 * cos(k * pi / 4), 2 * sin(k * pi / 4)) for k in range(8)], 0.02, 125),
        ("grid", [(2 * i, 2 * j) for i in range(-2, 3) for j in range(-2, 3)], 0.05, 40),
        ("gaussians", [(-1, -0.5), (1, 0.5)], 0.2, 500),
    ],
)  # fmt: skip
def test_mixtures_are_as_published(name, centres, sigma, rows_each):
    modes = DATA_SOURCES[name].modes
    assert modes.sigma == sigma
    np.testing.assert_allclose(modes.centres, centres, atol=1e-12)
    apart, nearest = distances(name, centres)
    assert np.bincount(nearest).tolist() == [rows_each] * len(centres)
    # In the plane the squared distance is 2 sigma^2 on average, and 98.9 % lie within 3 sigma.
    assert (apart**2).mean() == pytest.approx(2 * sigma**2, rel=0.1)
    assert (apart <= 3 * sigma).mean() == pytest.approx(1 - np.exp(-4.5), abs=0.01)


def test_only_mixtures_know_their_modes():
    assert {name for name in TOYS if load_table(name, ()).modes} == {"gaussians", "ring", "grid"}


def test_line():
    x, y = rows("line").T
    assert (y - x / 2).std() == pytest.approx(0.03, rel=0.1)
    assert np.histogram(x, 4, (-1, 1))[0].min() > 200


def test_circles_do_not_touch():
    centres = [(0, 1), (-np.sqrt(3) / 2, -0.5), (np.sqrt(3) / 2, -0.5)]
    apart, nearest = distances("circles", centres)
    assert apart.mean() == pytest.approx(0.5, abs=0.01)
    assert apart.max() < 0.6
    assert np.bincount(nearest).min() == 333


def test_spirals_are_each_other_turned_round():
    x, y = rows("spirals").T
    radius, side = np.hypot(x, y), np.where(np.arange(1000) % 2, -1, 1)
    turned = np.angle(np.exp(1j * (np.arctan2(side * y, side * x) - 3 * np.pi * radius)))
    assert np.abs(turned[radius > 0.3]).mean() < 0.2  # the noise, as seen from the centre
    assert radius.max() < 1.1


def test_moons_reach_into_each_other():
    points = rows("moons")
    upper, lower = points[::2], points[1::2]
    assert np.hypot(*upper.T).mean() == pytest.approx(1, abs=0.01)
    assert np.hypot(*(lower - [1, 0.5]).T).mean() == pytest.approx(1, abs=0.01)
    assert upper[:, 1].min() > -0.2
    assert lower[:, 1].max() < 0.7
