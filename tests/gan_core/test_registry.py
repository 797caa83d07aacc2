import pytest

from gan_core.registry import Registry, register


def test_members_by_name_in_order_of_entry():
    things = Registry("thing")
    things.add("b", 1)
    assert things.add("a", 2) == 2
    assert dict(things) == {"b": 1, "a": 2}
    assert list(things) == ["b", "a"]
    assert len(things) == 2
    assert "a" in things
    assert "c" not in things


def test_decorator_registers_and_returns_the_member():
    things = Registry("thing")

    @register(things, "it")
    def member():
        return 5

    assert things["it"] is member
    assert member() == 5


def test_taken_name_raises_and_keeps_the_first():
    things = Registry("thing")
    things.add("it", 1)
    with pytest.raises(ValueError, match="already a thing named 'it'"):
        register(things, "it")(2)
    assert things["it"] == 1


def test_unknown_name_is_a_key_error():
    with pytest.raises(KeyError):
        Registry("thing")["it"]
