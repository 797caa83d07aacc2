"""Declare a setting once, with the field that holds it: bounds, scale, unit, label and help.

A section of settings is a frozen pydantic model whose fields are made by `setting`:
``epochs: int = setting(10_000, "Epochs", "How often ...", low=1, high=1_000_000)``.
Validation, JSON schema, the pages' widgets, links, the command line and the docs all read it.
"""

from gan_core.settings.members import OneOf, SetOf, name_of, one_of, set_of
from gan_core.settings.section import Section, UnknownSettingError, not_an_object
from gan_core.settings.setting import Setting, setting

__all__ = [
    "OneOf",
    "Section",
    "SetOf",
    "Setting",
    "UnknownSettingError",
    "name_of",
    "not_an_object",
    "one_of",
    "set_of",
    "setting",
]
