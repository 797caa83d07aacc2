"""A config resolves to its rows and players once, and only when somebody asks."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest

from gan_core import ExperimentConfig, train
from gan_core.config.links import from_query, to_query
from gan_core.data import DATA_SOURCES, ENCODERS, Source, Table
from gan_core.errors import CheckpointError, ConfigError
from gan_core.jobs.training import Training
from gan_core.networks.activations import Tanh
from gan_core.problem import MOST_BYTES, Problem, Rows, _Kept, resolve
from gan_core.scoring import score
from gan_core.training import Checkpoint, TrainedGenerator
from gan_core.training.choice import NOT_COMPILED, EngineChoice, choose_engine
from tests.gan_core.mixed_encoder import Mixed

TUTORIAL = ExperimentConfig()


@dataclass(frozen=True)
class CountingSource(Source):
    """Counts how often its rows are asked for."""

    asked: list = field(default_factory=list, compare=False)

    def load(self):
        self.asked.append(1)
        return super().load()


@pytest.fixture
def counting(monkeypatch):
    """A new data set named "counting", as one that is imported would be."""

    def read():
        return np.random.default_rng(0).uniform(-3, 5, (40, 3)), np.zeros(40, dtype=int)

    source = CountingSource("Counting", "Rows.", "Nobody", (), ("a", "b", "c"), read)
    monkeypatch.setitem(DATA_SOURCES._members, "counting", source)
    return source


COUNTING = {"data.source": "counting", "data.classes": (), "training.device": "cpu"}


def test_parsing_a_config_reads_no_rows(counting):
    config = TUTORIAL.with_values(COUNTING)
    assert ExperimentConfig.from_json(config.to_json()) == config
    assert from_query(to_query(config)).config == config
    assert config.with_edit(5, {"optimizer.lr_g": 0.1}).at(7).optimizer.lr_g == 0.1
    assert not counting.asked


def test_an_attempt_reads_the_rows_once(counting, begun, store):
    """From taking up the run to its scores, with an edit on the way."""
    config = TUTORIAL.with_values({**COUNTING, "training.epochs": 40})
    attempt = begun(config.with_edit(20, {"optimizer.lr_g": 0.001}))
    assert len(counting.asked) == 1  # to be queued
    Training(attempt.config()).work(attempt)
    run = store.get(attempt.run_id)
    assert (run.status, run.scores is not None) == ("finished", True)
    assert len(counting.asked) == 1


def test_a_training_in_a_notebook_reads_them_once(counting):
    *_, end = train(TUTORIAL.with_values({**COUNTING, "training.epochs": 2}))
    score(end.generator)
    assert len(counting.asked) == 1


def test_equal_configs_have_one_problem_and_equal_data_one_copy_of_the_rows():
    problem = resolve(TUTORIAL)
    assert resolve(ExperimentConfig()) is problem
    other = resolve(TUTORIAL.with_values({"seed": 7}))
    assert other is not problem
    assert other.rows is problem.rows
    assert resolve(TUTORIAL.with_values({"data.encoder": "standard"})).rows is not problem.rows


def test_many_threads_get_the_same_problem(counting):
    config = TUTORIAL.with_values(COUNTING)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(resolve, [config] * 64))
    assert len(found) == 1


def test_a_data_set_that_is_replaced_is_read_anew(counting, monkeypatch):
    config = TUTORIAL.with_values(COUNTING)
    before = resolve(config)
    values = before.table.values + 1.0
    newer = CountingSource(
        "Newer", "", "", (), ("a", "b", "c"), lambda: (values.copy(), np.zeros(40, dtype=int))
    )
    monkeypatch.setitem(DATA_SOURCES._members, "counting", newer)
    assert np.array_equal(resolve(config).table.values, values)


def test_what_is_kept_is_bounded_by_the_bytes_of_its_rows():
    per_table = resolve(TUTORIAL.with_values({"data.source": "ring", "data.classes": ()}))
    most = 3 * per_table.rows.n_bytes
    kept = _Kept(most)
    for seed in range(40):
        for source in ("ring", "grid", "line", "gaussians"):
            values = {"data.source": source, "data.classes": (), "seed": seed}
            kept.problem(TUTORIAL.with_values(values))
            assert kept.n_bytes() <= most
    assert MOST_BYTES <= 2**26


def test_rows_larger_than_all_room_are_kept_alone():
    kept = _Kept(1)
    problem = kept.problem(TUTORIAL)
    assert kept.problem(ExperimentConfig()) is problem


def test_the_rows_that_all_share_cannot_be_written_to():
    problem = resolve(TUTORIAL)
    for shared in (problem.table.values, problem.table.labels, problem.x_real):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = 0


def test_settings_in_force():
    config = TUTORIAL.with_edit(10, {"optimizer.lr_g": 0.5})
    problem = resolve(config)
    assert problem.at(9).config == config.at(9)
    assert problem.at(10).config.optimizer.lr_g == 0.5
    assert problem.at(10).rows is problem.rows


WRONG = {
    "data set": (
        {"source": "titanic"},
        "data.source",
        "data.source must be one of iris, wine, breast_cancer, line, ",
        ", drawing. Got 'titanic' instead.",
    ),
    "class": (
        {"classes": ["rose"]},
        "data",
        "Iris has no class named 'rose'",
        "setosa, versicolor, virginica",
    ),
    "class of another set": (
        {"source": "wine"},
        "data",
        "Wine has no class named 'setosa'",
        "class_0, class_1, class_2",
    ),
    "feature": (
        {"features": ["hue", "ash"]},
        "data",
        "Iris has no feature named 'hue'",
        "petal width (cm)",
    ),
    "one feature": (
        {"features": ["petal width (cm)"]},
        "data",
        "at least two features",
        "'petal width (cm)'",
    ),
    "very long": ({"source": "x" * 10_000}, "data.source", "xxx..."),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_the_data_set_has_not_is_named_with_what_it_has(case):
    values, path, *fragments = WRONG[case]
    config = ExperimentConfig.from_dict({"data": values})
    with pytest.raises(ConfigError) as caught:
        resolve(config)
    message = str(caught.value)
    assert caught.value.path == path
    assert all(fragment in message for fragment in fragments), message
    assert len(message) < 1000


@pytest.mark.parametrize(
    ("name", "engine"),
    [*((name, engine) for name in ENCODERS for engine in ("torch", "fast")), ("mixed", "auto")],
)
def test_every_encoder_trains_resumes_to_the_bit_and_draws(name, engine, monkeypatch):
    if name == "mixed":
        monkeypatch.setitem(ENCODERS._members, "mixed", Mixed)
    values = {"data.encoder": name, "training.engine": engine, "training.epochs": 30}
    config = TUTORIAL.with_values({**values, "training.device": "cpu"})
    events = train(config, stops=(20,), chunk_seconds=0.0)
    middle = next(e.checkpoint() for e in events if getattr(e, "step", 0) == 20)
    *_, whole = events
    middle = Checkpoint.from_bytes(middle.to_bytes())
    assert middle.encoder.to_dict() == resolve(config).encoder.to_dict()
    *_, resumed = train(config, resume=middle)
    for key, tensor in whole.checkpoint.tensors.items():
        assert np.array_equal(resumed.checkpoint.tensors[key], tensor), key
    generator = TrainedGenerator.from_bytes(whole.generator.to_bytes())
    assert np.array_equal(generator.rows(50), whole.generator.rows(50))
    assert score(generator).scores


def test_without_bounds_g_ends_in_nothing_and_may_leave_the_real_range():
    config = TUTORIAL.with_values({"data.encoder": "standard", "training.epochs": 1})
    assert Tanh() not in resolve(config).generator.children
    *_, end = train(config)
    weights = {k: v * 20 for k, v in end.generator.weights.items()}
    rows = TrainedGenerator(config, weights, end.generator.encoder, end.generator.features).rows(99)
    assert rows.max() > 2 * resolve(config).table.values.max()


def test_the_fast_engine_says_what_it_has_not(monkeypatch):
    monkeypatch.setitem(ENCODERS._members, "mixed", Mixed)
    problem = resolve(TUTORIAL.with_values({"data.encoder": "mixed"}))
    assert problem.columns[2:] == (
        "petal length (cm) 1",
        "petal length (cm) 2",
        problem.features[3],
    )
    assert choose_engine(problem) == EngineChoice("torch", NOT_COMPILED, {"names": "Head"})
    with pytest.raises(ConfigError, match="does not have Head"):
        choose_engine(resolve(problem.config.with_values({"training.engine": "fast"})))


def test_a_fork_keeps_its_encoder(configured):
    *_, end = train(configured(epochs=1))
    with pytest.raises(ConfigError, match=r"minmax\. Got standard instead") as caught:
        end.checkpoint.forked(configured({"data.encoder": "standard"}, epochs=2))
    assert caught.value.path == "data.encoder"


def test_a_checkpoint_of_rows_that_have_changed_is_refused(counting, monkeypatch):
    config = TUTORIAL.with_values({**COUNTING, "training.epochs": 2})
    *_, end = train(config)
    problem = resolve(config)
    other = Table("Counting", problem.features, problem.table.values * 2, problem.table.labels)
    with pytest.raises(CheckpointError, match="rows of Counting are no longer those"):
        end.checkpoint.check_fits(Problem.of(config, Rows.of(other, "minmax")))


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_last_batch_of_one_row_is_refused_beforehand_where_rows_are_normalized(player):
    lone = {f"{player}.normalization": "batch_norm", "training.batch_size": 49}  # of 50 rows
    with pytest.raises(ConfigError, match="Choose another batch size") as caught:
        resolve(ExperimentConfig().with_values(lone))
    assert caught.value.path == player
    resolve(ExperimentConfig().with_values(lone | {"training.batch_size": 48}))
