"""What a session remembers. The only file that knows keys of session_state and of the address."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from gan_core.config import ExperimentConfig, declared_params, links
from gan_core.errors import ConfigError, RunNotFoundError
from gan_core.problem import resolve
from gan_core.store.model import Run
from pages.server.visitor import find_run
from pages.ui.parts.text import _

_RUN = "run"  # the same word in the address and in session_state
_SEEN = "run_in_address"  # what the address said when it was last read
_SETTINGS = "settings"
_LINK = "link"  # what a link said: its settings while they stand, and what it locks and hides
_LINK_SEEN = "link_in_address"
_DRAWING = "drawing"
_TABLE = "runs_table"
_INSTANT = "instant"  # the toggle, and with a suffix the runs that it started
_REPEATS = "repeats"
_SPEED = "speed"
_STEPPED = "stepped"
_VIEW = "view"  # before the name of a widget that chooses what of a run is seen
_PREFIX = "set."  # before a setting's dotted name: the key of its widget


def current_run() -> Run | None:
    """The run that this session looks at: a new address decides, else what was looked at last.

    A page switch drops the address's query, so it is put back; a reload is a new session, which
    the query brings back to its run. An address that has not changed since it was last read is no
    order: a browser goes on sending the old one until ours has reached it.

    Raises:
        RunNotFoundError: the address names a run that does not exist, or no longer.
    """
    named = st.query_params.get(_RUN)
    is_new = named != st.session_state.get(_SEEN)
    st.session_state[_SEEN] = named
    run_id = (named if is_new else None) or st.session_state.get(_RUN)
    if not run_id:
        return None
    try:
        run = find_run(run_id)
    except RunNotFoundError:
        forget_run()
        if named:
            raise
        return None  # deleted meanwhile, and this page was not asked for it
    if st.session_state.get(_RUN) != run.id:
        st.session_state[_RUN] = run.id
        use_settings(run.config)
    st.query_params[_RUN] = run.id
    return run


def look_at(run: Run) -> None:
    """Make a run the one that this session looks at; its settings need no link any more."""
    st.session_state[_RUN] = run.id
    st.query_params[_RUN] = run.id
    if run.config == settings():
        _end_link()


def forget_run(run_id: str | None = None) -> None:
    """Look at no run; with an id, only if that is the run looked at."""
    if run_id is not None and st.session_state.get(_RUN) != run_id:
        return
    st.session_state.pop(_RUN, None)
    st.query_params.pop(_RUN, None)


def repeats_key() -> str:
    """The key of the field that says with how many seeds to train; other pages do not forget it."""
    if _REPEATS not in st.session_state:
        st.session_state[_REPEATS] = st.session_state.get(f"{_REPEATS}_kept", 1)
    return _REPEATS


def keep_repeats(repeats: int) -> None:
    """Remember with how many seeds to train."""
    st.session_state[f"{_REPEATS}_kept"] = repeats


def repeats() -> int:
    """With how many seeds to train; once while sliders train at once."""
    return 1 if is_instant() else st.session_state.get(f"{_REPEATS}_kept", 1)


def is_instant() -> bool:
    """Whether moving a slider trains."""
    return bool(st.session_state.get(_INSTANT))


def instant_key() -> str:
    """The key of the toggle "train while I move sliders"."""
    return _INSTANT


def instant_runs() -> list[str]:
    """Ids of the runs that moving sliders has started and that are still kept: oldest first."""
    return st.session_state.setdefault(f"{_INSTANT}_runs", [])


def speed_key() -> str:
    """The key of the control of the speed: updates a second, 0 for as fast as it goes."""
    st.session_state.setdefault(_SPEED, 0)
    return _SPEED


def speed() -> int:
    """The speed that is chosen: updates a second, 0 for as fast as it goes."""
    return st.session_state.get(_SPEED) or 0


def stepped(run_id: str, how: str | None = None) -> str:
    """How this session steps through a run: "played" in slow motion, "hand", or not at all.

    Args:
        run_id: the run.
        how: remember this instead of telling.
    """
    if how is not None:
        st.session_state[_STEPPED] = (run_id, how)
    of, now = st.session_state.get(_STEPPED, ("", ""))
    return now if of == run_id else ""


def edit_key(run_id: str, path: str, value: object) -> str:
    """The key of a setting's control beside a run in which it has this value now."""
    return f"edit.{run_id}.{path}.{value}"


def shown_runs(runs: list[Run]) -> tuple[list[Run], str]:
    """The runs as the table of runs shall show them, and the key of that table.

    The table knows its selection by the number of a row. So while a row is selected the rows stay
    as they are; when one of them is deleted, a new table begins without a selection.
    """
    turn, ids = st.session_state.get(_TABLE, (0, []))
    now = {run.id: run for run in runs}
    chosen = st.session_state.get(f"{_TABLE}.{turn}", {}).get("selection", {}).get("rows")
    if chosen and all(run_id in now for run_id in ids):
        runs = [now[run_id] for run_id in ids]
    elif chosen:
        turn += 1
    st.session_state[_TABLE] = (turn, [run.id for run in runs])
    return runs, f"{_TABLE}.{turn}"


def settings() -> ExperimentConfig:
    """The settings chosen in this session; the tutorial's at first."""
    return st.session_state.setdefault(_SETTINGS, ExperimentConfig())


def use_settings(config: ExperimentConfig) -> None:
    """Replace all settings; the widgets follow when they are drawn next."""
    keep_settings(config)
    if config.data.drawing:
        keep_drawing(config.data.drawing)
    for key in list(st.session_state):
        if str(key).startswith(_PREFIX):
            del st.session_state[key]


def change_settings(changes: Mapping[str, Any]) -> None:
    """Change some settings, by dotted name; to be called from a widget's callback.

    What a link has locked stays as it is, and so do the settings that were to change with it.

    Raises:
        ConfigError: a value is wrong; nothing is changed.
    """
    if fixed_settings() & changes.keys():
        st.toast(_("The link that opened this page has locked that."), icon=":material/lock:")
        changes = {}
    use_settings(settings().with_values(changes))


def keep_settings(config: ExperimentConfig) -> None:
    """Remember what the widgets say."""
    st.session_state[_SETTINGS] = config
    if _link().config not in (None, config):
        _end_link()


def drawing() -> str:
    """What was drawn last, also while it has too few points, or another data set is chosen."""
    return st.session_state.get(_DRAWING, "")


def keep_drawing(text: str) -> None:
    """Remember what was drawn."""
    st.session_state[_DRAWING] = text


def widget_key(path: str) -> str:
    """The key of a setting's widget."""
    return _PREFIX + path


@dataclass(frozen=True)
class _Link:
    """What is left of the link that opened this session.

    Attributes:
        query: the words that stand in the address.
        config: the link's settings as long as they are the session's, else None.
        locked: dotted names of settings that are shown but cannot be changed.
        hidden: dotted names of settings that are not shown.
    """

    query: Mapping[str, str] = field(default_factory=dict)
    config: ExperimentConfig | None = None
    locked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def take_link() -> None:
    """Take over the settings that the address brings, once.

    They stay in the address while they are the session's settings, so that it can be sent on and
    survives a reload; what the link locks and hides stays for good. As with the run, an address
    that has not changed since it was last read is no order, and neither are our own words.

    Raises:
        ConfigError: the link is wrong; nothing of it is taken, and it leaves the address.
    """
    said = {key: value for key, value in st.query_params.items() if key != _RUN}
    is_new = said != st.session_state.get(_LINK_SEEN, {})
    st.session_state[_LINK_SEEN] = said
    try:
        if is_new and said and said != _link().query:
            _open_link(said)
    finally:
        _write_link(said)


def is_from_link() -> bool:
    """Whether the settings are those that a link has brought."""
    return _link().config is not None


def locked_settings() -> frozenset[str]:
    """Dotted names of the settings that the link locks."""
    return _link().locked


def is_all_locked() -> bool:
    """Whether the link leaves nothing to choose (``lock=all``)."""
    return locked_settings() >= declared_params().keys()


def hidden_settings() -> frozenset[str]:
    """Dotted names of the settings that the link hides."""
    return _link().hidden


def fixed_settings() -> frozenset[str]:
    """Dotted names of the settings that cannot be changed here."""
    return _link().locked | _link().hidden


def _link() -> _Link:
    return st.session_state.get(_LINK, _Link())


def _open_link(said: Mapping[str, str]) -> None:
    found = links.from_query(said)
    try:
        resolve(found.config)  # there may be no such data set here, or no such class in it
    except ConfigError as error:
        raise links.refusal([error]) from error
    if links.restrictions_of(said) != said or _RUN not in st.query_params:
        st.session_state[_LINK] = _Link()  # the settings of the link before stand no more
        use_settings(found.config)
        config = found.config
    else:
        config = None  # the address names a run, and that has settings of its own
    st.session_state[_LINK] = _Link(said, config, found.locked, found.hidden)


def _end_link() -> None:
    """The session has other settings than the link's: the address shall not claim them."""
    link = _link()
    query = links.restrictions_of(link.query)
    st.session_state[_LINK] = replace(link, query=query, config=None)
    _write_link(link.query)


def _write_link(stale: Mapping[str, str]) -> None:
    """Make the address say what is left of the link, and no longer what is stale."""
    query = _link().query
    for key in stale.keys() - query.keys():
        st.query_params.pop(key, None)
    for key, value in query.items():
        if st.query_params.get(key) != value:
            st.query_params[key] = value


def view_key(*parts: object) -> str:
    """The key of a widget that chooses what of a run is seen; parts tell such widgets apart."""
    return ".".join(map(str, (_VIEW, *parts)))
