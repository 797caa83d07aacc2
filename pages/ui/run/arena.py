"""Views of a run: the charts, with scores, or beside them D's field or a density."""

from typing import Any

import streamlit as st

from gan_core.problem import resolve
from gan_core.store.model import Run
from gan_core.views import OTHERS, View
from pages.ui.parts.components import Component
from pages.ui.parts.navigation import link_to
from pages.ui.parts.text import _
from pages.ui.session.view import view_key

_arena = Component("stage/arena")

CHARTS, QUALITY, ARENA, DENSITY = "charts", "quality", "arena", "density"
_COMPONENTS = "components"
_NARROW: dict[str, Any] = {
    "label_visibility": "collapsed",
    "persist_state": "session",
    "width": 184,
}


def view_controls(run: Run) -> View | None:
    """Draw the choice of view; returns the picture to show, None if there is none.

    Two features are seen whole in the arena, which is the view that such a run opens with.
    """
    names = {
        CHARTS: _("Charts"),
        QUALITY: _("Quality"),
        ARENA: _("Arena"),
        DENSITY: _("Density"),
    }
    features = resolve(run.config).features
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        kind = st.segmented_control(
            _("View"),
            list(names),
            default=ARENA if len(features) == 2 else CHARTS,
            required=True,
            format_func=names.__getitem__,
            key=_kind_key(run),
            help=_(
                "The charts; the losses with the scores of the generated rows below them; D's "
                "judgement over a plane with the points on it; or the densities along one feature "
                "with D's output over them."
            ),
            label_visibility="collapsed",
            persist_state="session",
        )
        if kind == ARENA:
            return _plane(features)
        if kind == DENSITY:
            x = _feature("line", "", features)
            return View("density", x, 0, _others())
    return None


def next_steps(run: Run) -> None:
    """Draw what to press once a run has finished."""
    link_to("results", _("See what it learned"), "analytics", run)
    if st.session_state.get(_kind_key(run)) != ARENA:
        icon, words = ":material/swords:", _("The arena: D's judgement over the rows, as a film.")
        st.button(
            _("Watch the game"), icon=icon, key="watch", on_click=_to_arena, args=(run,), help=words
        )


def _to_arena(run: Run) -> None:
    st.session_state[_kind_key(run)] = ARENA


def is_quality_chosen(run: Run) -> bool:
    """Whether the scores are shown below the losses."""
    return st.session_state.get(_kind_key(run)) == QUALITY


def _kind_key(run: Run) -> str:
    return view_key("kind", len(resolve(run.config).features) == 2)


def arena(run: Run, view: View) -> None:
    """Draw a picture of a run; it follows the run and the timeline by itself."""
    query = {"view": view.kind, "x": view.x, "y": view.y, "others": view.others}
    data: dict[str, Any] = {
        "run": run.id,
        "status": run.status,
        "attempt": run.attempt,
        "steps_per_epoch": run.steps_per_epoch,
        "query": "&".join(f"{name}={value}" for name, value in query.items()),
        "others": _explained(run, view),
        "labels": _labels(),
    }
    _arena("arena", data)


def _plane(features: tuple[str, ...]) -> View:
    """Which plane to show; with two features there is only one."""
    if len(features) == 2:
        return View()
    x = st.selectbox(
        _("Along x, or plane"),
        [*range(len(features)), _COMPONENTS],
        format_func=lambda i: _("principal components") if i == _COMPONENTS else f"→ {features[i]}",
        key=view_key("x", len(features)),
        help=_(
            "The feature along x; or the plane of the first two principal components, in which "
            "the real rows vary most."
        ),
        **_NARROW,
    )
    if x == _COMPONENTS:
        return View(_COMPONENTS, others=_others())
    y = _feature("y", "↑ ", features, without=int(x))
    return View("pair", int(x), y, _others())


def _feature(name: str, mark: str, features: tuple[str, ...], without: int | None = None) -> int:
    return st.selectbox(
        _("Along y") if name == "y" else _("Feature"),
        [i for i in range(len(features)) if i != without],
        format_func=lambda i: mark + features[i],
        key=view_key(name, len(features), without),
        help=_("Which feature the picture shows along this axis."),
        **_NARROW,
    )


def _others() -> str:
    names = {"mean": _("others: mean"), "nearest": _("others: nearest row")}
    return st.selectbox(
        _("Other features"),
        OTHERS,
        format_func=names.__getitem__,
        key=view_key("others"),
        help=_(
            "D judges whole rows, so features that the picture does not show need values too: "
            "their mean over the real rows, or those of the real row that is nearest in the "
            "picture."
        ),
        **_NARROW,
    )


def _explained(run: Run, view: View) -> str:
    """How features not in the picture are held fixed; empty if it shows all of them."""
    shown = 1 if view.kind == "density" else 2
    if len(resolve(run.config).features) == shown:
        return ""
    if view.others == "mean":
        return _("D is evaluated with all other features at the real rows' mean.")
    return _("D is evaluated with all other features as in the nearest real row.")


def _labels() -> dict[str, str]:
    return {
        "real": _("real"),
        "generated": _("generated"),
        "output": _("D's output"),
        "fake_end": _("fake"),
        "real_end": _("real"),
        "decision": _("undecided"),
        "pull": _("pull on G's points"),
        "manifold": _("everything G can generate"),
        "density": _("density"),
        "threads": _("from z to x"),
        "noise": _("noise z"),
        "component": _("component {n} ({share} % of the variance, scaled)"),
        "epoch": _("epoch {epoch}"),
        "on_fake": _("D's mean output on generated rows: {value}"),
        "waiting": _("The picture appears with the first steps."),
        "loading": _("Loading …"),
        "lost": _("The server is not responding; trying again."),
        "alt_field": _(
            "Arena, {x} against {y}, {moment}: {real} real and {points} generated points over D's "
            "output, which averages {value} on the generated points"
        ),
        "alt_density": _(
            "Densities of real and generated rows along {x}, {moment}, with D's output, which "
            "averages {value} on the generated rows; the kernel is {bandwidth} wide (Scott's "
            "rule for the real rows)"
        ),
        "bandwidth": _("Gaussian kernel, {width} wide (Scott's rule for the real rows)"),
        "toggle": _("Show or hide: {name}"),
    }
