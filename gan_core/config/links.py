"""An experiment as the query of a URL: short keys, and only what differs from the tutorial.

``lr=0.001&epochs=300&lock=lr`` is the tutorial with another learning rate and fewer epochs, in
which the learning rate cannot be changed; with ``lock=all&free=lr`` nothing else can be. A setting
declares its own key (`Setting.key`).
"""

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote, unquote, urlencode

from gan_core.config import ExperimentConfig, declared_params
from gan_core.config.schedule import Edit
from gan_core.config.upgrades import upgrade_query
from gan_core.data import DATA_SOURCES
from gan_core.errors import ConfigError, hint, short
from gan_core.settings import Setting

LOCK, HIDE, FREE = "lock", "hide", "free"
ALL = "all"
INSTANT = "instant"  # training while sliders move, which a link can lock but not start
_LONGEST = 300  # characters of a refusal that tells of several faults
MAX_SPEED = 1000  # updates per second in slow motion
_REPEATS = Setting("Repeats", "Seeds to train with.", low=1, high=1_000_000)
_SPEED = Setting("Speed", "Updates per second; 0: as fast as possible.", low=0, high=MAX_SPEED)
STARTING = {  # how a run is started, which is no part of its config
    "repeats": _REPEATS.of_field(int, "repeats", 1),
    "speed": _SPEED.of_field(int, "speed", 0),
}
# Words of a URL that cannot be the key of a setting.
RESERVED = ("run", LOCK, HIDE, FREE, INSTANT, *STARTING)


@dataclass(frozen=True)
class SharedConfig:
    """The content of a link.

    Attributes:
        config: the complete experiment.
        locked: names, as in `lockable`, of what is shown but cannot be changed.
        hidden: dotted names of the settings that are not shown.
        repeats: seeds to train with.
        speed: updates per second, 0 for as fast as possible.
    """

    config: ExperimentConfig
    locked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    repeats: int = 1
    speed: int = 0


def lockable() -> dict[str, str]:
    """Key in a link of all that it can lock: settings by dotted name, and how a run is started."""
    keys = {path: declared.key for path, declared in declared_params().items()}
    return keys | {name: name for name in (*STARTING, INSTANT)}


def to_query(
    config: ExperimentConfig,
    locked: Iterable[str] = (),
    hidden: Iterable[str] = (),
    **starting: int,
) -> dict[str, str]:
    """The settings that differ from the tutorial's, by their short keys, as text.

    Args:
        config: the experiment.
        locked: names, as in `lockable`, of what visitors with the link cannot change.
        hidden: dotted names of settings that they do not see.
        starting: how to start a run, by name in `STARTING`.

    >>> to_query(ExperimentConfig().with_values({"training.epochs": 300}), ["optimizer.lr_g"])
    {'epochs': '300', 'lock': 'lr'}
    """
    values, declared = config.flat(), declared_params()
    query = {
        p.key: _codec(p).write(values[path])
        for path, p in declared.items()
        if path in values and values[path] != _unsaid(path, values)
    }
    query |= {n: str(value) for n, value in starting.items() if value != STARTING[n].default}
    query |= _locks(set(locked))
    if unseen := [p.key for path, p in declared.items() if path in set(hidden)]:
        query[HIDE] = ALL if len(unseen) == len(declared) else _write_list(unseen)
    return query


def _locks(locked: Set[str]) -> dict[str, str]:
    """What is locked, or all but what is free, whichever is shorter to say."""
    keys = lockable()
    free = [key for path, key in keys.items() if path not in locked]
    if len(free) == len(keys):
        return {}
    some = {LOCK: _write_list(key for path, key in keys.items() if path in locked)}
    others = {LOCK: ALL} | ({FREE: _write_list(free)} if free else {})
    return min(some, others, key=lambda query: len(as_text(query)))


def from_query(query: Mapping[str, str]) -> SharedConfig:
    """Read what `to_query` wrote; settings left out take the tutorial's values.

    Raises:
        ConfigError: unknown keys or invalid values; the message names each and what was expected.
    """
    declared = declared_params()
    paths = {p.key: path for path, p in declared.items()}
    query = upgrade_query(query, (LOCK, HIDE, FREE))
    faults: list[ConfigError] = []
    said: dict[str, Any] = {}
    for key, text in query.items():
        if key in paths:
            with _noted(faults):
                said[paths[key]] = _read(paths[key], key, text)
    starting: dict[str, int] = {}
    for name in STARTING.keys() & query.keys():
        with _noted(faults):
            starting[name] = STARTING[name].check(name, _number(int)(query[name]))
    faults += _unknown(query.keys(), (*paths, LOCK, HIDE, FREE, *STARTING))
    locked, hidden = _restrictions(query, paths, faults)
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
    return SharedConfig(config, locked, hidden, **starting)


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
    return {key: text for key, text in query.items() if key in (LOCK, HIDE, FREE)}


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


def _restrictions(
    query: Mapping[str, str], paths: Mapping[str, str], faults: list[ConfigError]
) -> tuple[frozenset[str], frozenset[str]]:
    """What a link locks, and what it hides."""
    shut = {key: name for name, key in lockable().items()}
    locked, free = (_restricted(word, query, shut, faults) for word in (LOCK, FREE))
    if FREE in query and len(locked) < len(shut):
        only = f"{FREE} says what {LOCK}={ALL} leaves free. Add that, or remove {FREE}."
        faults.append(ConfigError(FREE, only))
    return locked - free, _restricted(HIDE, query, paths, faults)


def _restricted(
    word: str, query: Mapping[str, str], paths: Mapping[str, str], faults: list[ConfigError]
) -> frozenset[str]:
    """What one of ``lock``, ``free`` and ``hide`` names; notes the unknown keys."""
    keys = _read_list(query.get(word, ""))
    if ALL in keys:
        return frozenset(paths.values())
    faults += _unknown(keys, (*paths, ALL), f" in {word}")
    return frozenset(paths[key] for key in keys if key in paths)


def _unknown(keys: Iterable[str], known: Sequence[str], where: str = "") -> Iterator[ConfigError]:
    """A fault for each of the first unknown keys, with known ones that may be meant."""
    # A message has no room for more of them.
    for key in islice((key for key in keys if key not in known), 5):
        start = key[:24]  # longer than any there is
        settings = declared_params().items() if len(start) > 2 else ()
        within = [p.key for path, p in settings if f".{start}" in path][:3]
        near = within or difflib.get_close_matches(start, known, n=2)
        advice = hint(near, known) if near else "Share, on the page Train, has the words of links."
        yield ConfigError(key, f"There is no setting named {short(key, 24)}{where}. {advice}")


@contextmanager
def _noted(faults: list[ConfigError]) -> Iterator[None]:
    """Continue after a fault, so that all faults of a link are reported at once."""
    try:
        yield
    except ConfigError as error:
        faults.append(error)


def refusal(faults: Sequence[ConfigError]) -> ConfigError:
    """All faults as one error, attributed to the first one's setting; some, if they are many."""
    said, left = f"This link cannot be used: {faults[0]}", list(map(str, faults[1:]))
    rest = " There is more."
    while left and len(said) + len(left[0]) < _LONGEST - len(rest):
        said += f" {left.pop(0)}"
    return ConfigError(faults[0].path, said + (rest if left else ""))


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
