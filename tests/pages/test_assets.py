"""Streamlit's static files: each is compressed once, and kept by browsers."""

import gzip

import pytest
from starlette.responses import PlainTextResponse

from pages.server.assets import STREAMLIT, StreamlitAssets
from tests.apart import answer_of

SCRIPT, STYLE = (
    f"/static/{kind}/{min(STREAMLIT.glob(f'static/{kind}/*.{kind}')).name}"
    for kind in ("js", "css")
)
APP = StreamlitAssets(PlainTextResponse("passed on"))


@pytest.mark.parametrize(("address", "kind"), [(SCRIPT, "text/javascript"), (STYLE, "text/css")])
def test_scripts_and_styles_are_compressed_once_and_kept_for_a_year(address, kind, monkeypatch):
    status, headers, body = answer_of(APP, address, accept_encoding="gzip, br")
    assert status == 200
    assert gzip.decompress(body) == (STREAMLIT / address[1:]).read_bytes()
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]
    assert headers["content-type"].startswith(kind)
    monkeypatch.setattr(gzip, "compress", None)
    assert answer_of(APP, address, accept_encoding="gzip")[2] == body


@pytest.mark.parametrize(
    ("address", "method", "encoding"),
    [
        (SCRIPT, "GET", "identity"),
        (SCRIPT, "HEAD", "gzip"),
        ("/index.html", "GET", "gzip"),
        ("/static/js/../../index.html", "GET", "gzip"),
        ("/static/js/none.js", "GET", "gzip"),
    ],
)
def test_all_else_is_passed_on(address, method, encoding):
    assert answer_of(APP, address, method, accept_encoding=encoding)[2] == b"passed on"
