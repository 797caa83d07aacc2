import os
import re
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


# The example: legal by each of its settings, and weeks of work.
HUGE = ExperimentConfig().with_values(
    {
        "data.source": "breast_cancer",
        "data.classes": [],
        "training.batch_size": 65_536,
        "training.n_critic": 20,
        "penalties": ["gp"],
        "generator.latent_dim": 512,
        "generator.hidden_dims": [1024, 1024, 512],
        "discriminator.hidden_dims": [1024, 1024, 512],
        "training.epochs": 300_000,
    }
)


def test_a_legal_config_of_weeks_is_refused_with_what_it_would_take():
    message = refusal(Limits(), HUGE)
    assert re.search(r"would take about [23]\d days, this server allows 4 hours", message)
    assert "epochs" in message
    assert "fewer D updates" in message


def advised(message):
    return int(re.search(r"at most ([\d,]+) epochs", message)[1].replace(",", ""))


@pytest.mark.parametrize("config", [HUGE, ExperimentConfig().with_values({"loss.name": "hinge"})])
def test_the_advised_number_of_epochs_is_allowed_and_one_more_is_not(config):
    limits = Limits(max_run_seconds=14_400 if config is HUGE else 1)
    config = config.with_values({"training.epochs": 300_000})
    epochs = advised(refusal(limits, config))
    limits.check(resolve(config.with_values({"training.epochs": epochs})))
    refusal(limits, config.with_values({"training.epochs": epochs + 1}))


def test_a_group_counts_as_the_sum_of_its_members(configured):
    limits = Limits(max_run_seconds=10)  # of about 1 ms a step in PyTorch
    member = resolve(configured(epochs=1000))
    limits.check(member)
    with pytest.raises(LimitError, match=r"These 10 trainings .* or fewer runs"):
        limits.check(*10 * [member])


def test_only_what_is_left_to_do_counts(configured):
    limits, problem = Limits(max_run_seconds=1), resolve(configured(epochs=1000))
    with pytest.raises(LimitError):
        limits.check(problem)
    limits.check(problem, start=problem.total_steps - 10)


def test_a_history_that_would_fill_the_disk_is_refused():
    long = ExperimentConfig().with_values({"training.epochs": 1_000_000})
    Limits(max_run_mb=100).check(resolve(long))
    with pytest.raises(LimitError, match=r"keep about 3\d MB, this server allows 10 MB"):
        Limits(max_run_mb=10).check(resolve(long))


def test_weights_of_both_networks_count():
    n_generator = (10 + 1) * 16 + (16 + 1) * 32 + (32 + 1) * 4
    n_discriminator = (4 + 1) * 32 + (32 + 1) * 16 + (16 + 1) * 1
    total = n_generator + n_discriminator
    Limits(max_weights=total).check(resolve(ExperimentConfig()))
    message = refusal(Limits(max_weights=total - 1), ExperimentConfig())
    assert f"{total:,} weights; this server allows {total - 1:,}" in message
    assert "narrower" in message


def test_disk():
    limits, free = Limits(min_free_mb=200), 300 * 2**20
    limits.check_disk(free)
    limits.check_disk(free, 100 * 2**20)
    limits.check_disk(None, 10**12)  # a database server's
    with pytest.raises(LimitError, match=r"only 199 MB left, runs need 200 MB\. Delete old"):
        limits.check_disk(199 * 2**20)
    with pytest.raises(LimitError, match=r"only 300 MB left, this would need 301 MB\..* epochs"):
        limits.check_disk(free, 100 * 2**20 + 1)


def test_scheduled_changes_count_from_their_step_on(configured):
    def cost(schedule, start=0):
        config = configured({"schedule": schedule}, epochs=1000)  # 2,000 steps
        return Limits().check(resolve(config), start=start).seconds

    plain, more = cost([]), {"training.n_critic": 20}
    dear = cost([{"step": 0, "set": more}])
    assert dear > 5 * plain
    assert cost([{"step": 1500, "set": more}]) == pytest.approx((3 * plain + dear) / 4)
    back = [{"step": 500, "set": more}, {"step": 1500, "set": {"training.n_critic": 1}}]
    assert cost(back) == pytest.approx((plain + dear) / 2)
    assert cost(back, start=1000) == pytest.approx((plain + dear) / 4)
    assert cost([{"step": 3000, "set": more}]) == plain


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
