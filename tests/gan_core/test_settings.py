from dataclasses import replace

import numpy as np
import pytest

from gan_core.errors import ConfigError
from gan_core.settings import Section, Setting, setting


class Oven(Section):
    section = "oven"

    heat: float = setting(200, "Heat", "Hot.", low=0, high=300, unit="°C")
    racks: tuple[int, ...] = setting((1, 2), "Racks", "Of iron.", low=1, high=9, max_length=3)
    mode: str = setting("fan", "Mode", "Of air.", choices=lambda: ("fan", "grill"), key="air")
    fuels: tuple[str, ...] = setting((), "Fuels", "To burn.", choices=lambda: ("gas", "wood"))


def test_a_field_says_the_rest_of_its_declaration():
    found = dict(Oven.settings())
    assert list(found) == ["oven.heat", "oven.racks", "oven.mode", "oven.fuels"]
    assert [s.kind for s in found.values()] == ["float", "ints", "choice", "set"]
    assert [s.key for s in found.values()] == ["heat", "racks", "air", "fuels"]
    assert [s.default for s in found.values()] == [200, (1, 2), "fan", ()]


def test_lists_become_tuples_sets_have_their_order_and_numpy_numbers_become_plain_ones():
    oven = Oven(heat=np.float32(100.0), racks=[np.int64(3)], fuels=["wood", "gas"])
    assert (oven.racks, oven.fuels) == ((3,), ("gas", "wood"))
    assert [type(v) for v in (oven.heat, *oven.racks)] == [float, int]
    assert Oven(heat=7) == Oven(heat=7.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"heat": 301}, "oven.heat must be a number from 0 to 300. Got 301 instead."),
        ({"heat": "5"}, "oven.heat must be a number from 0 to 300. Got '5' instead."),
        ({"heat": np.bool_(True)}, "oven.heat must be a number from 0 to 300. Got "),
        (
            {"racks": (0,)},
            "oven.racks must be a list of at most 3 whole numbers from 1 to 9. Got (0,) instead.",
        ),
        ({"racks": {1, 2}}, "oven.racks must be a list of at most 3 whole numbers from 1 to 9."),
        ({"mode": "Fan"}, "oven.mode must be one of fan, grill. Got 'Fan' instead."),
        ({"fuels": ["gas", "gas"]}, "oven.fuels contains a name twice. Got ['gas', 'gas']."),
        ({"fuels": ["oil"]}, "oven.fuels must be a list of any of gas, wood. Got ['oil'] instead."),
        ({"maker": "unknown"}, "There is no setting named 'oven.maker'. Known here: oven.heat, "),
    ],
    ids=str,
)
def test_messages(wrong, message):
    with pytest.raises(ConfigError) as caught:
        Oven(**wrong)
    assert str(caught.value).startswith(message)
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
    assert Setting("label", "help", kind=kind, **known).expected() == words


def test_choices_are_asked_for_when_needed():
    grown = ["a"]
    declared = Setting("label", "help", choices=lambda: grown, kind="choice")
    with pytest.raises(ConfigError):
        declared.check("x", "b")
    grown.append("b")
    assert declared.check("x", "b") == "b"


TOO_LARGE = {"digits": 10**5000, "depth": [], "length": "y" * 10_000}
for _ in range(100_000):
    TOO_LARGE["depth"] = [TOO_LARGE["depth"]]


@pytest.mark.parametrize("case", TOO_LARGE)
def test_values_of_any_size_are_shortened_in_messages(case):
    declared = Setting("label", "help", low=0, high=9)
    for kind in ("int", "float", "text", "names", "ints"):
        with pytest.raises(ConfigError) as caught:
            replace(declared, kind=kind, max_length=1).check("x", TOO_LARGE[case])
            raise ConfigError("x", "a text of any length is one") if kind == "text" else None
        assert len(str(caught.value)) < 150
