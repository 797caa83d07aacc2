import dataclasses

import numpy as np
import pytest

from gan_core.config.fields import Param, check_fields, param, params
from gan_core.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class Oven:
    heat: float = param(200, "float", "Heat", "Hot.", low=0, high=300, unit="°C")
    racks: tuple[int, ...] = param((1, 2), "ints", "Racks", "Of iron.", low=1, high=9, max_length=3)
    mode: str = param("fan", "choice", "Mode", "Of air.", choices=lambda: ("fan", "grill"))
    maker: str = "unknown"  # not declared, so not checked

    def __post_init__(self):
        check_fields(self, "oven")


def test_only_declared_fields_are_params():
    assert [name for name, _ in params(Oven)] == ["heat", "racks", "mode"]
    assert dict(params(Oven))["heat"].unit == "°C"


def test_defaults_are_normalised_as_well():
    oven = Oven()
    assert type(oven.heat) is float
    assert oven == Oven(heat=200.0, racks=(1, 2), mode="fan")


def test_lists_become_tuples_and_numpy_numbers_plain_ones():
    oven = Oven(heat=np.float32(100.0), racks=[np.int64(3)])
    assert oven.racks == (3,)
    assert [type(v) for v in (oven.heat, *oven.racks)] == [float, int]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"heat": 301}, "oven.heat must be a number from 0 to 300. Got 301 instead."),
        (
            {"racks": (0,)},
            "oven.racks must be a list of at most 3 whole numbers from 1 to 9. Got (0,) instead.",
        ),
        ({"mode": "Fan"}, "oven.mode must be one of fan, grill. Got 'Fan' instead."),
    ],
)
def test_messages(wrong, message):
    with pytest.raises(ConfigError) as caught:
        Oven(**wrong)
    assert str(caught.value) == message
    assert caught.value.path == f"oven.{next(iter(wrong))}"


@pytest.mark.parametrize(
    ("kind", "known", "words"),
    [
        ("int", {"low": 1, "high": 1_000_000}, "a whole number from 1 to 1,000,000"),
        ("float", {"low": 1e-7, "high": 0.5}, "a number from 1e-07 to 0.5"),
        ("choice", {"choices": lambda: ["a", "b"]}, "one of a, b"),
        (
            "ints",
            {"low": 0, "high": 1024, "max_length": 6},
            "a list of at most 6 whole numbers from 0 to 1,024",
        ),
        ("names", {}, "a list of names"),
    ],
)
def test_expected_in_words(kind, known, words):
    assert Param(kind, "label", "help", **known).expected() == words


def test_choices_are_asked_for_when_needed():
    grown = ["a"]
    declared = Param("choice", "label", "help", choices=lambda: grown)
    with pytest.raises(ConfigError):
        declared.check("x", "b")
    grown.append("b")
    assert declared.check("x", "b") == "b"


def test_long_values_are_shortened_in_messages():
    with pytest.raises(ConfigError) as caught:
        Param("int", "label", "help", low=0, high=9).check("x", "y" * 10_000)
    assert len(str(caught.value)) < 150
