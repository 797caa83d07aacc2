"""An experiment as the query of a URL: short keys, and only what differs from the tutorial.

``lr=0.001&epochs=300&lock=lr`` is the tutorial with another learning rate and fewer epochs, in
which the learning rate cannot be changed. A setting declares its own key (`Setting.key`).
"""

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

from gan_core.config import ExperimentConfig, declared_params
from gan_core.config.schedule import Edit
from gan_core.config.upgrades import upgrade_query
from gan_core.data import DATA_SOURCES
from gan_core.errors import ConfigError, hint, short
from gan_core.settings import Setting

LOCK, HIDE = "lock", "hide"
ALL = "all"
RESERVED = ("run", LOCK, HIDE)  # words of a URL that cannot be the key of a setting
_REPEATS = Setting("Repeats", "Seeds to train with.", low=1, high=1_000_000)
_SPEED = Setting("Speed", "Updates per second; 0: as fast as possible.", low=0, high=1000)
STARTING = {  # how a run is started, which is no part of its config
    "repeats": _REPEATS.of_field(int, "repeats", 1),
    "speed": _SPEED.of_field(int, "speed", 0),
}


@dataclass(frozen=True)
class SharedConfig:
    """The content of a link.

    Attributes:
        config: the complete experiment.
        locked: dotted names of the settings that are shown but cannot be changed.
        hidden: dotted names of the settings that are not shown.
    """

    config: ExperimentConfig
    locked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def to_query(
    config: ExperimentConfig, locked: Iterable[str] = (), hidden: Iterable[str] = ()
) -> dict[str, str]:
    """The settings that differ from the tutorial's, by their short keys, as text.

    Args:
        config: the experiment.
        locked: dotted names of settings that visitors with the link cannot change.
        hidden: dotted names of settings that they do not see.

    >>> to_query(ExperimentConfig().with_values({"training.epochs": 300}), ["optimizer.lr_g"])
    {'epochs': '300', 'lock': 'lr'}
    """
    values, declared = config.flat(), declared_params()
    query = {
        p.key: _codec(p).write(values[path])
        for path, p in declared.items()
        if path in values and values[path] != _unsaid(path, values)
    }
    restricted = {LOCK: set(locked), HIDE: set(hidden)}
    return query | {
        word: ALL
        if paths >= declared.keys()
        else _write_list(declared[p].key for p in declared if p in paths)
        for word, paths in restricted.items()
        if paths
    }


def from_query(query: Mapping[str, str]) -> SharedConfig:
    """Read what `to_query` wrote; settings left out take the tutorial's values.

    Raises:
        ConfigError: unknown keys or invalid values; the message names each and what was expected.
    """
    declared = declared_params()
    paths = {p.key: path for path, p in declared.items()}
    query = upgrade_query(query, (LOCK, HIDE))
    faults: list[ConfigError] = []
    said: dict[str, Any] = {}
    for key, text in query.items():
        if key in paths:
            with _noted(faults):
                said[paths[key]] = _read(paths[key], key, text)
    faults += _unknown(query.keys(), (*paths, LOCK, HIDE))
    locked, hidden = (_restricted(w, query.get(w, ""), paths, faults) for w in (LOCK, HIDE))
    if faults:
        raise refusal(faults)
    values: dict[str, Any] = {}
    for path in paths.values():  # in order of declaration: dependencies come first
        values[path] = said[path] if path in said else _unsaid(path, values)
    # Weights of penalties that are off do not matter; nor do default values of another loss.
    idle = {p for p in declared if p not in said or values[p] == declared[p].default}
    idle |= {p for p in declared if p.startswith("penalties.")}
    try:
        chosen = {path: values[path] for path in ("loss.name", "penalties")}
        in_force = ExperimentConfig().with_values(chosen).flat()
        changes = {path: v for path, v in values.items() if path in in_force or path not in idle}
        config = ExperimentConfig().with_values(changes)
    except ConfigError as error:
        raise refusal([error]) from error
    return SharedConfig(config, locked, hidden)


def read_value(path: str, text: str) -> Any:  # noqa: ANN401 - a value of any setting
    """The value of a setting as a link writes it; invalid text is left as it is."""
    return _codec(declared_params()[path]).read(text)


def write_value(path: str, value: Any) -> str:  # noqa: ANN401 - a value of any setting
    """The value of a setting as a link writes it, but for the encoding of an address."""
    return _codec(declared_params()[path]).write(value)


def complete(values: Mapping[str, Any]) -> dict[str, Any]:
    """Some settings, with those that follow from them: the first class of another table."""
    if "data.source" in values and "data.classes" not in values:
        return {**values, "data.classes": _unsaid("data.classes", values)}
    return dict(values)


def restrictions_of(query: Mapping[str, str]) -> dict[str, str]:
    """The part of a query that locks and hides."""
    return {key: text for key, text in query.items() if key in (LOCK, HIDE)}


def as_text(query: Mapping[str, str]) -> str:
    """A query as written in a URL: ``lr=0.001&g_dims=16,32``."""
    return urlencode(query, quote_via=quote, safe=",")


def _unsaid(path: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a value of any setting
    """The value of a setting that a link leaves out, given those before it."""
    if path == "data.classes":  # as on the page Data, a new table starts with its first class
        source = DATA_SOURCES.get(values["data.source"])
        return source.classes[:1] if source else ()
    if path == "optimizer.lr_d":  # one rate for both players, unless D has its own
        return values["optimizer.lr_g"]
    return declared_params()[path].default


def _read(path: str, key: str, text: str) -> Any:  # noqa: ANN401 - a value of any setting
    declared = declared_params()[path]
    try:
        return declared.check(f"{key} ({path})", _codec(declared).read(text))
    except ConfigError as error:
        raise ConfigError(path, str(error)) from error


def _restricted(
    word: str, text: str, paths: Mapping[str, str], faults: list[ConfigError]
) -> frozenset[str]:
    """The settings that ``lock`` or ``hide`` names; notes the unknown keys."""
    keys = _read_list(text)
    if ALL in keys:
        return frozenset(paths.values())
    faults += _unknown(keys, (*paths, ALL), f" in {word}")
    return frozenset(paths[key] for key in keys if key in paths)


def _unknown(keys: Iterable[str], known: Sequence[str], where: str = "") -> Iterator[ConfigError]:
    """A fault for each key that resembles a known one, and one for all others."""
    far = []
    for key in (key for key in keys if key not in known):
        near = difflib.get_close_matches(key, known, n=1)
        if near:
            yield ConfigError(key, _no_setting([key], where, hint(near, known)))
        else:
            far.append(key)
    if far:
        yield ConfigError(far[0], _no_setting(far, where, hint([], known)))


def _no_setting(keys: Iterable[str], where: str, advice: str) -> str:
    names = " or ".join(short(key, 24) for key in keys)  # longer than any there is
    return f"There is no setting named {names}{where}. {advice}"


@contextmanager
def _noted(faults: list[ConfigError]) -> Iterator[None]:
    """Continue after a fault, so that all faults of a link are reported at once."""
    try:
        yield
    except ConfigError as error:
        faults.append(error)


def refusal(faults: Sequence[ConfigError]) -> ConfigError:
    """All faults as one error, attributed to the first one's setting."""
    said = " ".join(map(str, faults))
    return ConfigError(faults[0].path, f"This link cannot be used: {said}")


@dataclass(frozen=True)
class _Codec:
    """How the values of a kind of setting are written and read; invalid text is left as it is."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _codec(declared: Setting) -> _Codec:
    return _CODECS.get(declared.kind, _TEXT)


def _write_float(value: float) -> str:
    """The shortest text that reads as the same number."""
    brief = f"{value:g}"
    return brief if float(brief) == value else repr(value)


def _number(kind: type[int] | type[float]) -> Callable[[str], float | str]:
    def read(text: str) -> float | str:
        try:
            return kind(text)
        except ValueError:
            return text

    return read


def _write_list(values: Iterable[object]) -> str:
    """Separated by commas; a comma in a name is percent-encoded, ``%2C``."""
    return ",".join(str(v).replace("%", "%25").replace(",", "%2C") for v in values)


def _read_list(text: str) -> list[str]:
    return [unquote(part) for part in text.split(",")] if text else []


def _write_edits(edits: Iterable[Edit]) -> str:
    return json.dumps([edit.to_dict() for edit in edits], separators=(",", ":"))


def _read_edits(text: str) -> Any:  # noqa: ANN401 - the config says what is wrong with it
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


_TEXT = _Codec(str, str)
_CODECS = {
    "int": _Codec(str, _number(int)),
    "float": _Codec(_write_float, _number(float)),
    "ints": _Codec(_write_list, lambda text: [_number(int)(part) for part in _read_list(text)]),
    "names": _Codec(_write_list, _read_list),
    "set": _Codec(_write_list, _read_list),
    "edits": _Codec(_write_edits, _read_edits),
}
