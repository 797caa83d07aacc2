"""Upgrades from what earlier versions wrote to what this one reads: one small function each.

They take what that version wrote, and leave malformed values for validation to refuse.
"""

from collections.abc import Callable, Mapping
from typing import Any

from gan_core.errors import ConfigError

SCHEMA_VERSION = 2


def upgrade(values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values of a config of any version, as this version writes them, minus the version.

    Raises:
        ConfigError: the version is invalid, or that of a newer program.
    """
    values = dict(values)
    version = values.pop("schema_version", SCHEMA_VERSION)
    if type(version) is not int or not 1 <= version <= SCHEMA_VERSION:
        raise ConfigError(
            "schema_version",
            f"schema_version must be from 1 to {SCHEMA_VERSION}, the newest known here. "
            f"Got {version!r} instead: update the program, or remove the key and check the "
            "settings.",
        )
    for step in _STEPS[version - 1 :]:
        step(values)
    return values


def _to_2(values: dict[str, Any]) -> None:
    """Penalties became a set of objects, and G got a LeakyReLU slope of its own."""
    loss, discriminator = values.get("loss"), values.get("discriminator")
    if isinstance(loss, Mapping):
        values["loss"] = loss = dict(loss)
        penalty = loss.pop("penalty", "none")
        weights = {"gp": ("lambda_gp", 10.0), "r1": ("gamma", 1.0), "r2": ("gamma", 1.0)}
        found = {name: loss.pop(name, usual) for name, usual in set(weights.values())}
        if isinstance(penalty, str) and penalty in weights:
            weight, _ = weights[penalty]
            values["penalties"] = {penalty: {weight: found[weight]}}
        elif penalty != "none":
            values["penalties"] = [penalty]
        if loss.get("name", "bce") not in ("bce", "least-squares") and not loss.get(
            "label_smoothing"
        ):
            loss.pop("label_smoothing", None)
    if isinstance(discriminator, Mapping) and "slope" in discriminator:
        generator = values.setdefault("generator", {})
        if isinstance(generator, Mapping):
            values["generator"] = {**generator, "slope": discriminator["slope"]}


_STEPS: tuple[Callable[[dict[str, Any]], None], ...] = (_to_2,)

# Link keys that once stood for what are now several settings. Links carry no version.
_DIVIDED = {"slope": ("g_slope", "d_slope"), "gamma": ("gamma_r1", "gamma_r2")}


def upgrade_query(query: Mapping[str, str], lists: tuple[str, ...]) -> dict[str, str]:
    """A link's query with today's keys; a key of today beside an old one takes precedence.

    Args:
        query: texts by key.
        lists: keys whose texts are lists of keys.
    """
    found: dict[str, str] = {}
    for key, text in query.items():
        for name in _DIVIDED.get(key, ()):
            found[name] = text
    found |= {key: text for key, text in query.items() if key not in _DIVIDED}
    if found.get("penalty") == "none":
        found["penalty"] = ""
    for key in lists:
        if key in found:
            names = (_DIVIDED.get(name, (name,)) for name in found[key].split(","))
            found[key] = ",".join(name for several in names for name in several)
    return found
