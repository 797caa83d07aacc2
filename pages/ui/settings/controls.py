"""Settings as widgets: each built from its one declaration in the config."""

import math
from collections.abc import Callable, Iterable
from typing import Any, TypedDict

import streamlit as st

from gan_core.config import ExperimentConfig, declared_params, links
from gan_core.errors import ConfigError
from gan_core.problem import resolve
from gan_core.settings import Setting
from gan_core.training.choice import choose_engine
from pages.ui.parts.errors import in_words
from pages.ui.parts.navigation import link_to
from pages.ui.parts.numbers import no_number, number_field, whole
from pages.ui.parts.text import _, plain
from pages.ui.session.link import current_link
from pages.ui.session.settings import current_settings, keep_settings, widget_key

_LR = "optimizer.lr_g"
_OWN_LR = "optimizer.lr_d"
_PLAYERS = "training.players"
_NAMED = 3  # controls in a badge; the rest are counted
_MANTISSAS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


def data_line() -> None:
    """The real rows in one line, which leads to a choice of others unless the set is locked."""
    try:
        problem = resolve(current_settings())
        rows = f"**{problem.table.title}** · {problem.n_rows:,} {_('rows')} × "
        rows += f"{len(problem.features)} {_('features')}"
    except ConfigError:  # the controls say why
        rows = f"**{plain(current_settings().data.source)}**"
    if "data.source" in current_link().fixed:
        st.markdown(rows)
    else:
        link_to("data", rows, "edit", help=_("Choose other real rows."))


def training_controls(beside_seed: Callable[[], object]) -> ExperimentConfig:
    """Draw every setting of a training except its data and what a link has hidden.

    Args:
        beside_seed: draws what belongs beside the seed.

    Returns:
        the current settings.

    Raises:
        ConfigError: one of them is invalid; the message names it as the page does.
    """
    values = _widgets(("generator.latent_dim",))
    rate = _widget(_LR)
    values |= {_LR: rate, _OWN_LR: rate, "training.epochs": _widget("training.epochs")}
    values |= _in_expander("networks", _("Networks"), NETWORKS, rate)
    values |= _in_expander("loss", _("Loss"), LOSS, rate)
    values |= _in_expander("optimizer", _("Optimizer and batch"), (), rate)
    left, right = st.columns(2)
    with left:
        values |= _widgets(("seed",))
    with right:
        beside_seed()
    for path, value in values.items():
        if value is None:
            raise no_number(path, declared_params()[path].expected())
    config = current_settings().with_values(values)
    choose_engine(resolve(config))
    keep_settings(config)
    return config


def control_label(name: str) -> str:
    """The label of a control on the pages: of a setting, or of how a run is started."""
    known = {_LR: _("Learning rate"), links.INSTANT: _("Train while I move sliders")}
    return known.get(name) or _((links.STARTING.get(name) or declared_params()[name]).label)


def few(names: Iterable[str]) -> str:
    """The labels of controls, without repetition; the first three, and how many more.

    A learning rate for both players is one slider.
    """
    names = list(names)
    labels = [control_label(name) for name in names if name != _OWN_LR or _LR not in names]
    labels = list(dict.fromkeys(labels))
    return ", ".join(labels[:_NAMED]) + (f" +{len(labels) - _NAMED}" if labels[_NAMED:] else "")


# Which settings go where, by the start of their dotted names; the last expander has the rest.
NETWORKS = ("generator.", "discriminator.")
LOSS = ("loss.", "training.input_noise", "penalties")
_ELSEWHERE = ("generator.latent_dim", _LR, "training.epochs", "seed", "schedule", "data.")


def _place(path: str) -> tuple[str, ...] | None:
    """Which expander a setting belongs to; None for settings outside all expanders."""
    if path.startswith(_ELSEWHERE) or (path == _PLAYERS and path in _quiet()):
        return None
    return next((place for place in (NETWORKS, LOSS) if path.startswith(place)), ())


def _quiet() -> frozenset[str]:
    """Hide which players learn, unless a link sets it: single steps have buttons for that."""
    return frozenset({_PLAYERS}) if current_settings().training.players == "both" else frozenset()


def _settings_at(place: tuple[str, ...], rate: float) -> dict[str, Any]:
    """The widgets of an expander; the settings of a choice follow the choice."""
    config, values = current_settings().with_values({"schedule": ()}), {}
    while left := [p for p in config.flat() if _place(p) == place and p not in values]:
        path = left[0]
        values[path] = _own_rate(rate) if path == _OWN_LR else _widget(path)
        if declared_params()[path].members:
            config = config.with_values({path: values[path]})
    return values


def _widgets(paths: Iterable[str]) -> dict[str, Any]:
    return {path: _widget(path) for path in paths}


def _in_expander(name: str, label: str, place: tuple[str, ...], rate: float) -> dict[str, Any]:
    """The settings of an expander; there is none if they are all hidden.

    They are drawn from its first opening on: half of all that a browser draws on Train is in here,
    and hardly a visitor opens all of it. Closing leaves them, and what was typed last, in place.
    Where D has a rate of its own they are drawn at once: the toggle remembers that it has one.
    """
    config = current_settings().flat()
    paths = {path for path in config if _place(path) == place}
    if current_link().hidden >= paths:
        return _settings_at(place, rate)
    expander = st.expander(label, key=f"expander.{name}", on_change="rerun")
    is_new = st.session_state.keys().isdisjoint(map(widget_key, paths))
    if is_new and not expander.open and config[_OWN_LR] == config[_LR]:
        return {path: config[path] for path in paths - {_OWN_LR}}
    with expander:
        return _settings_at(place, rate)


def _widget(path: str) -> Any:  # noqa: ANN401 - a value of any setting
    """The widget for a setting's declaration; a hidden setting keeps its value."""
    declared = declared_params()[path]
    if path in current_link().hidden:
        return _now(path)
    if declared.kind in ("choice", "set"):
        return _choice(path)
    if declared.kind == "ints":
        return _widths(path)
    return slider(declared, **_common(path)) if declared.usual else _number(path)


def slider(declared: Setting, *, key: str, **common: Any) -> Any:  # noqa: ANN401 - int or float
    """A slider over the numbers themselves, or over round numbers on a log scale.

    Args:
        declared: the setting.
        key: of the session's state, which has the value; one from a file or a link may be unusual.
        common: what any widget takes.
    """
    value = st.session_state[key]
    low, high = declared.usual or (declared.low, declared.high)
    if declared.scale == "log":
        options = sorted({*_round_numbers(declared), value})
        return st.select_slider(options=options, format_func=_shown, key=key, **common)
    number = int if declared.kind == "int" else float
    low, high = number(low), max(number(high), value)
    step = 1 if number is int else high / 20
    return st.slider(min_value=low, max_value=high, step=step, key=key, **common)


def _widths(path: str) -> list[int | str]:
    """Widths of hidden layers as text, "16, 32"; what is not a number is left to validation.

    A separator at the end is no mistake; an entry that is missing is.
    """
    now = _now(path)
    _start(path, ", ".join(map(str, now)))
    text = st.text_input(**_common(path))
    parts = [part.strip() for part in text.replace(";", ",").split(",")]
    if parts == [""]:
        # An accident unless it came from a file or a link; for no hidden layer, choose the
        # activation none.
        return [text] if now else []
    if not parts[-1]:
        parts.pop()
    return [int(part) if part.isdecimal() and part.isascii() else part for part in parts]


def _number(path: str) -> float | None:
    if declared_params()[path].kind == "int":
        return whole(number_field(**_common(path)))
    return number_field(step=0.001, **_common(path))


def _choice(path: str) -> str | list[str]:
    """A choice, or several at once; each option brings its own label and help."""
    declared, common = declared_params()[path], _common(path)
    options = list(declared.choices()) if declared.choices else []
    members = declared.members or {}
    shown: Any = lambda name: _(members[name].label) if name in members else name  # noqa: E731
    now = st.session_state[common["key"]]
    explained = {
        shown(name): _(members[name].help)
        for name in ([now] if isinstance(now, str) else now)
        if name in members and members[name].help
    }
    about = [f"**{label}**: {text}" for label, text in explained.items()]
    common["help"] = "\n\n".join([common["help"], *about])
    if declared.kind == "choice":
        chosen = st.selectbox(options=options, format_func=shown, **common)
    else:
        chosen = st.multiselect(options=options, format_func=shown, **common)
    for text in explained.values():
        st.caption(text)
    return chosen


def _own_rate(shared: float) -> float:
    """D's learning rate: the shared one, unless a separate rate is chosen."""
    rates = current_settings().optimizer
    if _OWN_LR in current_link().hidden:
        return rates.lr_d if rates.lr_d != rates.lr_g else shared
    own = st.toggle(
        _("Separate rate for D"),
        key=_start("own_rate", rates.lr_d != rates.lr_g),
        help=_("Let D learn faster or slower than G."),
        disabled=_OWN_LR in current_link().locked,
    )
    return _widget(_OWN_LR) if own else shared


class _Common(TypedDict):
    """What every setting's widget has."""

    label: str
    key: str
    help: str
    disabled: bool


def _common(path: str) -> _Common:
    """Name, key and help of a setting's widget; disabled if a link has locked it."""
    locked = path in current_link().locked
    lock = f":material/lock: {_('Locked by the link that opened this page.')}\n\n"
    return _Common(
        label=control_label(path),
        key=_start(path),
        help=(lock if locked else "") + _(declared_params()[path].help),
        disabled=locked,
    )


def _start(path: str, value: object = None) -> str:
    """The key of a widget, which starts with the value in the session's settings."""
    key = widget_key(path)
    if key not in st.session_state:
        st.session_state[key] = _now(path) if value is None else value
    return key


def _now(path: str) -> Any:  # noqa: ANN401 - a value of any setting
    """A setting's value; its default if it belongs to what has only just been chosen."""
    value = current_settings().flat().get(path, declared_params()[path].default)
    return list(value) if declared_params()[path].kind == "set" else value


def _round_numbers(declared: Setting) -> list[float]:
    """Round numbers over a log range: 1, 1.5, 2, 3, 5, 7 times powers of ten.

    For sizes in rows, powers of two, as is usual for batches.
    """
    low, high = declared.usual or (declared.low, declared.high)
    if declared.unit == "rows":
        return [2**i for i in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)]
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [float(f"{m}e{d}") for d in decades for m in _MANTISSAS]
    inside = [x for x in found if low <= x <= high]
    return [int(x) for x in inside if x == int(x)] if declared.kind == "int" else inside


def _shown(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def friendly(error: ConfigError) -> str:
    """The message, which names the setting as the page does."""
    message, declared = in_words(error), declared_params().get(error.path)
    label = f"**{_(declared.label)}**" if declared else ""
    return message if label in message else f"{label}: {message}"
