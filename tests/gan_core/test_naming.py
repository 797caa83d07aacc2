import pytest

from gan_core.naming import MAX_NAME, clean_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  wide   critic ", "wide critic"),
        ("two\nlines\tand\x00a\x1bcontrol", "two lines andacontrol"),
        ("a\u200bb\u200d\ufeffc", "abc"),  # zero width
        ("abc\u202egpj.exe", "abcgpj.exe"),  # would be read backwards
        ("\u2066a\u2069", "a"),
        ("cafe\u0301", "caf\u00e9"),  # composed
        ("\ue000x\ud83d", "x"),  # private use; half of a character
        ("a \u200b b", "a b"),
        ("设置 ünïcödé ✓ 👍", "设置 ünïcödé ✓ 👍"),
        ("x" * 500, "x" * MAX_NAME),
    ],
)
def test_a_name_keeps_what_can_be_seen(given, kept):
    assert clean_name(given) == kept
    assert clean_name(kept) == kept


@pytest.mark.parametrize(
    "unseen", ["", " \n\t ", "\u200b\u200c\u200d", "\u202e\u2066", "\u3164", "\u2800", "\ufe0f"]
)
def test_nothing_that_can_be_seen_is_no_name(unseen):
    assert clean_name(unseen) == ""
