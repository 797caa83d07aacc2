"""Fields for numbers in which nothing is changed or ignored in silence."""

from typing import Any

import streamlit as st

from gan_core.errors import ConfigError
from pages.ui.parts.text import _

_EXACT = 2**53 - 1  # the largest whole number that a browser knows exactly


def number_field(label: str, step: float = 1.0, **common: Any) -> float | None:  # noqa: ANN401
    """Draw a field for any number; returns None while it is empty or holds none.

    With bounds, a browser would not send what is beyond them. One for whole numbers would send
    2 for 2.5, and 1 for 1e99.

    Args:
        label: its name.
        step: of the buttons beside it.
        common: what any widget takes.
    """
    return st.number_input(label, value=None, step=float(step), format="%g", **common)


def whole(value: float | None) -> float | None:
    """The number in a field as an int if it is a whole one, for validation to refuse if not."""
    if value is None or not float(value).is_integer() or abs(value) > _EXACT:
        return value
    return int(value)


def no_number(name: str, expected: str) -> ConfigError:
    """The error for such a field that is empty, or holds what cannot be read."""
    said = _("{name} is empty, or not a number. Enter {expected}.")
    return ConfigError(name, said.format(name=name, expected=expected))
