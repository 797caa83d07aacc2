import numpy as np
import pytest
import torch

from gan_core import ExperimentConfig, train
from gan_core.errors import ConfigError
from gan_core.problem import resolve
from gan_core.training import Finished, Progress, Started
from gan_core.training.devices import device_name, resolve_device


def assert_same_numbers(one, other):
    """Equal to the last bit: losses, weights and optimiser states."""
    assert one.history.equals(other.history)
    assert one.checkpoint.tensors.keys() == other.checkpoint.tensors.keys()
    for name, array in one.checkpoint.tensors.items():
        assert array.dtype == (np.int64 if name.endswith(".updates") else np.float32)
        assert np.array_equal(array, other.checkpoint.tensors[name]), name


@pytest.fixture(scope="module")
def config(configured):
    return configured(epochs=60)


@pytest.fixture(scope="module")
def events(config):
    return list(train(config))


@pytest.fixture(scope="module")
def finished(events):
    return events[-1]


def test_events_come_in_order(events):
    kinds = [type(event) for event in events]
    assert kinds == [Started, *[Progress] * (len(events) - 2), Finished]
    assert len(events) > 3


def test_started_tells_what_is_about_to_come(events, config):
    assert events[0] == Started(config, "cpu", "torch", 50, 0, 120, 2, events[0].checkpoint)


def test_progress_is_without_gaps(events, finished):
    progress = events[1:-1]
    step = 0
    for event in progress:
        assert event.first_step == step + 1
        step = event.step
        assert event.epoch == (step + 1) // 2
        assert event.losses.dtype == np.float32
    assert step == 120
    losses = np.concatenate([event.losses for event in progress])
    columns = finished.history[["d_loss", "g_loss", "d_real", "d_fake"]]
    assert np.array_equal(columns.to_numpy(), losses)


def test_history_has_a_row_for_every_step(finished):
    history = finished.history
    assert list(history) == ["step", "epoch", "d_loss", "g_loss", "d_real", "d_fake"]
    assert history["step"].tolist() == list(range(1, 121))
    assert history["epoch"].tolist() == [epoch for epoch in range(1, 61) for _ in range(2)]
    assert np.isfinite(history.to_numpy()).all()
    assert history[["d_real", "d_fake"]].to_numpy().min() > 0
    assert history[["d_real", "d_fake"]].to_numpy().max() < 1


def test_starts_near_the_equilibrium_of_an_undecided_discriminator(finished):
    assert finished.history["d_loss"][0] == pytest.approx(2 * np.log(2), abs=0.2)
    assert finished.history["g_loss"][0] == pytest.approx(np.log(2), abs=0.2)


def test_public_names():
    import gan_core

    assert gan_core.train is train
    assert gan_core.ExperimentConfig is ExperimentConfig
    with pytest.raises(AttributeError, match="no attribute 'tran'"):
        gan_core.tran  # noqa: B018 - the access is the test


def test_same_seed_gives_the_same_numbers_to_the_last_bit(config, finished):
    *_, again = train(config)
    assert_same_numbers(again, finished)


@pytest.mark.parametrize("seconds", [1e-9, 0.003, 10.0])
def test_numbers_do_not_depend_on_when_events_are_yielded(config, finished, seconds):
    *progress, again = list(train(config, chunk_seconds=seconds))[1:]
    assert_same_numbers(again, finished)
    if seconds == 1e-9:
        assert [event.step for event in progress] == list(range(1, 121))


def test_numbers_do_not_depend_on_how_many_threads_pytorch_has(configured):
    wide = configured({"discriminator.hidden_dims": [512, 512]}, epochs=4)
    before = torch.get_num_threads()
    try:
        ends = []
        for n_threads in (1, 2):
            torch.set_num_threads(n_threads)
            *_, end = train(wide)
            ends.append(end)
            assert torch.get_num_threads() == n_threads
    finally:
        torch.set_num_threads(before)
    assert_same_numbers(*ends)


def test_another_seed_gives_other_numbers(configured, finished):
    *_, other = train(configured({"seed": 1}, epochs=60))
    same = other.history["d_loss"].to_numpy() == finished.history["d_loss"].to_numpy()
    assert same.mean() < 0.1


def test_more_epochs_begin_with_the_same_numbers(configured, finished):
    *_, longer = train(configured(epochs=70))
    assert longer.history.iloc[:120].equals(finished.history)
    assert len(longer.history) == 140


def test_no_global_generator_is_touched(configured):
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    list(train(configured(epochs=2)))
    assert torch.equal(torch.get_rng_state(), torch_before)
    assert np.array_equal(np.random.get_state()[1], numpy_before[1])  # noqa: NPY002


def test_what_an_event_gives_is_of_its_moment_and_stays_so(config):
    kept = []
    for event in train(config, chunk_seconds=1e-9):
        if isinstance(event, Progress) and event.step in (1, 30):
            checkpoint, generator = event.checkpoint(), event.generator()
            copies = {name: array.copy() for name, array in checkpoint.tensors.items()}
            kept.append((event.step, checkpoint, copies, generator, generator.rows(5)))
    assert len(kept) == 2
    for step, checkpoint, copies, generator, rows in kept:
        assert checkpoint.step == step
        assert checkpoint.config == config
        for name, array in copies.items():
            assert np.array_equal(checkpoint.tensors[name], array)
        assert np.array_equal(generator.rows(5), rows)
    assert not np.array_equal(kept[0][4], kept[1][4])


def test_finished_generator_is_that_of_the_checkpoint(finished):
    weights = finished.checkpoint.part("generator")
    assert weights.keys() == finished.generator.weights.keys()
    for name, array in weights.items():
        assert np.array_equal(array, finished.generator.weights[name])
    assert finished.sample(7).equals(finished.generator.sample(7))


def test_a_history_that_is_not_wanted_is_not_kept(configured):
    """Fault 1: the parts of a run of 200 million steps are 3 GB."""
    parts = train(configured(epochs=60), chunk_seconds=1e-9, keep_history=False)
    losses = [part.losses for part in parts if isinstance(part, Progress)]
    *_, end = train(configured(epochs=60), keep_history=False)
    assert sum(map(len, losses)) == 120
    assert end.losses.shape == (0, 4)
    assert list(end.history.columns) == ["step", "epoch", "d_loss", "g_loss", "d_real", "d_fake"]


def test_stopping_to_iterate_is_enough_to_stop(configured):
    steps = 0
    for event in train(configured(epochs=1_000_000)):
        if isinstance(event, Progress):
            steps = event.step
            break
    assert steps == 1


@pytest.mark.parametrize(("batch_size", "per_epoch"), [(50, 1), (64, 1), (65_536, 1), (1, 50)])
def test_any_batch_size_trains(configured, batch_size, per_epoch):
    config = configured({"generator.latent_dim": 2}, epochs=1, batch_size=batch_size)
    started, *_, end = train(config)
    assert started.steps_per_epoch == per_epoch
    assert len(end.history) == per_epoch


def test_batches_larger_than_the_table_are_the_table(configured):
    *_, whole = train(configured(epochs=5, batch_size=50))
    assert len(whole.history) == 5
    *_, larger = train(configured(epochs=5, batch_size=64))
    assert len(larger.history) == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"generator.hidden_dims": [], "discriminator.hidden_dims": []},
        {"data.source": "wine", "data.classes": [], "discriminator.slope": 0},
        {"data.source": "breast_cancer", "data.classes": ["malignant"], "seed": 2**32 - 1},
        {"data.features": ["petal width (cm)", "sepal width (cm)"], "generator.latent_dim": 1},
    ],
)
def test_other_settings_train(configured, changes):
    config = configured(changes, epochs=2)
    *_, end = train(config)
    assert len(end.history) == 2 * resolve(config).steps_per_epoch
    assert list(end.sample(3)) == list(resolve(config).features)


def test_auto_is_cuda_where_there_is_one_else_the_cpu():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert resolve_device("auto").type == expected
    assert resolve_device("cpu").type == "cpu"
    assert device_name(torch.device("cpu")) == "CPU"


@pytest.mark.skipif(torch.cuda.is_available(), reason="CUDA is there")
def test_cuda_where_there_is_none_is_told():
    config = ExperimentConfig().with_values({"training.device": "cuda"})
    with pytest.raises(
        ConfigError, match=r"no CUDA GPU on this machine.*'cpu' or 'auto'"
    ) as caught:
        next(train(config))
    assert caught.value.path == "training.device"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_cuda_gives_nearly_the_numbers_of_the_cpu_and_resumes(configured):
    *_, on_cpu = train(configured(epochs=25))
    moments = list(train(configured(epochs=25, device="cuda"), chunk_seconds=1e-9))
    started, on_cuda = moments[0], moments[-1]
    assert started.device == "cuda"
    np.testing.assert_allclose(
        on_cuda.history.to_numpy(), on_cpu.history.to_numpy(), rtol=1e-3, atol=1e-5
    )
    for event in train(configured(epochs=25, device="cuda"), chunk_seconds=1e-9):
        if isinstance(event, Progress) and event.step == 21:
            cut = event.checkpoint()
            break
    *_, resumed = train(configured(epochs=25, device="cuda"), resume=cut)
    np.testing.assert_allclose(
        resumed.history.to_numpy(), on_cuda.history.to_numpy()[21:], rtol=1e-3, atol=1e-5
    )
