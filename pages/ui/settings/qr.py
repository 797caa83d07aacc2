"""A link as a QR code for phones; where there can be none, why, and what to do."""

import html
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import segno
import streamlit as st
from streamlit.net_util import get_internal_ip

from pages.ui.parts.text import _, plain

# The version with 125 modules a side, nearly 5 pixels each on a screen of 768 rows: it holds 1,465
# characters, so the largest drawing too.
_LARGEST = 27


def qr_code(link: str, title: str, key: str) -> None:
    """Draw a link's QR code, with a button that shows it on the whole screen.

    Nothing is drawn if there is none.

    Args:
        link: the link.
        title: what it leads to.
        key: tells the codes on a page apart.
    """
    if is_local(link) or not (picture := _picture(link)):
        return
    name = html.escape(_("QR code: {title}").format(title=title))
    code = f'<img alt="{name}" src="{picture}">'  # an address: st.html takes SVG itself away
    show, hide = _("Show large"), _("Close")
    st.html(
        f'<div class="gf-qr">{code}<button type="button" popovertarget="qr-{key}">{show}</button>'
        f'<div popover id="qr-{key}" role="dialog" aria-label="{name}">{code}'
        f"<p>{html.escape(link)}</p><button type='button' popovertarget='qr-{key}' "
        f'popovertargetaction="hide">{hide}</button></div></div>',
        width="content",
    )


def why_none(link: str) -> None:
    """Say why a link has no QR code, if so, and what to do."""
    if is_local(link):
        _from_here_only(urlsplit(link))
    elif not _picture(link):
        words = _(
            "This link has {n} characters, too many for a QR code that a phone can read. Train "
            "these settings once and share the link to that run, which is short."
        )
        st.caption(words.format(n=f"{len(link):,}"))


def is_local(link: str) -> bool:
    """Whether a link works on this computer only, or has no host at all."""
    host = urlsplit(link).hostname or "localhost"
    return host in ("0.0.0.0", "::") or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _from_here_only(link: SplitResult) -> None:
    """Say how others reach this server."""
    if not link.hostname:  # no browser has said how it is reached
        return
    here = get_internal_ip() or "localhost"  # asks nobody but this computer
    there = link._replace(netloc=f"{here}:{link.port}" if link.port else here)
    shown = f"{there.scheme}://{there.netloc}"
    if is_local(shown):
        shown = _("the address that this computer has in the network")
    why = _("A phone cannot open this link: to each computer, {host} is that computer itself.")
    if _is_loopback(st.get_option("server.address") or "::"):
        what = _(
            "For a link and a QR code that others can use, start GAN Forge with "
            "`make run HOST=0.0.0.0`, open it at {there}, and share from there."
        )
    else:
        what = _("For a link and a QR code that others can use, open this page at {there}.")
    st.caption(f"{why.format(host=plain(link.hostname))} {what.format(there=plain(shown))}")


@lru_cache(maxsize=64)
def _picture(link: str) -> str:
    """The code as the address of an SVG; empty if it would be too fine to be photographed."""
    try:
        # The least correction makes the coarsest code; segno raises it as far as that is free.
        code = segno.make(link, error="L", micro=False)
    except segno.DataOverflowError:
        return ""
    if int(code.version) > _LARGEST:
        return ""
    # Dark on white in both themes, with the margin that scanners need.
    return code.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True)
