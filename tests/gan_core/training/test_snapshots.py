import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core import train
from gan_core.training import Checkpoint, Finished, Progress, Started
from gan_core.training.snapshots import MOST, snapshot_steps


@given(st.integers(1, 10_000_000), st.integers(2, MOST))
def test_a_film_has_the_first_and_the_last_moment_and_not_too_many(total, most):
    steps = snapshot_steps(total, most)
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, total)
    assert min(total + 1, most // 2) <= len(steps) <= most


@given(st.integers(10_000, 10_000_000))
def test_a_film_is_dense_early_and_then_even(total):
    steps = np.array(snapshot_steps(total))
    assert len(steps) > 0.9 * MOST
    assert (steps <= total / 8).mean() > 0.25
    late = np.diff(steps[steps > total / 8])
    assert late.max() - late.min() <= 2


def test_a_training_has_an_event_at_every_stop_and_the_same_numbers(configured, engine):
    config = configured({"training.engine": engine}, epochs=40)
    stops = snapshot_steps(80, 12)
    events = list(train(config, stops=stops))
    *_, plain = train(config)
    reached = {event.step for event in events if isinstance(event, Progress)}
    assert reached >= set(stops) - {0}
    assert events[-1].history.equals(plain.history)


def test_the_beginning_can_be_kept(configured, engine):
    config = configured({"training.engine": engine}, epochs=3)
    for event in train(config):
        if isinstance(event, Started):
            start = event.checkpoint()
            assert start.step == 0
        elif isinstance(event, Finished):
            *_, again = train(config, resume=Checkpoint.from_bytes(start.to_bytes()))
            assert again.history.equals(event.history)


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_the_players_of_a_checkpoint_are_what_results_take(configured, ema):
    from safetensors.numpy import load

    *_, end = train(configured({"training.ema_decay": ema}, epochs=3))
    found = load(end.checkpoint.players())
    weights = end.checkpoint.generator_weights()
    assert all(np.array_equal(found[f"generator.{k}"], v) for k, v in weights.items())
    discriminator = end.checkpoint.part("discriminator")
    assert all(np.array_equal(found[f"discriminator.{k}"], v) for k, v in discriminator.items())
    assert len(found) == len(weights) + len(discriminator)
