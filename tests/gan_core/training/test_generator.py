from dataclasses import replace

import numpy as np
import pytest

from gan_core import train
from gan_core.errors import CheckpointError, DataError
from gan_core.problem import resolve
from gan_core.randomness import Stream, stream
from gan_core.training import TrainedGenerator
from gan_core.training.generator import MAX_SAMPLE_ROWS


@pytest.fixture(scope="module")
def generator(configured):
    features = ["petal width (cm)", "sepal length (cm)", "petal length (cm)"]
    *_, end = train(configured({"data.features": features, "seed": 4}, epochs=20))
    return end.generator


def test_columns_are_the_features_in_their_order(generator):
    frame = generator.sample(5)
    assert list(frame) == ["petal width (cm)", "sepal length (cm)", "petal length (cm)"]
    assert frame.shape == (5, 3)
    assert np.array_equal(frame.to_numpy(), generator.rows(5))


def test_rows_are_different_numbers_inside_the_real_range(generator):
    generator = replace(generator, decimals=())
    rows, real = generator.rows(5000), resolve(generator.config).table.values
    assert rows.dtype == np.float64
    assert np.isfinite(rows).all()
    assert (rows >= real.min(axis=0) - 1e-12).all()
    assert (rows <= real.max(axis=0) + 1e-12).all()
    assert len(np.unique(rows, axis=0)) > 4900


def test_rows_are_what_the_network_makes_of_noise(generator):
    import torch

    from gan_core.networks.running import build

    layers = resolve(generator.config).generator
    z = stream(9, Stream.EVALUATION).standard_normal((40, 10), dtype=np.float32)
    with torch.no_grad():
        scaled = build(layers, generator.weights, torch.device("cpu"))(torch.from_numpy(z)).numpy()
    expected = generator.encoder.inverse(scaled)
    rows = replace(generator, decimals=()).rows(40, seed=9)
    np.testing.assert_allclose(rows, expected, rtol=1e-5)


def test_rows_have_as_many_decimals_as_the_real_ones(generator):
    """Else every score that compares bins or jumps took the rounding for a difference."""
    assert generator.decimals == (1, 1, 1)
    exact = replace(generator, decimals=()).rows(99)
    assert np.array_equal(generator.rows(99), np.round(exact, 1))
    mixed = replace(generator, decimals=(0, None, 2)).sample(99).to_numpy()
    expected = [np.round(exact[:, 0]), exact[:, 1], np.round(exact[:, 2], 2)]
    assert np.array_equal(mixed, np.column_stack(expected))
    again = TrainedGenerator.from_bytes(replace(generator, decimals=(0, None, 2)).to_bytes())
    assert again.decimals == (0, None, 2)


def test_without_a_seed_always_the_same_rows_those_of_the_runs_seed(generator):
    assert np.array_equal(generator.rows(50), generator.rows(50))
    assert np.array_equal(generator.rows(50), generator.rows(50, seed=4))
    assert not np.array_equal(generator.rows(50), generator.rows(50, seed=5))


def test_large_samples_begin_like_small_ones(generator):
    generator = replace(generator, decimals=())
    many = generator.rows(40_000)  # several blocks
    assert many.shape == (40_000, 3)
    np.testing.assert_allclose(many[:50], generator.rows(50), rtol=1e-5)
    assert len(np.unique(many, axis=0)) > 39_000


@pytest.mark.parametrize("n", [0, -1, MAX_SAMPLE_ROWS + 1])
def test_senseless_numbers_of_rows_are_refused(generator, n):
    with pytest.raises(DataError, match=f"1 to 1,000,000 rows. Got {n:,} instead"):
        generator.rows(n)


def test_bytes_round_trip(generator):
    again = TrainedGenerator.from_bytes(generator.to_bytes())
    assert again.config == generator.config
    assert again.features == generator.features
    assert again.encoder.to_dict() == generator.encoder.to_dict()
    assert again.sample(100, seed=3).equals(generator.sample(100, seed=3))


def test_it_needs_no_data_set(generator):
    """Its own may be gone, or never have been on this machine."""
    data = generator.to_bytes().replace(b"iris", b"gone")
    assert np.array_equal(TrainedGenerator.from_bytes(data).rows(9), generator.rows(9))


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: b"",
        lambda good: good[:7],
        lambda good: good[:-10],
        lambda good: b"PK\x03\x04" + good,
        lambda good: good.replace(b"high", b"hihg"),
        lambda good: good.replace(b"relu", b"rely"),
    ],
    ids=["empty", "short", "cut off", "other file", "a fact is missing", "no such activation"],
)
def test_damaged_bytes_are_refused(generator, damage):
    with pytest.raises(CheckpointError, match="not a generator saved by GAN Forge"):
        TrainedGenerator.from_bytes(damage(generator.to_bytes()))


def test_a_checkpoint_is_no_generator(configured):
    *_, end = train(configured(epochs=1))
    with pytest.raises(CheckpointError, match="not a generator saved by GAN Forge"):
        TrainedGenerator.from_bytes(end.checkpoint.to_bytes())


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused(generator, seed):
    with pytest.raises(DataError, match=r"seed must be from 0 to 4,294,967,295. Got"):
        generator.rows(3, seed)
