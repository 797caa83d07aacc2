import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from gan_core.data import ENCODERS, load_table
from gan_core.views.plane import components_plane, pair_plane


def scaled(source):
    table = load_table(source, ())
    return ENCODERS["minmax"].fit(table).transform(table.values)


@pytest.mark.parametrize("source", ["iris", "wine", "breast_cancer"])
def test_components_are_scikit_learns(source):
    real = scaled(source)
    plane, theirs = components_plane(real), PCA(2, svd_solver="full").fit(real)
    np.testing.assert_allclose(plane.axes, theirs.components_, atol=1e-5)
    np.testing.assert_allclose(plane.project(real), theirs.transform(real), atol=1e-5)
    np.testing.assert_allclose(plane.shares, theirs.explained_variance_ratio_, atol=1e-6)


def test_rows_that_are_all_alike_have_a_plane_too():
    plane = components_plane(np.ones((5, 3), np.float32))
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)
    assert plane.shares == (0.0, 0.0)


@pytest.mark.parametrize("others", ["mean", "nearest"])
@pytest.mark.parametrize("kind", ["pair", "components"])
@given(st.integers(0, 2**32 - 1))
def test_what_is_lifted_lies_where_it_was_asked_for(kind, others, seed):
    real = scaled("wine")
    plane = components_plane(real) if kind == "components" else pair_plane(3, 7, real.shape[1])
    at = np.random.default_rng(seed).uniform(-1, 1, (20, 2))
    lifted = plane.lift(at, real, others)
    assert lifted.dtype == np.float32
    np.testing.assert_allclose(plane.project(lifted), at, atol=1e-5)


def test_a_pair_leaves_the_other_features_at_their_mean_or_at_the_nearest_row():
    real = scaled("iris")
    plane = pair_plane(1, 2, 4)
    mean = plane.lift(np.array([[0.3, -0.4]]), real, "mean")
    np.testing.assert_allclose(
        mean[0], [real[:, 0].mean(), 0.3, -0.4, real[:, 3].mean()], atol=1e-6
    )
    at = real[[17, 80], 1:3] + 1e-5  # beside two rows: theirs are the other features
    near = plane.lift(at, real, "nearest")
    for row, place in zip(near, at, strict=True):
        distances = ((real[:, 1:3] - place) ** 2).sum(axis=1)
        np.testing.assert_allclose(row[[0, 3]], real[distances.argmin()][[0, 3]], atol=1e-6)


def test_in_the_components_plane_the_mean_row_is_the_origin():
    real = scaled("wine")
    lifted = components_plane(real).lift(np.zeros((1, 2)), real, "mean")
    np.testing.assert_allclose(lifted[0], real.mean(axis=0), atol=1e-6)


def test_with_two_features_a_pair_is_the_whole_space():
    real = scaled("iris")[:, :2]
    for others in ("mean", "nearest"):
        at = np.array([[0.5, -1.0], [0.0, 0.25]])
        np.testing.assert_allclose(pair_plane(0, 1, 2).lift(at, real, others), at, atol=1e-7)
