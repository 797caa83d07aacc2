import os
from dataclasses import fields

import pytest

from gan_core import ExperimentConfig
from gan_core.errors import ConfigError, LimitError
from gan_core.limits import Limits, default_slots, env_int
from gan_core.problem import resolve

NAMES = [field.name for field in fields(Limits)]


def refusal(limits, config):
    with pytest.raises(LimitError) as caught:
        limits.check(resolve(config))
    return str(caught.value)


def test_tutorial_is_allowed():
    Limits().check(resolve(ExperimentConfig()))


def test_row_visits_are_epochs_times_rows(configured):
    limits = Limits(max_row_visits=5_000)
    limits.check(resolve(configured(epochs=100)))
    message = refusal(limits, configured(epochs=101))
    assert "101 epochs x 50 rows = 5,050 row visits, this server allows 5,000" in message
    assert "at most 100 epochs" in message


def test_the_advised_number_of_epochs_is_allowed(configured):
    limits = Limits(max_row_visits=5_049)
    assert "at most 100 epochs" in refusal(limits, configured(epochs=101))
    limits.check(resolve(configured(epochs=100)))


def test_weights_of_both_networks_count():
    n_generator = (10 + 1) * 16 + (16 + 1) * 32 + (32 + 1) * 4
    n_discriminator = (4 + 1) * 32 + (32 + 1) * 16 + (16 + 1) * 1
    total = n_generator + n_discriminator
    Limits(max_weights=total).check(resolve(ExperimentConfig()))
    message = refusal(Limits(max_weights=total - 1), ExperimentConfig())
    assert f"{total:,} weights, this server allows {total - 1:,}" in message
    assert "narrower" in message


def test_disk(tmp_path):
    Limits(min_free_mb=1).check_disk(tmp_path)
    with pytest.raises(LimitError, match=r"only [\d,]+ MB left, new runs need 10,000,000,000 MB"):
        Limits(min_free_mb=10**10).check_disk(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_each_limit_is_set_by_its_variable(monkeypatch, name):
    monkeypatch.setenv(f"GAN_FORGE_{name.upper()}", "77")
    assert Limits.from_environment() == Limits(**{name: 77})


def test_empty_variable_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("GAN_FORGE_MAX_QUEUED", "")
    assert Limits.from_environment() == Limits()


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", " 5", "1e3", "²"])
def test_bad_variable_is_named_with_its_value(monkeypatch, text):
    monkeypatch.setenv("GAN_FORGE_MAX_QUEUED", text)
    with pytest.raises(ConfigError) as caught:
        Limits.from_environment()
    assert "GAN_FORGE_MAX_QUEUED must be a positive whole number" in str(caught.value)
    assert repr(text) in str(caught.value)
    assert caught.value.path == "GAN_FORGE_MAX_QUEUED"


def test_slots_are_the_cores_unless_set(monkeypatch):
    monkeypatch.delenv("GAN_FORGE_SLOTS", raising=False)
    assert default_slots() == os.cpu_count()
    monkeypatch.setenv("GAN_FORGE_SLOTS", "3")
    assert default_slots() == 3


def test_env_int_default(monkeypatch):
    monkeypatch.delenv("GAN_FORGE_SOMETHING", raising=False)
    assert env_int("something", 4) == 4
