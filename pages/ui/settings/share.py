"""Share: links that open these settings, or this run, elsewhere."""

from collections.abc import Iterable, Mapping

import streamlit as st

from gan_core.config import ExperimentConfig, declared_params, links
from gan_core.errors import ConfigError
from gan_core.store.model import Run
from pages.ui.parts.text import _, plain
from pages.ui.session.link import current_link, read_link
from pages.ui.session.settings import use_settings
from pages.ui.session.view import choose_start
from pages.ui.settings.controls import LOSS, control_label, few
from pages.ui.settings.qr import qr_code, why_none

_LOCK = "share_lock"  # the key of the settings to lock
_SLIDERS = ("generator.latent_dim", "optimizer.lr_g", "optimizer.lr_d", "training.epochs")


def follow_link() -> None:
    """Apply the settings in the address; an invalid link gets a message and changes nothing."""
    try:
        if found := read_link():
            use_settings(found.config)
            choose_start(found.repeats, found.speed)
    except ConfigError as error:
        st.error(plain(error), icon=":material/link_off:")


def link_badges() -> None:
    """Say what a link has set; drawn after the controls, which may override it."""
    if current_link().config:
        st.badge(_("Settings from a link"), icon=":material/link:", color="blue")
    in_sight = [n for n in links.lockable() if n not in current_link().hidden]
    free = [name for name in in_sight if name not in current_link().locked]
    if len(free) == len(in_sight):
        return
    if not free:
        said = _("All settings are locked by this link")
    elif len(free) < len(in_sight) - len(free):
        said = _("All settings are locked by this link except {names}").format(names=few(free))
    else:
        locked = few(name for name in in_sight if name not in free)
        said = _("Locked by this link: {names}").format(names=locked)
    st.badge(said, icon=":material/lock:", color="gray", help=_("The grey controls are locked."))


def share_button(config: ExperimentConfig, run: Run | None, **starting: int) -> None:
    """Draw the button; its content is built when it is opened.

    Args:
        config: the settings to share.
        run: the run shown.
        starting: how to start a run of them.
    """
    popover = st.popover(_("Share"), icon=":material/share:", key="share", on_change="rerun")
    if not popover.open:
        return
    with popover, st.container(gap="xsmall"):  # or its end would be out of sight on a laptop
        link = st.container(gap="xsmall")
        if run:
            _link(
                _("This run"),
                _("Opens the run itself, for anyone who can reach this server."),
                address("train", {"run": run.id}),
                "run",
            )
        st.markdown(f"**{_('For a class')}** · {_('Lock all but')}")
        _presets()
        lock, hide = st.columns(2)
        with lock:
            locked = _choose(
                _("Lock"),
                _LOCK,
                links.lockable(),
                current_link().locked,
                _("Shown, but cannot be changed."),
            )
        with hide:
            hidden = _choose(
                _("Hide"),
                "share_hide",
                declared_params(),
                current_link().hidden,
                _("Not shown; keeps its value."),
            )
        with link:
            _settings_link(config, run, links.to_query(config, locked, hidden, **starting))


def _settings_link(config: ExperimentConfig, run: Run | None, query: Mapping[str, str]) -> None:
    where = address("train", query)
    _link(
        _("These settings"),
        _("Opens the same settings anywhere, and training them gives the same numbers."),
        where,
        "settings",
    )
    why_none(where)
    if run and run.config != config:
        st.caption(_("They differ from those of the run that is shown: you have changed some."))


def _link(title: str, sentence: str, where: str, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(key=f"share_link_{key}", width="stretch", gap="xsmall"):
            st.markdown(f"**{title}**  \n{sentence}")
            st.code(where, language=None, wrap_lines=True)
        qr_code(where, title, key)


def _presets() -> None:
    """Buttons that lock all but what a class is to try."""
    free = {
        _("the three sliders"): _SLIDERS,
        _("the learning rate"): ("optimizer.lr_g", "optimizer.lr_d"),
        _("the loss"): tuple(path for path in declared_params() if path.startswith(LOSS)),
        _("nothing"): (),
    }
    with st.container(horizontal=True, gap="xsmall"):
        for label, paths in free.items():
            st.button(label, on_click=_lock_all_but, args=(paths,), key=f"lock_but.{paths}")


def _lock_all_but(free: tuple[str, ...]) -> None:
    st.session_state[_LOCK] = [name for name in links.lockable() if name not in free]


def _choose(
    label: str, key: str, names: Iterable[str], now: frozenset[str], help_text: str
) -> list[str]:
    """What to lock or to hide; initially as in this session's own link."""
    st.session_state.setdefault(key, [name for name in names if name in now])
    return st.multiselect(
        label,
        names,
        format_func=control_label,
        key=key,
        help=help_text,
        persist_state="session",
    )


def address(page: str, query: Mapping[str, str]) -> str:
    """A page of this server as its visitor reaches it; only for use on a page with a path."""
    base = (st.context.url or "").rpartition("/")[0]
    return f"{base}/{page}" + (f"?{links.as_text(query)}" if query else "")
