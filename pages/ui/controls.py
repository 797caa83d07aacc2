"""Settings as widgets: each from its one declaration in the config, never typed twice."""

import math
from collections.abc import Iterable
from typing import Any

import streamlit as st

from gan_core.config import ExperimentConfig, declared_params
from gan_core.errors import ConfigError
from gan_core.fields import Param
from gan_core.training.choice import choose_engine
from pages.ui import state
from pages.ui.text import _, plain

_LR = "optimizer.lr_g"
_OWN_LR = "optimizer.lr_d"
_MANTISSAS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


def training_controls() -> ExperimentConfig | None:
    """Draw every setting of a training but its data.

    Returns:
        the settings as they stand, None while one of them is wrong (the page says which).
    """
    values: dict[str, Any] = {"generator.latent_dim": _widget("generator.latent_dim")}
    values[_LR] = values[_OWN_LR] = _slider(_LR, _("Learning rate"))
    values["training.epochs"] = _widget("training.epochs")
    with st.expander(_("Networks")):
        values |= _widgets(NETWORKS)
    with st.expander(_("Loss")):
        values |= _widgets(("loss.name", "loss.label_smoothing", "loss.penalty"))
        values |= _penalty_weight(values["loss.penalty"])
    with st.expander(_("Optimizer and batch")):
        values |= _widgets(("training.batch_size",))
        values[_OWN_LR] = _own_rate(values[_LR])
        values |= _widgets(OPTIMIZER)
    for column, path in zip(st.columns(2), ("seed", "training.device"), strict=True):
        with column:
            values[path] = _widget(path)
    try:
        config = state.settings().with_values(values)
        choose_engine(config)
    except ConfigError as error:
        st.error(_friendly(error), icon=":material/error:")
        return None
    state.keep_settings(config)
    return config


NETWORKS = (
    "generator.hidden_dims",
    "generator.activation",
    "discriminator.hidden_dims",
    "discriminator.activation",
    "discriminator.slope",
)
OPTIMIZER = (
    "training.n_critic",
    "optimizer.beta1",
    "optimizer.beta2",
    "training.ema_decay",
    "training.engine",
)


def _widgets(paths: Iterable[str]) -> dict[str, Any]:
    return {path: _widget(path) for path in paths}


def _widget(path: str) -> Any:  # noqa: ANN401 - a value of any setting
    """The widget that suits a setting's declaration."""
    declared = declared_params()[path]
    if declared.kind == "choice":
        return _choice(path)
    if declared.kind == "ints":
        return _widths(path)
    return _slider(path) if declared.usual else _number(path)


def _penalty_weight(penalty: str) -> dict[str, Any]:
    """The weight of the penalty in force; the other one keeps its value unseen."""
    weights = {"gp": "loss.lambda_gp", "r1": "loss.gamma", "r2": "loss.gamma"}
    return _widgets((weights[penalty],)) if penalty in weights else {}


def _slider(path: str, label: str = "") -> float:
    """A slider: over the numbers themselves, or over round numbers on a log scale."""
    declared, key = declared_params()[path], _start(path)
    label = label or _(declared.label)
    low, high = declared.usual or (declared.low, declared.high)
    if declared.scale == "log":
        options = _with(st.session_state[key], round_numbers(declared))
        return st.select_slider(label, options, format_func=_shown, key=key, help=_help(declared))
    if declared.kind == "int":
        low, high = int(low), max(int(high), st.session_state[key])
        return st.slider(label, low, high, step=1, key=key, help=_help(declared))
    high = max(float(high), st.session_state[key])
    return st.slider(label, float(low), high, step=high / 20, key=key, help=_help(declared))


def _widths(path: str) -> list[int | str]:
    """Widths of hidden layers as text, "16, 32"; what is not a number goes on to validation."""
    declared = declared_params()[path]
    key = _start(path, ", ".join(map(str, state.settings().flat()[path])))
    text = st.text_input(_(declared.label), key=key, help=_help(declared))
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    # An empty field is an accident; who wants no hidden layer chooses the activation none.
    found: list[int | str] = [
        int(part) if part.isdecimal() and part.isascii() else part for part in parts
    ]
    return found or [text]


def _number(path: str) -> float:
    declared, key = declared_params()[path], _start(path)
    label, help_text = _(declared.label), _help(declared)
    if declared.kind == "int":
        low, high = int(declared.low), int(declared.high)
        return st.number_input(label, low, high, step=1, key=key, help=help_text)
    return st.number_input(
        label, declared.low, declared.high, step=0.001, format="%.4g", key=key, help=help_text
    )


def _choice(path: str) -> str:
    declared, key = declared_params()[path], _start(path)
    options = list(declared.choices()) if declared.choices else []
    return st.selectbox(_(declared.label), options, key=key, help=_help(declared))


def _own_rate(shared: float) -> float:
    """D's learning rate: the shared one, unless a rate of its own is asked for."""
    config = state.settings()
    key = _start("own_rate", config.optimizer.lr_d != config.optimizer.lr_g)
    label, help_text = _("Another rate for D"), _("Let D learn faster or slower than G.")
    return _slider(_OWN_LR) if st.toggle(label, key=key, help=help_text) else shared


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


def _help(declared: Param) -> str:
    return _(declared.help)


def _friendly(error: ConfigError) -> str:
    """The message with the label that stands on the page in front of the setting's name."""
    declared = declared_params().get(error.path)
    return f"**{_(declared.label)}**: {plain(error)}" if declared else plain(error)
