from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core import ExperimentConfig
from gan_core.config import declared_params
from gan_core.config.links import (
    ALL,
    FREE,
    RESERVED,
    STARTING,
    SharedConfig,
    as_text,
    from_query,
    lockable,
    to_query,
)
from gan_core.errors import ConfigError
from tests.gan_core.config.test_config import configs

TUTORIAL = ExperimentConfig()
DECLARED = declared_params()
some_settings = st.frozensets(st.sampled_from(list(DECLARED)))
some_locks = st.frozensets(st.sampled_from(list(lockable())))
all_but_some = some_locks.map(lambda free: frozenset(lockable()) - free)


def test_every_setting_has_a_key_of_its_own():
    keys = [param.key for param in DECLARED.values()]
    assert len(set(keys)) == len(keys)
    assert not {*RESERVED, ALL} & set(keys)
    for key in keys:
        assert key.isidentifier(), key
        assert key.islower(), key
        assert len(key) <= 10, key


@given(configs, some_locks | all_but_some, some_settings, st.integers(1, 100), st.integers(0, 1000))
def test_a_link_brings_everything_back(config, locked, hidden, repeats, speed):
    query = to_query(config, locked, hidden, repeats=repeats, speed=speed)
    assert from_query(query) == SharedConfig(config, locked, hidden, repeats, speed)
    sent = dict(parse_qsl(as_text(query), keep_blank_values=True, strict_parsing=bool(query)))
    assert sent == query  # as a browser reads the address


@given(configs)
def test_only_what_differs_from_the_tutorial_is_said(config):
    own_defaults = {"data.classes", "optimizer.lr_d"}  # they follow the table and G's rate
    differs = {
        DECLARED[path].key
        for path, value in config.flat().items()
        if value != DECLARED[path].default and path not in own_defaults
    }
    assert differs <= to_query(config).keys() <= differs | {"class", "lr_d"}


SHORT = [
    ({}, {}),
    ({"training.epochs": 300}, {"epochs": "300"}),
    ({"optimizer.lr_g": 1e-5, "optimizer.lr_d": 1e-5}, {"lr": "1e-05"}),
    ({"optimizer.lr_g": 0.001}, {"lr": "0.001", "lr_d": "0.0002"}),
    ({"optimizer.lr_d": 1 / 3}, {"lr_d": "0.3333333333333333"}),
    ({"data.source": "wine", "data.classes": ["class_0"]}, {"data": "wine"}),
    ({"data.source": "wine", "data.classes": []}, {"data": "wine", "class": ""}),
    ({"data.classes": ["virginica", "setosa"]}, {"class": "virginica,setosa"}),
    ({"generator.hidden_dims": [64, 8]}, {"g_dims": "64,8"}),
    ({"data.encoder": "standard"}, {"encoder": "standard"}),
    ({"discriminator.hidden_dims": []}, {"d_dims": ""}),
    ({"loss.name": "wasserstein", "penalties": ["gp"]}, {"loss": "wasserstein", "penalty": "gp"}),
    (
        {"penalties": ["r2", "r1"], "penalties.r1.gamma": 3, "penalties.r2.gamma": 0.1},
        {"penalty": "r1,r2", "gamma_r1": "3", "gamma_r2": "0.1"},
    ),
    ({"discriminator.slope": 0.1}, {"d_slope": "0.1"}),
]


@pytest.mark.parametrize(("changes", "query"), SHORT, ids=lambda found: str(found)[:40])
def test_links_are_short_and_readable(changes, query):
    config = TUTORIAL.with_values(changes)
    assert to_query(config) == query
    assert from_query(query) == SharedConfig(config)


def test_an_address_is_text_that_survives_being_sent():
    names = ["petal width (cm)", "sepal width (cm)"]
    text = as_text(to_query(TUTORIAL.with_values({"data.features": names})))
    assert text == "features=petal%20width%20%28cm%29,sepal%20width%20%28cm%29"


def test_locks_and_hides_are_named_by_their_keys():
    assert to_query(TUTORIAL, ["seed", "optimizer.lr_g"], DECLARED) == {
        "lock": "lr,seed",
        "hide": "all",
    }
    found = from_query({"lock": "all", "hide": "lr,epochs"})
    assert found.locked == {*DECLARED, "repeats", "speed", "instant"}
    assert found.hidden == {"optimizer.lr_g", "training.epochs"}
    assert found.config == TUTORIAL


def test_a_lock_of_nearly_everything_says_what_is_free():
    free = {"optimizer.lr_g", "optimizer.lr_d", "instant"}
    query = to_query(TUTORIAL, lockable().keys() - free)
    assert query == {"lock": "all", "free": "lr,lr_d,instant"}
    assert from_query(query).locked == lockable().keys() - free


WRONG = [
    ({"epoch": "3"}, "epoch", ("'epoch'", "Did you mean 'epochs'?")),
    ({"utm_source": "mail"}, "utm_source", ("'utm_source'. Share, on the page Train,",)),
    ({"x" * 9999: "1"}, "x" * 9999, ("xxx...",)),
    ({"hidden": "9"}, "hidden", ("'hidden'", "Did you mean 'g_dims' or 'd_dims'?")),
    ({"repeat": "3"}, "repeat", ("'repeat'", "'repeats'")),
    ({"repeats": "0"}, "repeats", ("repeats must be", "from 1 to", "Got 0")),
    ({"speed": "fast"}, "speed", ("speed must be a whole number from 0 to 1,000", "'fast'")),
    ({"instant": "1"}, "instant", ("'instant'",)),
    ({"free": "lr"}, "free", ("free says what lock=all leaves free", "remove free")),
    ({"lock": "lr", "free": "lr"}, "free", ("Add that",)),
    ({"lock": "all", "free": "epoch"}, "epoch", ("'epoch' in free", "'epochs'")),
    ({"epochs": "many"}, "training.epochs", ("epochs", "a whole number from 1 to", "'many'")),
    ({"epochs": "0"}, "training.epochs", ("epochs", "from 1 to 1,000,000", "Got 0")),
    ({"epochs": "9" * 5000}, "training.epochs", ("epochs", "a whole number", "999...")),
    ({"epochs": ""}, "training.epochs", ("epochs", "a whole number", "''")),
    ({"lr": "nan"}, "optimizer.lr_g", ("lr ", "a number from 1e-07 to 10", "nan")),
    ({"lr": "0,001"}, "optimizer.lr_g", ("lr ", "a number", "'0,001'")),
    ({"loss": "bc"}, "loss.name", ("loss ", "one of bce", "'bc'")),
    ({"g_dims": "16,x"}, "generator.hidden_dims", ("g_dims", "a list of", "'x'")),
    ({"class": "a,a"}, "data.classes", ("class ", "twice")),
    (
        {"loss": "hinge", "smoothing": "0.1"},
        "loss.label_smoothing",
        ("a setting of bce, least-squares and minimax only", "Remove it, or choose bce"),
    ),
    ({"penalty": "r1,r3"}, "penalties", ("penalty (penalties)", "any of gp, r1, r2", "'r3'")),
    ({"gamma": "x"}, "penalties.r1.gamma", ("gamma_r1", "gamma_r2", "a number", "'x'")),
    ({"lock": "lr,epoch"}, "epoch", ("'epoch'", "in lock", "'epochs'")),
    ({"hide": "lr,"}, "", ("''", "in hide", "Share")),
]


@pytest.mark.parametrize(("query", "path", "words"), WRONG, ids=lambda found: str(found)[:40])
def test_what_is_wrong_is_named_with_what_was_expected(query, path, words):
    with pytest.raises(ConfigError) as caught:
        from_query(query)
    message = str(caught.value)
    assert caught.value.path == path
    assert message.startswith("This link cannot be used: ")
    assert all(word in message for word in words), message
    assert len(message) < 300


def test_what_is_wrong_is_told_at_once_as_far_as_there_is_room():
    wrong = {"epochs": "-5", "lr": "banana", "batchs": "1", "lock": "loss,sed", "foo": "3"}
    with pytest.raises(ConfigError) as caught:
        from_query(wrong)
    message = str(caught.value)
    assert caught.value.path == "training.epochs"
    for words in (
        "used: epochs (training.epochs) must be a whole number from 1 to",
        "instead. lr (optimizer.lr_g) must be a number",
        "instead. There is no setting named 'batchs'. Did you mean 'batch'?",
    ):
        assert words in message, message
    assert message.endswith(" There is more.")
    assert message.count("This link cannot be used") == 1
    assert len(message) < 300
    del wrong["epochs"], wrong["foo"]
    with pytest.raises(ConfigError, match=r"no setting named 'sed' in lock\. Did you mean"):
        from_query(wrong)


words = [*(p.key for p in DECLARED.values()), "lock", FREE, *STARTING]


@given(st.dictionaries(st.sampled_from(words), st.text()))
def test_no_text_does_more_than_be_refused(query):
    try:
        found = from_query(query)
    except ConfigError:
        return
    starting = {name: getattr(found, name) for name in STARTING}
    again = to_query(found.config, found.locked, found.hidden, **starting)
    assert from_query(again) == found


OLD = [
    ({"penalty": "none"}, {}),
    ({"penalty": "r1", "gamma": "2"}, {"penalties": ["r1"], "penalties.r1.gamma": 2}),
    ({"penalty": "r2", "gamma": "2"}, {"penalties": ["r2"], "penalties.r2.gamma": 2}),
    (
        {"penalty": "r1,r2", "gamma": "2", "gamma_r2": "3"},
        {"penalties": ["r1", "r2"], "penalties.r1.gamma": 2, "penalties.r2.gamma": 3},
    ),
    ({"gamma": "2", "lambda_gp": "3"}, {}),
    ({"loss": "hinge", "smoothing": "0"}, {"loss.name": "hinge"}),
    ({"slope": "0.3"}, {"discriminator.slope": 0.3, "generator.slope": 0.3}),
    ({"slope": "0.3", "g_slope": "0.1"}, {"discriminator.slope": 0.3, "generator.slope": 0.1}),
]


@pytest.mark.parametrize(("query", "changes"), OLD, ids=lambda found: str(found)[:40])
def test_keys_of_version_1_are_read(query, changes):
    assert from_query(query).config == TUTORIAL.with_values(changes)


def test_what_version_1_locked_as_one_setting_is_locked_as_several():
    found = from_query({"lock": "slope,lr", "hide": "gamma"})
    assert found.locked == {"generator.slope", "discriminator.slope", "optimizer.lr_g"}
    assert found.hidden == {"penalties.r1.gamma", "penalties.r2.gamma"}
