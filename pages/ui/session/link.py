"""The link that opened this session: what it locks and hides, and its form in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from gan_core.config import ExperimentConfig, links
from gan_core.errors import ConfigError
from gan_core.problem import resolve

RUN = "run"  # the address's word for the run shown, which is not a setting
_LINK = "link"
_SEEN = "link_in_address"  # the address as last read


@dataclass(frozen=True)
class Link:
    """What is left of the link that opened this session.

    Attributes:
        query: the words in the address.
        config: the link's settings as long as they are the session's, else None.
        locked: names of what is shown but cannot be changed, as in `links.lockable`.
        hidden: dotted names of settings that are not shown.
    """

    query: Mapping[str, str] = field(default_factory=dict)
    config: ExperimentConfig | None = None
    locked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    @property
    def fixed(self) -> frozenset[str]:
        """Names of what cannot be changed here."""
        return self.locked | self.hidden


def current_link() -> Link:
    """What is left of the link; nothing if the session started without one."""
    return st.session_state.get(_LINK, Link())


def is_named(config: ExperimentConfig) -> bool:
    """Whether the address names these settings, or none."""
    said = dict(st.query_params)
    try:
        return links.restrictions_of(said) == said or links.from_query(said).config == config
    except ConfigError:
        return False


def read_link() -> links.SharedConfig | None:
    """Read the address, and return what it sets, once.

    They stay in the address while they are the session's settings, so that it can be shared and
    survives a reload; what the link locks and hides stays. As with the run, an address
    that has not changed since it was last read is not a request, nor are our own words.

    Raises:
        ConfigError: the link is invalid; it is ignored and removed from the address.
    """
    said = {key: value for key, value in st.query_params.items() if key != RUN}
    is_new = said != st.session_state.get(_SEEN, {})
    st.session_state[_SEEN] = said
    try:
        return _open(said) if is_new and said and said != current_link().query else None
    finally:
        _write(said)


def end_link(now: ExperimentConfig | None = None, run_id: str = "") -> None:
    """Remove the link's settings from the address unless they are the current ones.

    Args:
        now: the current settings.
        run_id: a run to name in the address instead.
    """
    old, stale = current_link(), {}
    if old.config not in (None, now):
        query, stale = links.restrictions_of(old.query), old.query
        st.session_state[_LINK] = replace(old, query=query, config=None)
    _write(stale, run_id)


def name_run(run_id: str, *, again: bool = False) -> None:
    """Name the run shown in the address, again if the browser may not have heard of it.

    A link from a page to itself changes what the script reads, but not what the browser shows.
    """
    _write({}, run_id, again=again)


def _open(said: Mapping[str, str]) -> links.SharedConfig | None:
    found = links.from_query(said)
    try:
        resolve(found.config)  # this server may lack the data set, or the class
    except ConfigError as error:
        raise links.refusal([error]) from error
    # An address that names a run sets nothing else: a run has settings of its own.
    sets = links.restrictions_of(said) != said or RUN not in st.query_params
    config = found.config if sets else None
    st.session_state[_LINK] = Link(said, config, found.locked, found.hidden)
    return found if sets else None


def _write(stale: Mapping[str, str], run_id: str = "", *, again: bool = False) -> None:
    """Make the address say what is left of the link, without stale words, and name a run.

    At once, and only if it does not: each step would be an entry of its own in the browser's
    history, and whoever has gone on meanwhile would get the old address back.
    """
    now = st.query_params.to_dict()
    kept = {key: value for key, value in now.items() if key not in stale}
    words = {**kept, **current_link().query, **({RUN: run_id} if run_id else {})}
    if again or words != now:
        st.query_params.from_dict(words)
