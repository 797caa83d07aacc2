import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.store.levels import (
    MOST,
    Levels,
    bucket_length,
    bucket_type,
    joined,
    points,
    summarised,
)


def rows_of(n, seed=0, columns=3):
    rows = np.random.default_rng(seed).normal(size=(n, columns)).astype(np.float32)
    rows[:: max(1, n // 5), -1] = np.nan  # a column that some steps do not have
    return rows


@pytest.mark.parametrize(
    ("n", "length"), [(1, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 4), (200_000_000, 2**18)]
)
def test_buckets_are_the_shortest_power_of_two_that_is_enough(n, length):
    assert bucket_length(n) == length
    assert -(-n // length) <= MOST


@given(
    st.lists(st.integers(0, 700), min_size=1, max_size=12),
    st.integers(0, 1000),
    st.integers(0, 2**32 - 1),
)
def test_it_does_not_matter_in_which_portions_a_history_came(sizes, origin, seed):
    rows = rows_of(sum(sizes), seed)
    levels, done = Levels(origin, 3), 0
    for size in sizes:
        levels.add(rows[done : done + size])
        done += size
    assert levels.last_step == origin + done
    assert len(levels.buckets) <= MOST
    if done:
        at_once = summarised(origin + 1, rows, origin, levels.length)
        for name in ("n", "steps", "rows"):
            assert np.array_equal(levels.buckets[name], at_once[name], equal_nan=name == "rows")
        np.testing.assert_allclose(levels.buckets["sums"], at_once["sums"])


@given(st.integers(1, 500), st.sampled_from([1, 2, 8, 64, 1024]), st.integers(0, 99))
def test_every_extreme_is_kept_at_its_own_step(n, length, origin):
    rows = rows_of(n)
    buckets = summarised(origin + 1, rows, origin, length)
    assert len(buckets) == -(-n // length)
    steps, kept = points(buckets)
    assert (np.diff(steps) > 0).all()
    assert np.array_equal(kept, rows[steps - origin - 1], equal_nan=True)
    for begin in range(0, n, length):
        part = rows[begin : begin + length]
        mine = kept[(steps > origin + begin) & (steps <= origin + begin + length)]
        for column, found in zip(part.T, mine.T, strict=True):
            if not np.isnan(column).all():
                assert (np.nanmin(found), np.nanmax(found)) == (
                    np.nanmin(column),
                    np.nanmax(column),
                )


@pytest.mark.parametrize("times", [1, 2, 4, 1024])
def test_joined_buckets_are_those_of_the_longer_length(times):
    rows = rows_of(1003)
    found = joined(summarised(1, rows, 0, 4), times)
    expected = summarised(1, rows, 0, 4 * times)
    assert np.array_equal(found["n"], expected["n"])
    assert np.array_equal(found["rows"], expected["rows"], equal_nan=True)


def test_what_is_cut_off_and_done_again_leaves_no_trace():
    rows = rows_of(20_000)
    whole, other = Levels(0, 3), Levels(0, 3)
    for levels in (whole, other):
        levels.add(rows)
    other.cut(17_003)
    assert other.last_step == 17_003 // other.length * other.length
    other.add(rows[other.last_step :])
    assert other.buckets.tobytes() == whole.buckets.tobytes()


def test_one_write_is_small_and_a_whole_history_a_few_hundred_kilobytes():
    levels, stored = Levels(0, 4), {}
    rows = rows_of(200, columns=4)
    for _ in range(300):
        levels.add(rows)
        if levels.is_unwritten:
            stored.clear()
        pages = dict(levels.pages())
        if stored and levels.length > 8:
            assert sum(map(len, pages.values())) < 10_000
        stored.update(pages)
    data = b"".join(stored[index] for index in sorted(stored))
    assert data == levels.buckets.tobytes()
    assert 100_000 < len(data) <= MOST * bucket_type(4).itemsize < 250_000
