import json

import numpy as np
import pytest
from hypothesis import given

from gan_core import ExperimentConfig
from gan_core.config import SCHEMA_VERSION, declared_params
from gan_core.config.schedule import Edit
from gan_core.data import Table
from gan_core.errors import ConfigError
from gan_core.objectives import OBJECTIVES, PENALTIES
from gan_core.problem import Problem, Rows, resolve
from gan_core.registry import register
from gan_core.settings import setting
from tests.gan_core.config.expected import expect_error
from tests.gan_core.config.strategies import DECLARED, changes, configs

TUTORIAL = {
    "data.source": "iris",
    "data.classes": ("setosa",),
    "data.features": (),
    "data.drawing": "",
    "data.encoder": "minmax",
    "generator.latent_dim": 10,
    "generator.hidden_dims": (16, 32),
    "generator.activation": "relu",
    "generator.slope": 0.2,
    "generator.normalization": "none",
    "generator.dropout": 0.0,
    "discriminator.hidden_dims": (32, 16),
    "discriminator.activation": "leaky_relu",
    "discriminator.slope": 0.2,
    "discriminator.normalization": "none",
    "discriminator.dropout": 0.0,
    "loss.name": "bce",
    "loss.label_smoothing": 0.0,
    "penalties": (),
    "optimizer.lr_g": 0.0002,
    "optimizer.lr_d": 0.0002,
    "optimizer.beta1": 0.5,
    "optimizer.beta2": 0.999,
    "optimizer.lr_decay": 0.0,
    "training.epochs": 10_000,
    "training.batch_size": 32,
    "training.n_critic": 1,
    "training.players": "both",
    "training.input_noise": 0.0,
    "training.ema_decay": 0.0,
    "training.device": "auto",
    "training.engine": "auto",
    "seed": 0,
    "schedule": (),
}


def test_default_is_the_tutorial():
    assert ExperimentConfig().flat() == TUTORIAL


def test_tutorial_trains_on_50_rows_in_batches_of_32_and_18():
    problem = resolve(ExperimentConfig())
    assert problem.table.values.shape == (50, 4)
    assert set(problem.table.labels) == {"setosa"}
    assert (problem.steps_per_epoch, problem.total_steps) == (2, 20_000)


def test_tutorial_networks():
    problem = resolve(ExperimentConfig())
    assert [str(layer) for layer in problem.generator.children] == [
        "Linear(in_features=10, out_features=16, bias=True)",
        "ReLU()",
        "Linear(in_features=16, out_features=32, bias=True)",
        "ReLU()",
        "Linear(in_features=32, out_features=4, bias=True)",
        "Tanh()",
    ]
    assert [str(layer) for layer in problem.discriminator.children] == [
        "Linear(in_features=4, out_features=32, bias=True)",
        "LeakyReLU(negative_slope=0.2)",
        "Linear(in_features=32, out_features=16, bias=True)",
        "LeakyReLU(negative_slope=0.2)",
        "Linear(in_features=16, out_features=1, bias=True)",
        "Sigmoid()",
    ]


def test_each_player_has_a_slope_of_its_own():
    """Fault 4: D's was also G's."""
    leaky = {"generator.activation": "leaky_relu", "generator.slope": 0.1}
    problem = resolve(ExperimentConfig().with_values({**leaky, "discriminator.slope": 0.3}))
    for player, slope in ((problem.generator, 0.1), (problem.discriminator, 0.3)):
        assert str(player.children[1]) == f"LeakyReLU(negative_slope={slope})"


@pytest.mark.parametrize(
    ("n_rows", "batch_size", "steps"),
    [(50, 32, 2), (64, 32, 2), (65, 32, 3), (5, 32, 1), (5, 1, 5)],
)
def test_steps_per_epoch_count_the_incomplete_batch(configured, n_rows, batch_size, steps):
    table = Table("made up", ("x", "y"), np.zeros((n_rows, 2)), np.full(n_rows, ""))
    config = configured(batch_size=batch_size)
    assert Problem.of(config, Rows.of(table, "minmax")).steps_per_epoch == steps


@given(configs)
def test_json_round_trip(config):
    text = config.to_json()
    assert ExperimentConfig.from_json(text) == config
    assert ExperimentConfig.from_json(text).to_json() == text
    assert json.loads(text)["schema_version"] == SCHEMA_VERSION


@given(configs)
def test_values_that_differ_from_the_tutorial_make_the_config_again(config):
    assert ExperimentConfig().with_values(config.differences()) == config


@given(configs, configs)
def test_differences_lead_from_one_config_to_the_other(one, other):
    found = one.differences(other)
    assert other.with_values(found) == one
    assert all(other.flat().get(path) != value for path, value in found.items())
    assert (one == other) == (not found and not other.differences(one))


@given(changes())
def test_with_values_changes_those_values_and_no_others(wanted):
    before = ExperimentConfig()
    after = before.with_values(wanted)
    schedule = wanted.pop("schedule", [])
    for path, value in after.flat().items():
        if path == "schedule":
            assert {edit.step for edit in value} <= {edit["step"] for edit in schedule}
        elif path == "penalties":
            assert set(value) == set(wanted.get(path, ()))
        elif path in wanted:
            assert value == (tuple(wanted[path]) if isinstance(value, tuple) else wanted[path])
        else:
            assert value == DECLARED[path].default
    assert wanted.keys() <= after.flat().keys()
    assert before == ExperimentConfig()


def test_every_setting_is_declared_once_with_words_for_people():
    assert TUTORIAL.keys() <= DECLARED.keys()
    assert [path for path in DECLARED if path in TUTORIAL] == list(TUTORIAL)
    for path, param in DECLARED.items():
        assert param.label, path
        assert param.help.endswith("."), path
        assert param.default == TUTORIAL.get(path, param.default), path
    labels = [param.label for param in DECLARED.values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("path", DECLARED)
def test_usual_range_lies_inside_the_bounds(path):
    param = DECLARED[path]
    low, high = param.usual or (param.low, param.high)
    assert param.low <= low <= high <= param.high
    if param.usual:
        assert low <= param.default <= high
    if param.scale == "log":
        assert low > 0


def test_what_is_missing_has_the_tutorials_value():
    assert ExperimentConfig.from_dict({}) == ExperimentConfig()
    config = ExperimentConfig.from_dict({"training": {"epochs": 7}})
    assert config.differences() == {"training.epochs": 7}


def test_a_config_does_not_change_what_it_was_made_from():
    values = {"loss": {"penalty": "gp"}, "discriminator": {"slope": 0}, "schema_version": 1}
    before = json.dumps(values)
    ExperimentConfig.from_dict(values)
    assert json.dumps(values) == before


def test_sections_may_be_given_as_plain_values():
    config = ExperimentConfig(training={"epochs": 7}, loss={"name": "hinge"}, penalties=["r1"])
    assert config.flat() == (
        {k: v for k, v in TUTORIAL.items() if k != "loss.label_smoothing"}
        | {"training.epochs": 7, "loss.name": "hinge"}
        | {"penalties": ("r1",), "penalties.r1.gamma": 1.0}
    )


def test_an_unknown_key_brings_a_related_one_to_mind_or_none():
    with pytest.raises(ConfigError, match=r"Did you mean 'training.epochs'"):
        ExperimentConfig.from_dict({"training": {"epoch": 3}})
    with pytest.raises(ConfigError, match=r"no setting named 'training.zzz'. Known here"):
        ExperimentConfig.from_dict({"training": {"zzz": 3}})


def test_settings_in_force_are_those_of_the_last_edit():
    config = ExperimentConfig().with_edit(10, {"optimizer.lr_g": 1, "training.n_critic": 2})
    config = config.with_edit(5, {"training.players": "d"})
    config = config.with_edit(10, {"training.players": "both"})
    assert config.schedule == (
        Edit(5, (("training.players", "d"),)),
        Edit(
            10,
            (("optimizer.lr_g", 1.0), ("training.n_critic", 2), ("training.players", "both")),
        ),
    )
    assert config.at(4) == ExperimentConfig()
    assert config.at(9).differences() == {"training.players": "d"}
    assert config.at(10).differences() == {"optimizer.lr_g": 1.0, "training.n_critic": 2}
    assert str(config.schedule[0]) == "players=d after step 5"


def test_equal_courses_are_equal_schedules():
    config = ExperimentConfig().with_edit(10, {"optimizer.lr_g": 0.1})
    for more in (
        config.with_edit(10, {"optimizer.lr_d": 0.0002}),  # which it is
        config.with_edit(20, {"optimizer.lr_g": 0.1}),
        config.with_edit(3, {"training.n_critic": 2}).with_edit(3, {"training.n_critic": 1}),
    ):
        assert more == config
    assert hash(config) == hash(ExperimentConfig.from_json(config.to_json()))


def test_a_config_cannot_be_changed_and_equal_ones_are_one_key():
    config = ExperimentConfig()
    with pytest.raises(ValueError, match="frozen"):
        config.seed = 1
    with pytest.raises(ValueError, match="frozen"):
        config.loss.label_smoothing = 0.1
    hinge, wasserstein = (config.with_values({"loss.name": n}) for n in ("hinge", "wasserstein"))
    assert len({config, ExperimentConfig(), hinge, wasserstein}) == 3


def test_numpy_numbers_become_plain_ones():
    config = ExperimentConfig().with_values(
        {
            "seed": np.int64(3),
            "optimizer.beta1": np.float32(0.5),
            "generator.hidden_dims": [np.int8(3)],
        }
    )
    values = (config.seed, config.optimizer.beta1, *config.generator.hidden_dims)
    assert values == (3, 0.5, 3)
    assert [type(value) for value in values] == [int, float, int]


NO_SUCH_DATA = {
    "class": ({"data.classes": ["rose"]}, "Iris has no class named 'rose'. It has: setosa"),
    "class of another set": ({"data.source": "wine"}, "Wine has no class named 'setosa'"),
    "feature": ({"data.features": ["hue", "ash"]}, "Iris has no feature named 'hue'"),
    "one feature": ({"data.features": ["petal width (cm)"]}, "at least two features"),
}


@pytest.mark.parametrize("case", NO_SUCH_DATA)
def test_parsing_touches_no_data_and_loading_holds_names_against_it(case):
    changes, message = NO_SUCH_DATA[case]
    config = ExperimentConfig().with_values(changes)
    assert ExperimentConfig.from_json(config.to_json()) == config
    with pytest.raises(ConfigError, match=message):
        resolve(config)


def test_another_loss_keeps_the_settings_that_it_shares():
    smoothed = ExperimentConfig().with_values({"loss.label_smoothing": 0.1})
    least_squares = smoothed.with_values({"loss.name": "least-squares"})
    assert least_squares.loss == OBJECTIVES["least-squares"](label_smoothing=0.1)
    assert least_squares.with_values({"loss.name": "hinge"}).loss == OBJECTIVES["hinge"]()


def test_penalties_are_a_set_in_the_order_of_the_registry():
    config = ExperimentConfig().with_values({"penalties": ["r2", "gp"], "penalties.r2.gamma": 3})
    assert config.penalties == (PENALTIES["gp"](), PENALTIES["r2"](gamma=3))
    assert config.columns == ("d_loss", "g_loss", "d_real", "d_fake", "penalty")
    more = config.with_values({"penalties": ["r1", "r2"]})
    assert more.penalties == (PENALTIES["r1"](), PENALTIES["r2"](gamma=3))
    assert config.with_values({"penalties": []}) == ExperimentConfig()
    expect_error(
        lambda: ExperimentConfig().with_values({"penalties.r1.gamma": 2}),
        "penalties.r1.gamma",
        "penalties.r1.gamma is 2, a setting of r1 only. Remove it, or choose r1 (penalties).",
    )


def test_a_loss_registered_later_is_one(monkeypatch):
    monkeypatch.setattr(OBJECTIVES, "_members", dict(OBJECTIVES))

    @register(OBJECTIVES, "tilted")
    class Tilted(OBJECTIVES["hinge"]):
        tilt: float = setting(0.5, "Tilt", "How far.", low=0.0, high=1.0, usual=(0.0, 1.0))

    config = ExperimentConfig().with_values({"loss.name": "tilted", "loss.tilt": 0.25})
    assert config.loss == Tilted(tilt=0.25)
    assert ExperimentConfig.from_json(config.to_json()) == config
    assert declared_params()["loss.tilt"].label == "Tilt"
    assert "tilted" in declared_params()["loss.name"].choices()
    assert "tilted" in json.dumps(ExperimentConfig.json_schema())
    expect_error(lambda: config.with_values({"loss.tilt": 2}), "loss.tilt", "from 0 to 1. Got 2")

    with pytest.raises(ValueError, match="already a loss named 'bce'"):
        register(OBJECTIVES, "bce")(Tilted)


def test_one_setting_is_not_declared_in_two_ways(monkeypatch):
    monkeypatch.setattr(OBJECTIVES, "_members", dict(OBJECTIVES))

    @register(OBJECTIVES, "other")
    class Other(OBJECTIVES["hinge"]):
        label_smoothing: float = setting(0.5, "Another", "Thing.", low=0.0, high=1.0)

    with pytest.raises(ValueError, match=r"loss.label_smoothing is declared in two ways"):
        declared_params()


def test_json_schema_says_bounds_choices_and_the_settings_of_each_member():
    schema = ExperimentConfig.json_schema()
    epochs = schema["$defs"]["TrainingConfig"]["properties"]["epochs"]
    assert (epochs["minimum"], epochs["maximum"], epochs["default"]) == (1, 1_000_000, 10_000)
    loss = schema["properties"]["loss"]
    assert loss["discriminator"] == {"propertyName": "name"}
    named = {member["properties"]["name"]["const"]: member for member in loss["oneOf"]}
    assert named.keys() == OBJECTIVES.keys()
    assert named["bce"]["properties"]["label_smoothing"]["maximum"] == 0.5
    assert schema["properties"]["penalties"]["properties"].keys() == PENALTIES.keys()
    sections = {"schema_version", *ExperimentConfig.model_fields}
    assert schema["properties"].keys() == sections == ExperimentConfig().to_dict().keys()
