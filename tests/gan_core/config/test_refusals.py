"""What a config refuses, and what it says."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core import ExperimentConfig
from gan_core.config import declared_params
from gan_core.errors import ConfigError
from tests.gan_core.config.expected import expect_error

DECLARED = declared_params()

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
        "loss.label_smoothing is 0.1, a setting of bce, least-squares and minimax only. "
        "Remove it, or choose bce, least-squares or minimax (loss.name).",
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
        "optimizer.lr_g, optimizer.lr_d, optimizer.lr_decay, training.n_critic",
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
        "schedule, step 1: loss.label_smoothing is 0.1, a setting of bce, least-squares and "
        "minimax only",
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
    if path == "loss.weight_clip":
        chosen = {"loss.name": "wasserstein"}
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
