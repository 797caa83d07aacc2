import json
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core import ExperimentConfig
from gan_core.config import SCHEMA_VERSION, declared_params
from gan_core.config.schedule import MOST_STEPS, Edit
from gan_core.data import Table
from gan_core.data.drawing import encode
from gan_core.errors import ConfigError
from gan_core.objectives import OBJECTIVES, PENALTIES
from gan_core.problem import Problem, Rows, resolve
from gan_core.registry import register
from gan_core.settings import setting

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
DECLARED = declared_params()
DRAWN = encode(np.random.default_rng(0).uniform(-1, 1, (500, 2)))


EDITABLE = [path for path, p in DECLARED.items() if p.editable]


def values_of(param):
    match param.kind:
        case "int":
            return st.integers(int(param.low), int(param.high))
        case "float":
            return st.floats(param.low, param.high)
        case "choice":
            return st.sampled_from(list(param.choices()))
        case "set":
            return st.lists(st.sampled_from(list(param.choices())), unique=True)
        case "names":  # any: parsing touches no data
            return st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=4)
        case "text":
            return st.sampled_from(["", DRAWN])
        case "ints":
            entry = st.integers(int(param.low), int(param.high))
            return st.lists(entry, max_size=param.max_length)
        case "edits":
            free = {p: values_of(DECLARED[p]) for p in EDITABLE if p != "loss.label_smoothing"}
            sets = st.fixed_dictionaries({}, optional=free).filter(bool)
            steps = st.dictionaries(st.integers(0, MOST_STEPS), sets, max_size=4)
            return steps.map(lambda s: [{"step": n, "set": s[n]} for n in s])


@st.composite
def changes(draw):
    """Values of any settings that go together."""
    choices = {path: values_of(DECLARED[path]) for path in ("loss.name", "penalties")}
    chosen = draw(st.fixed_dictionaries({}, optional=choices))
    in_force = ExperimentConfig().with_values(chosen).flat()
    free = {path: values_of(DECLARED[path]) for path in in_force if path not in choices}
    return chosen | draw(st.fixed_dictionaries({}, optional=free))


configs = changes().map(ExperimentConfig().with_values)


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


def expect_error(make, path, *fragments):
    with pytest.raises(ConfigError) as caught:
        make()
    message = str(caught.value)
    for fragment in fragments:
        assert fragment in message
    assert caught.value.path == path
    assert len(message) < 1000
    return message


MALFORMED = {
    # Not a config at all.
    "list": ([1, 2], "the config", "the config must be an object of settings", "[1, 2]"),
    "long list": ([0] * 10_000, "the config", "must be an object of settings", "[0, 0, 0"),
    "text": ("iris", "the config", "the config must be an object of settings", "'iris'"),
    "null": (None, "the config", "the config must be an object of settings", "None"),
    "newer": (
        {"schema_version": 3},
        "schema_version",
        "from 1 to 2",
        "Got 3",
        "update the program",
    ),
    "no version": ({"schema_version": "one"}, "schema_version", "from 1 to 2", "Got 'one'"),
    # Unknown keys, at each level.
    "section": ({"trainig": {}}, "trainig", "no setting named 'trainig'", "mean 'training'?"),
    "key": (
        {"training": {"epoch": 5}},
        "training.epoch",
        "no setting named 'training.epoch'",
        "mean 'training.epochs'?",
    ),
    "seed key": ({"sed": 5}, "sed", "no setting named 'sed'", "mean 'seed'?"),
    "empty key": ({"": 5}, "", "no setting named ''", "Known here: data, generator"),
    "loss key": ({"loss": {"kind": "bce"}}, "loss.kind", "'loss.kind'", "loss.name"),
    "class attribute": (
        {"data": {"section": "x"}},
        "data.section",
        "'data.section'",
        "data.source",
    ),
    "section is a number": ({"training": 5}, "training", "training must be an object", "Got 5"),
    "section is null": ({"data": None}, "data", "data must be an object", "Got None"),
    # Wrong types.
    "int as text": (
        {"training": {"epochs": "5"}},
        "training.epochs",
        "training.epochs must be a whole number from 1 to 1,000,000. Got '5' instead.",
    ),
    "int as bool": (
        {"training": {"epochs": True}},
        "training.epochs",
        "training.epochs must be a whole number from 1 to 1,000,000. Got True instead.",
    ),
    "int as float": (
        {"generator": {"latent_dim": 2.5}},
        "generator.latent_dim",
        "generator.latent_dim must be a whole number from 1 to 512. Got 2.5 instead.",
    ),
    "int as null": ({"seed": None}, "seed", "seed must be a whole number from 0 to", "Got None"),
    "float as bool": (
        {"optimizer": {"beta1": False}},
        "optimizer.beta1",
        "optimizer.beta1 must be a number from 0 to 0.999. Got False instead.",
    ),
    "float as text": (
        {"optimizer": {"lr_g": "fast"}},
        "optimizer.lr_g",
        "optimizer.lr_g must be a number from 1e-07 to 10. Got 'fast' instead.",
    ),
    "choice as number": (
        {"training": {"device": 0}},
        "training.device",
        "training.device must be one of auto, cpu, cuda. Got 0 instead.",
    ),
    "widths as number": (
        {"generator": {"hidden_dims": 16}},
        "generator.hidden_dims",
        "must be a list of at most 6 whole numbers from 1 to 1,024. Got 16 instead.",
    ),
    "widths of bool": (
        {"generator": {"hidden_dims": [True]}},
        "generator.hidden_dims",
        "must be a list of at most 6 whole numbers from 1 to 1,024. Got [True] instead.",
    ),
    "classes as text": (
        {"data": {"classes": "setosa"}},
        "data.classes",
        "data.classes must be a list of names. Got 'setosa' instead.",
    ),
    "features of numbers": (
        {"data": {"features": [0, 1]}},
        "data.features",
        "data.features must be a list of names. Got [0, 1] instead.",
    ),
    # Not a number.
    "nan": ({"optimizer": {"lr_d": float("nan")}}, "optimizer.lr_d", "a number from", "Got nan"),
    "inf": ({"optimizer": {"lr_d": inf}}, "optimizer.lr_d", "a number from 1e-07", "Got inf"),
    "minus inf": ({"discriminator": {"slope": -inf}}, "discriminator.slope", "Got -inf instead"),
    "nan epochs": ({"training": {"epochs": float("nan")}}, "training.epochs", "Got nan instead"),
    "huge": ({"optimizer": {"lr_d": 10**400}}, "optimizer.lr_d", "a number from 1e-07 to 10"),
    # Lists.
    "too many layers": (
        {"discriminator": {"hidden_dims": [8] * 7}},
        "discriminator.hidden_dims",
        "discriminator.hidden_dims must be a list of at most 6 whole numbers",
        "[8, 8, 8, 8, 8, 8, 8]",
    ),
    "too wide": (
        {"discriminator": {"hidden_dims": [8, 1025]}},
        "discriminator.hidden_dims",
        "from 1 to 1,024",
        "[8, 1025]",
    ),
    "no width": ({"generator": {"hidden_dims": [0]}}, "generator.hidden_dims", "from 1 to", "[0]"),
    "twice": (
        {"data": {"classes": ["setosa", "setosa"]}},
        "data.classes",
        "data.classes contains a name twice. Got ['setosa', 'setosa'].",
    ),
    # Names.
    "data set is no name": (
        {"data": {"source": 5}},
        "data.source",
        "data.source must be one of iris, wine, breast_cancer, line, ",
        ", drawing. Got 5 instead.",
    ),
    "encoder": ({"data": {"encoder": "pca"}}, "data.encoder", "one of minmax, ", "Got 'pca'"),
    "loss": ({"loss": {"name": "log"}}, "loss.name", "loss.name must be one of bce", "Got 'log'"),
    "loss is text": ({"loss": "bce"}, "loss", "loss must be an object of settings. Got 'bce'"),
    "smoothing": (
        {"loss": {"name": "hinge", "label_smoothing": 0.1}},
        "loss.label_smoothing",
        "loss.label_smoothing is 0.1, a setting of bce and least-squares only. Remove it, or "
        "choose bce or least-squares (loss.name).",
    ),
    "penalties as text": (
        {"penalties": "gp"},
        "penalties",
        "penalties must be an object of settings. Got 'gp' instead.",
    ),
    "penalty": ({"penalties": ["r1", "r3"]}, "penalties", "any of gp, r1, r2", "['r1', 'r3']"),
    "penalty of numbers": ({"penalties": [[1]]}, "penalties", "any of gp, r1, r2", "Got [[1]]"),
    "penalty as null": ({"penalties": {"r1": None}}, "penalties.r1", "an object", "Got None"),
    "penalty's weight": (
        {"penalties": {"r1": {"gamma": -1}}},
        "penalties.r1.gamma",
        "penalties.r1.gamma must be a number from 0 to 1,000. Got -1 instead.",
    ),
    "penalty's key": (
        {"penalties": {"gp": {"gamma": 1}}},
        "penalties.gp.gamma",
        "no setting named 'penalties.gp.gamma'",
        "'penalties.r1.gamma' or 'penalties.r2.gamma'",
    ),
    "version 1 by hand": (
        {"loss": {"penalty": "gp"}},
        "loss.penalty",
        "no setting named 'loss.penalty'",
        "mean 'penalties'?",
    ),
    "version 1, no such penalty": (
        {"schema_version": 1, "loss": {"penalty": ["gp"]}},
        "penalties",
        "any of gp, r1, r2",
        "Got [['gp']]",
    ),
    "engine": ({"training": {"engine": "jax"}}, "training.engine", "one of auto, torch", "'jax'"),
    "schedule": ({"schedule": 5}, "schedule", "schedule must be a list of at most 1,000", "Got 5"),
    "edit": (
        {"schedule": [{"step": 5}]},
        "schedule",
        'must be an object like {"step": 100, "set": {"optimizer.lr_g": 0.001}}',
        "Got {'step': 5} instead",
    ),
    "edit's step": (
        {"schedule": [{"step": -1, "set": {"optimizer.lr_g": 0.1}}]},
        "schedule",
        "step must be a whole number from 0 to 1,000,000,000,000",
        "Got -1",
    ),
    "edit beyond all": (
        {"schedule": [{"step": 10**400, "set": {"optimizer.lr_g": 0.1}}]},
        "schedule",
        "step must be a whole number from 0 to 1,000,000,000,000",
        "Got 1000",
    ),
    "edit of more digits than Python writes": (
        {"schedule": [{"step": 10**5000, "set": {"optimizer.lr_g": 0.1}}]},
        "schedule",
        "Got a int too large to print",
    ),
    "edit of nothing": ({"schedule": [{"step": 7, "set": {}}]}, "schedule", "step 7", "Got {}"),
    "edit of the seed": (
        {"schedule": [{"step": 1000, "set": {"seed": 1}}]},
        "schedule",
        "step 1,000: 'seed' cannot change while a run trains",
        "loss.label_smoothing, optimizer.lr_g, optimizer.lr_d, training.n_critic",
    ),
    "edit out of bounds": (
        {"schedule": [{"step": 1, "set": {"training.n_critic": 0}}]},
        "training.n_critic",
        "training.n_critic must be a whole number from 1 to 20. Got 0 instead.",
    ),
    "edit that does not fit": (
        {
            "loss": {"name": "hinge"},
            "schedule": [{"step": 1, "set": {"loss.label_smoothing": 0.1}}],
        },
        "schedule",
        "schedule, step 1: loss.label_smoothing is 0.1, a setting of bce and least-squares only",
    ),
    "two edits at a step": (
        {"schedule": [{"step": 7, "set": {"optimizer.lr_g": x}} for x in (0.1, 0.2)]},
        "schedule",
        "schedule has two entries for step 7",
    ),
    "very long": ({"loss": {"name": "x" * 10_000}}, "loss.name", "one of bce", "xxx..."),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_config_is_refused_with_the_value_and_what_was_expected(case):
    values, path, *fragments = MALFORMED[case]
    expect_error(lambda: ExperimentConfig.from_dict(values), path, *fragments)


def test_every_malformed_config_has_its_own_message():
    messages = {
        expect_error(lambda v=v: ExperimentConfig.from_dict(v), p)
        for v, p, *_ in MALFORMED.values()
    }
    assert len(messages) == len(MALFORMED)


def with_value(path, value):
    """The tutorial with one setting, and the penalty that it belongs to."""
    chosen = {"penalties": path.split(".")[1:2]} if path.startswith("penalties.") else {}
    return ExperimentConfig().with_values({**chosen, path: value})


NUMERIC = {path: p for path, p in DECLARED.items() if p.kind in ("int", "float")}


@pytest.mark.parametrize("path", NUMERIC)
def test_bounds_are_allowed_and_what_lies_outside_is_not(path):
    param = NUMERIC[path]
    as_kind = int if param.kind == "int" else float
    step = 1 if param.kind == "int" else 1e-9
    for bound in (param.low, param.high):
        value = as_kind(bound)
        assert with_value(path, value).flat()[path] == value
    for outside in (as_kind(param.low) - step, as_kind(param.high) + step):
        expect_error(
            lambda value=outside: with_value(path, value),
            path,
            f"{path} must be {param.expected()}. Got {outside!r} instead.",
        )


@pytest.mark.parametrize("path", [path for path, p in DECLARED.items() if p.kind == "choice"])
def test_every_choice_is_allowed_and_named_in_the_refusal_of_another(path):
    choices = DECLARED[path].choices()
    for choice in choices:
        assert ExperimentConfig().with_values({path: choice}).flat()[path] == choice
    expect_error(lambda: ExperimentConfig().with_values({path: 5}), path, *choices, "Got 5 instead")


@pytest.mark.parametrize("text", ["", "{", "epochs: 5", "{'seed': 1}", '{"seed": 1,}', "\x00"])
def test_not_json(text):
    expect_error(lambda: ExperimentConfig.from_json(text), "", "not valid JSON", "line 1 column")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
def test_json_numbers_that_are_none(text):
    expect_error(
        lambda: ExperimentConfig.from_json(f'{{"optimizer": {{"lr_g": {text}}}}}'),
        "optimizer.lr_g",
        "optimizer.lr_g must be a number from 1e-07 to 10",
    )


@pytest.mark.parametrize("text", ["[" * 100_000, '{"data":' * 100_000])
def test_json_nested_too_deep_is_refused_and_no_crash(text):
    expect_error(lambda: ExperimentConfig.from_json(text), "", "nested too deep")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [*ExperimentConfig.model_fields, "epochs", "r1", "schema_version", "name"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    )
)
def test_any_json_gives_a_config_or_a_message(values):
    try:
        config = ExperimentConfig.from_dict(values)
    except ConfigError as error:
        assert str(error)
    else:
        assert ExperimentConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    ("changes", "path", "fragments"),
    [
        ({"training.epoch": 1}, "training.epoch", ("'training.epoch'", "mean 'training.epochs'?")),
        ({"trainin.epochs": 1}, "trainin.epochs", ("'trainin.epochs'", "'training.epochs'?")),
        ({"training.epochs.x": 1}, "training.epochs.x", ("'training.epochs.x'",)),
        ({"epochs": 1}, "epochs", ("no setting named 'epochs'", "mean 'training.epochs'?")),
        ({"epoch": 1}, "epoch", ("no setting named 'epoch'", "mean 'training.epochs'?")),
        ({"lr": 1}, "lr", ("no setting named 'lr'", "mean 'optimizer.lr_g'?")),
        ({"training.lr": 1}, "training.lr", ("mean 'optimizer.lr_g'?",)),
        (
            {"hidden_dims": []},
            "hidden_dims",
            ("mean 'generator.hidden_dims' or 'discriminator.hidden_dims'?",),
        ),
        ({"training": 1}, "training", ("training must be an object", "Got 1")),
        ({"seed": 2**32}, "seed", ("from 0 to 4,294,967,295", "Got 4294967296")),
    ],
)
def test_with_values_refuses_by_name(changes, path, fragments):
    expect_error(lambda: ExperimentConfig().with_values(changes), path, *fragments)


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
