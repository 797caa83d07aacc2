import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gan_core.metrics.binning import BINS, bin_counts

# Few distinct values, so that many of them fall exactly on an edge.
tenths = arrays(np.int64, st.tuples(st.integers(2, 30)), elements=st.integers(-20, 20)).map(
    lambda whole: whole / 10
)


@given(tenths.filter(lambda x: np.ptp(x) > 0))
def test_real_counts_are_those_of_numpy(x):
    counts, _ = bin_counts(x[:, None], x[:, None])
    np.testing.assert_array_equal(counts[:, 0], np.histogram(x, bins=10)[0])


@given(tenths.filter(lambda x: np.ptp(x) > 0), tenths)
def test_fake_counts_are_those_of_numpy_after_clipping_to_the_real_range(x, y):
    _, counts = bin_counts(x[:, None], y[:, None])
    span = (x.min(), x.max())
    expected = np.histogram(np.clip(y, *span), bins=10, range=span)[0]
    np.testing.assert_array_equal(counts[:, 0], expected)


def test_features_are_binned_independently():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(40, 3)) * [1, 10, 100], rng.normal(size=(25, 3))
    together = bin_counts(real, fake)
    for j in range(3):
        alone = bin_counts(real[:, [j]], fake[:, [j]])
        for a, b in zip(together, alone, strict=True):
            np.testing.assert_array_equal(a[:, j], b[:, 0])


def test_every_generated_row_is_counted_however_far_off():
    real = np.linspace(0, 1, 11)[:, None]
    _, counts = bin_counts(real, np.array([[-1e9], [-0.1], [1.1], [1e9]]))
    assert counts[:, 0].tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0, 2]


def test_a_constant_feature_shares_a_bin_with_its_rounded_value_only():
    for constant in (0.0, 0.1, -3.7, 1e-6, 1e6):
        real = np.full((5, 1), constant)
        rounded = np.float64(np.float32(constant))
        size = abs(constant) or 1.0
        fake = np.array([[rounded], [constant - 0.2 * size], [constant + 0.2 * size]])
        real_counts, fake_counts = bin_counts(real, fake)
        home = real_counts[:, 0].argmax()
        assert real_counts[home, 0] == 5
        assert 0 < home < BINS - 1
        assert fake_counts[home, 0] == 1
        assert fake_counts.sum() == 3
