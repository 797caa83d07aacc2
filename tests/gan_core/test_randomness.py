import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.randomness import Stream, stream

seeds = st.integers(0, 2**32 - 1)
names = st.sampled_from(Stream)
indices = st.integers(0, 50)


def test_numbers_of_the_streams_never_change():
    assert {s.name: int(s) for s in Stream} == {
        "INIT": 0,
        "ORDER": 1,
        "NOISE": 2,
        "EVALUATION": 3,
        "PENALTY": 4,
        "INPUT_NOISE": 5,
        "TOYS": 6,
        "DROPOUT": 7,
    }


@given(seeds, names)
def test_stream_is_a_spawned_child_of_the_seed(seed, name):
    child = np.random.SeedSequence(seed).spawn(max(Stream) + 1)[name]
    expected = np.random.Generator(np.random.SFC64(child)).integers(0, 2**63, 8)
    assert np.array_equal(stream(seed, name).integers(0, 2**63, 8), expected)


@given(seeds, names, indices)
def test_indexed_stream_is_a_grandchild(seed, name, index):
    child = np.random.SeedSequence(seed).spawn(max(Stream) + 1)[name].spawn(index + 1)[index]
    expected = np.random.Generator(np.random.SFC64(child)).integers(0, 2**63, 8)
    assert np.array_equal(stream(seed, name, index).integers(0, 2**63, 8), expected)


@given(seeds, names, indices)
def test_pure_function_of_its_arguments(seed, name, index):
    first = stream(seed, name, index)
    first.standard_normal(17)  # what one caller draws is nothing to the next
    stream(seed, name, index + 1).standard_normal(3)
    again, fresh = stream(seed, name, index), stream(seed, name, index)
    assert np.array_equal(again.standard_normal(9), fresh.standard_normal(9))


@given(seeds)
def test_different_streams_draw_different_numbers(seed):
    keys = [(name, *index) for name in Stream for index in [(), (0,), (1,), (0, 0)]]
    drawn = [stream(seed, *key).integers(0, 2**63, 4).tolist() for key in keys]
    drawn.append(stream((seed + 1) % 2**32, Stream.INIT).integers(0, 2**63, 4).tolist())
    assert len({tuple(numbers) for numbers in drawn}) == len(drawn)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((0, Stream.ORDER), (0, Stream.NOISE)),
        ((0, Stream.NOISE, 0), (0, Stream.NOISE, 1)),
        ((0, Stream.NOISE), (1, Stream.NOISE)),
        ((1, Stream.INIT), (0, Stream.ORDER)),
    ],
)
def test_streams_are_uncorrelated(one, other):
    n = 100_000
    x, y = stream(*one).standard_normal(n), stream(*other).standard_normal(n)
    assert abs(np.corrcoef(x, y)[0, 1]) < 5 / np.sqrt(n)


def test_nothing_global_is_touched():
    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - the global generator itself
    stream(0, Stream.NOISE).standard_normal(100)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
