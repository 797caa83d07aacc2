import re
from collections import defaultdict
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error

from gan_core import ExperimentConfig
from gan_core.errors import RunStateError
from tests.browser.chromium import ELSEWHERE, started_browser
from tests.browser.forge import Forge
from tests.browser.server import Server, eventually


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


_figures = []


@pytest.fixture(scope="session")
def figure():
    """Note something measured, for the end of the report: ``figure("memory", "200 MB")``."""
    return lambda what, value: _figures.append(f"{what}: {value}")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """One of several test processes is done: take over what it measured."""
    _figures.extend(getattr(node, "workeroutput", {}).get("figures", []))


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = _figures


def pytest_terminal_summary(terminalreporter):
    if _figures:
        terminalreporter.section("measured in the browser")
    for line in _figures:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def browser():
    with started_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The server that all tests share; what kills has one of its own."""
    folder = tmp_path_factory.mktemp("server")
    hosts = {"STREAMLIT_SERVER_ALLOWED_HOSTS": f"{ELSEWHERE} localhost"}
    server = Server(folder / "home", folder / "log", **hosts).start()
    yield server
    stubborn = server.close(gently=True)
    assert not stubborn, "Ctrl-C left processes behind"
    assert "Traceback" not in server.log.read_text()


@pytest.fixture
def own_server(tmp_path):
    """Starts servers of this test alone: ``own_server(warm=False, GAN_FORGE_SLOTS="3")``."""
    started = []

    def start(home=tmp_path / "home", *, warm=True, **env):
        server = Server(home, tmp_path / f"log{len(started)}", **env)
        started.append(server)
        return server.start(warm=warm)

    yield start
    for server in started:
        server.close()


@pytest.fixture
def store(server):
    """The store of the shared server; what still goes after a test is stopped."""
    store = server.store
    yield store
    for run in store.list():
        with suppress(RunStateError):  # it may end by itself meanwhile
            if run.is_active:
                store.stop(run.id)
    eventually(lambda: not any(run.is_active for run in store.list()), what="all runs at rest")


@pytest.fixture(scope="session")
def config():
    """The tutorial's settings with some changed: ``config(epochs=100)``."""

    def make(**training):
        return ExperimentConfig().with_values({f"training.{k}": v for k, v in training.items()})

    return make


@pytest.fixture(scope="session")
def slow(config):
    """Settings whose training takes a minute and more, so that one can do something to it."""
    return config(epochs=50_000, engine="torch", device="cpu")


@pytest.fixture
def start_run(store, slow):
    """Put a run that takes its time into the shared server's queue, past the browser."""
    return lambda settings=slow: store.create(settings, "everybody")


class Watch:
    """What a browser should not have to report."""

    def __init__(self):
        self.complaints = []
        self.forgiven = False

    def over(self, page):
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._note(f"error on the page: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def forgive(self):
        """From here on the server is away now and then."""
        self.forgiven = True

    def _note(self, complaint):
        if not self.forgiven:
            self.complaints.append(complaint)

    def _console(self, message):
        url = message.location.get("url", "")
        if message.type == "error" and not is_streamlits_own(url):
            self._note(f"console: {message.text} {url}")

    def _request(self, request):
        parts = urlsplit(request.url)
        ours = parts.hostname in ("localhost", ELSEWHERE)
        if parts.scheme not in ("data", "blob", "about") and not ours:
            self._note(f"request to another host: {request.url}")

    def _response(self, response):
        if response.status >= 400 and not is_streamlits_own(response.url):
            self._note(f"{response.status}: {response.url}")


def is_streamlits_own(url):
    """Opened at a page's path, Streamlit looks for two files there before it looks at the root."""
    return re.fullmatch(r"/\w+/_stcore/(health|host-config)", urlsplit(url).path)


@pytest.fixture(scope="session")
def worn():
    """Browser contexts that earlier tests have left, with a server's files in their cache."""
    return defaultdict(list)


@pytest.fixture
def new_forge(browser, worn):
    """A visitor with a browser of his own: ``new_forge(server, size=(390, 844), dark=True)``.

    When the test is over no browser may have found fault with a page.

    Args:
        fresh: with nothing in its cache.
    """
    made = []

    def make(server, *, size=(1366, 768), dark=False, fresh=False, **context):
        scheme = "dark" if dark else "light"
        viewport = {"width": size[0], "height": size[1]}
        kind = repr((size, dark, context))
        if fresh or not worn[kind]:
            new = browser.new_context(viewport=viewport, color_scheme=scheme, **context)
        else:
            new = worn[kind].pop()
        watch = Watch()
        new.on("page", watch.over)
        made.append((new, watch, kind))
        return Forge(new.new_page(), server, watch)

    yield make
    for context, watch, kind in made:
        context.remove_listener("page", watch.over)
        with suppress(Error):  # closed by its test
            forget_visitor(context)
            worn[kind].append(context)
    complaints = [complaint for _, watch, _ in made for complaint in watch.complaints]
    assert not complaints


def forget_visitor(context):
    """Leave nothing in a browser but its cache."""
    context.unroute_all(behavior="ignoreErrors")
    for page in context.pages:
        with suppress(Error):  # it may show no page of a server
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.close()
    context.clear_cookies()


@pytest.fixture
def forge(new_forge, server, store):
    """A visitor of the shared server."""
    return new_forge(server)
