"""Settings as widgets: each from its one declaration in the config, never typed twice."""

import math
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypedDict

import streamlit as st

from gan_core.config import ExperimentConfig, declared_params
from gan_core.config.fields import Param
from gan_core.errors import ConfigError
from gan_core.problem import resolve
from gan_core.training.choice import choose_engine
from pages.ui.parts.text import _, plain
from pages.ui.session import state

_LR = "optimizer.lr_g"
_OWN_LR = "optimizer.lr_d"
_MANTISSAS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


def data_line() -> None:
    """The real rows in a line, and the way to others unless a link has fixed them."""
    try:
        problem = resolve(state.settings())
        rows = f"**{problem.table.title}** · {problem.n_rows:,} {_('rows')} × "
        rows += f"{len(problem.features)} {_('features')}"
    except ConfigError:  # the controls say why
        rows = f"**{plain(state.settings().data.source)}**"
    paths = {path for path in declared_params() if path.startswith("data.")}
    change = "" if paths <= state.fixed_settings() else f" [{_('change')}](data)"
    st.markdown(rows + change)


def training_controls(beside_seed: Callable[[], object]) -> ExperimentConfig | None:
    """Draw every setting of a training but its data, and what a link has not hidden.

    Args:
        beside_seed: draws what stands beside the seed.

    Returns:
        the settings as they stand, None while one of them is wrong (the page says which).
    """
    values = _widgets(("generator.latent_dim",))
    rate = _widget(_LR)
    values |= {_LR: rate, _OWN_LR: rate, "training.epochs": _widget("training.epochs")}
    with _expander(_("Networks"), NETWORKS):
        values |= _widgets(NETWORKS)
    with _expander(_("Loss"), (*LOSS, *_penalty_weight(state.settings().loss.penalty))):
        values |= _widgets(LOSS)
        values |= _widgets(_penalty_weight(values["loss.penalty"]))
    optimizer = (*OPTIMIZER, *_players(state.settings().training.players))
    with _expander(_("Optimizer and batch"), ("training.batch_size", _OWN_LR, *optimizer)):
        values |= _widgets(("training.batch_size",))
        values[_OWN_LR] = _own_rate(values[_LR])
        values |= _widgets(optimizer)
    left, right = st.columns(2)
    with left:
        values |= _widgets(("seed",))
    with right:
        beside_seed()
    try:
        config = state.settings().with_values(values)
        choose_engine(resolve(config))
    except ConfigError as error:
        st.error(_friendly(error), icon=":material/error:")
        return None
    state.keep_settings(config)
    return config


def control_label(path: str) -> str:
    """The name of a setting's control on the pages."""
    return _("Learning rate") if path == _LR else _(declared_params()[path].label)


NETWORKS = (
    "generator.hidden_dims",
    "generator.activation",
    "discriminator.hidden_dims",
    "discriminator.activation",
    "discriminator.slope",
)
LOSS = ("loss.name", "loss.label_smoothing", "training.input_noise", "loss.penalty")
OPTIMIZER = (
    "training.n_critic",
    "optimizer.beta1",
    "optimizer.beta2",
    "training.ema_decay",
    "training.engine",
    "training.device",
)


def _widgets(paths: Iterable[str]) -> dict[str, Any]:
    return {path: _widget(path) for path in paths}


def _expander(label: str, paths: Iterable[str]) -> AbstractContextManager[Any]:
    """An expander, unless everything in it is hidden."""
    return nullcontext() if state.hidden_settings().issuperset(paths) else st.expander(label)


def _widget(path: str) -> Any:  # noqa: ANN401 - a value of any setting
    """The widget that suits a setting's declaration; what a link hides keeps its value unseen."""
    declared = declared_params()[path]
    if path in state.hidden_settings():
        return state.settings().flat()[path]
    if declared.kind == "choice":
        return _choice(path)
    if declared.kind == "ints":
        return _widths(path)
    return _slider(path) if declared.usual else _number(path)


def _penalty_weight(penalty: str) -> tuple[str, ...]:
    """The weight of the penalty in force; the other one keeps its value unseen."""
    return {"gp": ("loss.lambda_gp",), "none": ()}.get(penalty, ("loss.gamma",))


def _players(players: str) -> tuple[str, ...]:
    """Who learns: a matter of single steps, with buttons of their own, unless a link says it."""
    return () if players == "both" else ("training.players",)


def _slider(path: str) -> float:
    """A slider: over the numbers themselves, or over round numbers on a log scale."""
    declared, key = declared_params()[path], _start(path)
    common = _common(path)
    low, high = declared.usual or (declared.low, declared.high)
    if declared.scale == "log":
        options = _with(st.session_state[key], round_numbers(declared))
        return st.select_slider(options=options, format_func=_shown, **common)
    if declared.kind == "int":
        low, high = int(low), max(int(high), st.session_state[key])
        return st.slider(min_value=low, max_value=high, step=1, **common)
    high = max(float(high), st.session_state[key])
    return st.slider(min_value=float(low), max_value=high, step=high / 20, **common)


def _widths(path: str) -> list[int | str]:
    """Widths of hidden layers as text, "16, 32"; what is not a number goes on to validation."""
    now = state.settings().flat()[path]
    _start(path, ", ".join(map(str, now)))
    text = st.text_input(**_common(path))
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    if not parts and not now:  # so a file or a link has brought it
        return []
    # An empty field is an accident; who wants no hidden layer chooses the activation none.
    found: list[int | str] = [
        int(part) if part.isdecimal() and part.isascii() else part for part in parts
    ]
    return found or [text]


def _number(path: str) -> float:
    declared, common = declared_params()[path], _common(path)
    if declared.kind == "int":
        low, high = int(declared.low), int(declared.high)
        return st.number_input(min_value=low, max_value=high, step=1, **common)
    low, high = declared.low, declared.high
    return st.number_input(min_value=low, max_value=high, step=0.001, format="%.4g", **common)


def _choice(path: str) -> str:
    declared = declared_params()[path]
    options = list(declared.choices()) if declared.choices else []
    return st.selectbox(options=options, **_common(path))


def _own_rate(shared: float) -> float:
    """D's learning rate: the shared one, unless a rate of its own is asked for."""
    rates = state.settings().optimizer
    if _OWN_LR in state.hidden_settings():
        return rates.lr_d if rates.lr_d != rates.lr_g else shared
    own = st.toggle(
        _("Another rate for D"),
        key=_start("own_rate", rates.lr_d != rates.lr_g),
        help=_("Let D learn faster or slower than G."),
        disabled=_OWN_LR in state.locked_settings(),
    )
    return _widget(_OWN_LR) if own else shared


class _Common(TypedDict):
    """What every widget of a setting has."""

    label: str
    key: str
    help: str
    disabled: bool


def _common(path: str) -> _Common:
    """Name, key and help of a setting's widget; it stands still if a link has locked it."""
    locked = path in state.locked_settings()
    lock = f":material/lock: {_('Locked by the link that opened this page.')}\n\n"
    return _Common(
        label=control_label(path),
        key=_start(path),
        help=(lock if locked else "") + _(declared_params()[path].help),
        disabled=locked,
    )


def _start(path: str, value: object = None) -> str:
    """The key of a widget, which begins with the value of the session's settings."""
    key = state.widget_key(path)
    if key not in st.session_state:
        st.session_state[key] = state.settings().flat()[path] if value is None else value
    return key


def round_numbers(declared: Param) -> list[float]:
    """Round numbers over a log range: 1, 1.5, 2, 3, 5, 7 times powers of ten.

    For sizes in rows powers of two, as is usual for batches.
    """
    low, high = declared.usual or (declared.low, declared.high)
    if declared.unit == "rows":
        return [2**i for i in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)]
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [float(f"{m}e{d}") for d in decades for m in _MANTISSAS]
    inside = [x for x in found if low <= x <= high]
    return [int(x) for x in inside if x == int(x)] if declared.kind == "int" else inside


def _with(value: float, options: list[float]) -> list[float]:
    """The options with a value that a file or a link may have brought."""
    return sorted({*options, value})


def _shown(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _friendly(error: ConfigError) -> str:
    """The message with the label that stands on the page in front of the setting's name."""
    declared = declared_params().get(error.path)
    return f"**{_(declared.label)}**: {plain(error)}" if declared else plain(error)
