import numpy as np
import pytest

from gan_core import train
from gan_core.errors import DivergedError
from gan_core.training import Checkpoint, Finished, Progress


def until_it_diverges(config, **options):
    progress = []
    with pytest.raises(DivergedError) as caught:
        for event in train(config, **options):
            assert not isinstance(event, Finished)
            if isinstance(event, Progress):
                progress.append((event, event.checkpoint(), event.generator()))
    return caught.value, progress


@pytest.fixture(scope="module")
def exploding(diverging, engine):
    return diverging.with_values({"training.engine": engine})


@pytest.fixture(scope="module")
def step_by_step(exploding):
    return until_it_diverges(exploding, chunk_seconds=1e-9)


def test_message_names_the_step_and_what_helps(step_by_step):
    error, _ = step_by_step
    assert str(error).startswith(f"diverged at step {error.step:,}: ")
    assert "smaller learning rate" in str(error)


def test_everything_before_that_step_was_yielded(step_by_step):
    error, progress = step_by_step
    losses = np.concatenate([event.losses for event, *_ in progress])
    assert len(losses) == error.step - 1 > 10
    assert np.isfinite(losses).all()


@pytest.mark.parametrize("seconds", [0.01, 0.1, 5.0])
def test_step_and_numbers_do_not_depend_on_the_chunks(exploding, step_by_step, seconds):
    error, progress = until_it_diverges(exploding, chunk_seconds=seconds)
    assert error.step == step_by_step[0].step
    losses = [np.concatenate([e.losses for e, *_ in p]) for p in (progress, step_by_step[1])]
    assert np.array_equal(*losses)


@pytest.mark.parametrize("seconds", [1e-9, 0.1, 5.0])
def test_no_event_hands_out_a_state_beyond_its_steps(exploding, seconds):
    error, progress = until_it_diverges(exploding, chunk_seconds=seconds)
    for event, checkpoint, generator in progress:
        assert checkpoint.step == event.step < error.step
        if event.step < error.step - 1:  # the update of the last good step may well overflow
            assert np.isfinite(generator.rows(5)).all()


def test_the_last_checkpoint_leads_to_the_same_end(exploding):
    error, progress = until_it_diverges(exploding)
    last = Checkpoint.from_bytes(progress[-1][1].to_bytes())
    again, _ = until_it_diverges(exploding, resume=last)
    assert again.step == error.step
