import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from gan_core import ExperimentConfig
from gan_core.training.draws import BatchOrder, InputNoise, Noise, input_noise_of, noise_of

seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(1, 300), st.integers(1, 400), st.integers(0, 2000))
def test_every_epoch_is_a_permutation_of_the_rows(seed, n_rows, batch_size, epoch):
    order = BatchOrder(seed, n_rows, batch_size)
    assert sorted(order.epoch(epoch)) == list(range(n_rows))
    assert order.steps_per_epoch == int(np.ceil(n_rows / batch_size))


@given(seeds, st.lists(st.integers(0, 1200), min_size=1, max_size=6))
def test_order_of_an_epoch_does_not_depend_on_what_was_asked_before(seed, epochs):
    order = BatchOrder(seed, 50, 32)
    for epoch in epochs:
        assert np.array_equal(order.epoch(epoch), BatchOrder(seed, 50, 32).epoch(epoch))


def test_order_does_not_depend_on_the_batch_size():
    assert np.array_equal(BatchOrder(3, 50, 32).epoch(7), BatchOrder(3, 50, 5).epoch(7))


def test_epochs_and_seeds_have_different_orders():
    orders = [BatchOrder(seed, 50, 32).epoch(epoch) for seed in (0, 1) for epoch in range(400)]
    assert len({tuple(order) for order in orders}) == 800


def test_every_row_comes_first_equally_often():
    order = BatchOrder(0, 10, 5)
    counts = np.bincount([order.epoch(epoch)[0] for epoch in range(5000)], minlength=10)
    assert (np.abs(counts - 500) < 5 * np.sqrt(500)).all()


def test_tables_larger_than_a_block_work():
    order = BatchOrder(0, 40_000, 512)
    first, second = order.epoch(0).copy(), order.epoch(1).copy()
    assert len(set(first)) == len(set(second)) == 40_000
    assert (first != second).any()


@given(seeds, st.integers(1, 64), st.integers(1, 64), st.integers(1, 5), st.integers(0, 40))
def test_a_block_of_noise_is_a_pure_function_of_the_seed_and_its_number(
    seed, batch, dim, n_critic, block
):
    noise, on_inputs = Noise(seed, batch, dim, n_critic), InputNoise(seed, batch, dim, n_critic)
    steps = noise.steps_per_block
    for draw, shape in (
        (noise.block, (steps, n_critic + 1, batch, dim)),
        (noise.mixing_block, (steps, n_critic, batch)),
        (on_inputs.block, (on_inputs.steps_per_block, n_critic + 1, 2, batch, dim)),
    ):
        drawn = draw(block)
        assert drawn.shape == shape
        assert drawn.dtype == np.float32
        draw(block + 1)
        assert np.array_equal(draw(block), drawn)
        assert not np.array_equal(draw(block + 1), drawn)


def test_mixing_weights_are_uniform():
    drawn = Noise(0, 32, 10).mixing_block(0)
    assert kstest(drawn.ravel(), "uniform").pvalue > 0.01
    assert 0 <= drawn.min() < drawn.max() < 1


def test_noise_of_an_experiment():
    config = ExperimentConfig().with_values(
        {"seed": 3, "training.batch_size": 7, "generator.latent_dim": 2, "training.n_critic": 5}
    )
    assert noise_of(config, 50) == Noise(3, 7, 2, 5)
    assert noise_of(config, 4) == Noise(3, 4, 2, 5)  # no batch is larger than the table
    assert input_noise_of(config, 50, 6) == InputNoise(3, 7, 6, 5)
    assert input_noise_of(config, 4, 6) == InputNoise(3, 4, 6, 5)


def test_noise_on_inputs_is_normal_and_none_of_it_is_another():
    on_inputs = InputNoise(0, 32, 4)
    drawn = np.stack([on_inputs.block(i) for i in range(8)])
    assert kstest(drawn.ravel(), "norm").pvalue > 0.001
    assert len(np.unique(drawn)) > 0.95 * drawn.size  # float32 has few numbers near 0


def test_noise_is_standard_normal_and_fresh_for_the_generators_step():
    drawn = Noise(0, 32, 10).block(0)
    assert kstest(drawn.ravel(), "norm").pvalue > 0.01
    assert len(np.unique(drawn)) > 0.99 * drawn.size
    z_d, z_g = drawn[:, 0].ravel(), drawn[:, 1].ravel()
    assert abs(np.corrcoef(z_d, z_g)[0, 1]) < 5 / np.sqrt(z_d.size)


@pytest.mark.parametrize(("batch_size", "latent_dim"), [(1, 1), (32, 10), (65_536, 2)])
def test_blocks_are_of_bounded_size(batch_size, latent_dim):
    for noise, passes in ((Noise, 2), (InputNoise, 4)):
        steps = noise(0, batch_size, latent_dim).steps_per_block
        numbers_per_step = passes * batch_size * latent_dim
        assert steps >= 1
        assert steps * numbers_per_step <= max(2**18, numbers_per_step)
