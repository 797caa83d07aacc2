"""The store cannot be used: every page says so, and what to do; none shows a stack trace."""

import sqlite3
from contextlib import closing

import pytest

from gan_core.store import model
from gan_core.store.database import Database
from gan_core.store.store import Store
from tests.pages.helpers import assert_kind_message, assert_sound, button, errors, labelled

NEED_STORE = ("train", "results", "runs", "system")  # the others show what needs none


@pytest.fixture
def open_needy(open_page):
    """Train needs no store before there is a run: so it gets an address that names one."""

    def open_(name):
        return open_page(name, **({"run": "AAAAAAAAAAAA"} if name == "train" else {}))

    return open_


@pytest.fixture
def impatient(monkeypatch):
    """Wait for a locked database 0.2 s instead of 10."""
    monkeypatch.setattr(Database.__init__, "__defaults__", (0.2,))


@pytest.fixture
def lock(home):
    """Another program's connection that holds the store: ``lock("IMMEDIATE")``."""
    with closing(sqlite3.connect(home / "store.db", isolation_level=None)) as other:

        def hold(kind, shared=True):
            if not shared:  # shuts readers out as well, which WAL alone does not
                other.execute("PRAGMA locking_mode=EXCLUSIVE")
            other.execute(f"BEGIN {kind}")
            if not shared:
                other.execute("CREATE TABLE held (x)")
            return other

        yield hold


@pytest.mark.parametrize("page", NEED_STORE)
def test_a_store_that_is_locked_before_it_is_made(impatient, lock, open_needy, page):
    other = lock("EXCLUSIVE")
    at = open_needy(page)
    assert_kind_message(at, "locked")
    other.rollback()
    at.query_params.clear()
    at.run()
    assert_sound(at)
    assert not at.error


@pytest.mark.parametrize("page", NEED_STORE)
def test_a_store_that_another_program_keeps_to_itself(store, impatient, lock, open_needy, page):
    store.database.engine.dispose()
    lock("EXCLUSIVE", shared=False)
    assert_kind_message(open_needy(page), "locked")


def test_train_on_a_locked_store_loses_nothing(impatient, store, lock, open_page):
    at = open_page("train")
    labelled(at.slider, "Latent dimension").set_value(3).run()
    other = lock("IMMEDIATE")
    button(at, "Train").click().run()
    assert_kind_message(at, "locked", "again")
    other.rollback()
    button(at, "Train").click().run()
    assert_sound(at)
    assert not at.error
    (run,) = store.list()
    assert run.config.generator.latent_dim == 3


def test_start_the_tutorial_on_a_locked_store(impatient, store, lock, open_page):
    at = open_page("home")
    lock("IMMEDIATE")
    at.button[0].click().run()
    assert_kind_message(at, "locked", "again")


@pytest.mark.parametrize(
    ("status", "press"),
    [(model.RUNNING, "Pause"), (model.RUNNING, "Stop"), (model.PAUSED, "Resume")],
)
def test_steering_on_a_locked_store(impatient, make_run, lock, open_page, store, status, press):
    run = make_run(status)
    at = open_page("train", run=run.id)
    other = lock("IMMEDIATE")
    button(at, press).click().run()
    assert_sound(at)
    assert "locked" in at.toast[0].value
    other.rollback()
    assert store.get(run.id) == run


@pytest.mark.parametrize("page", NEED_STORE)
@pytest.mark.parametrize("content", [b"this is not a database" * 100, b"\x00" * 4096])
def test_a_file_that_is_no_store(home, open_needy, page, content):
    (home / "store.db").write_bytes(content)
    at = open_needy(page)
    assert_sound(at)
    if content.strip(b"\x00"):
        assert_kind_message(at, "store cannot be read")


@pytest.mark.parametrize("page", NEED_STORE)
def test_a_home_that_is_no_folder(home, monkeypatch, open_needy, page):
    (home / "file").write_text("")
    monkeypatch.setenv("GAN_FORGE_HOME", str(home / "file"))
    assert_kind_message(open_needy(page), "GAN_FORGE_HOME", str(home / "file"))


@pytest.mark.parametrize("page", NEED_STORE)
def test_a_store_that_cannot_be_opened(home, open_needy, page):
    (home / "store.db").mkdir()
    assert_kind_message(open_needy(page), "store cannot be")


@pytest.mark.parametrize("page", NEED_STORE)
def test_a_store_of_a_newer_version(home, store, open_needy, page):
    with closing(sqlite3.connect(home / "store.db")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    assert_kind_message(open_needy(page), "newer version", "9999", "GAN_FORGE_HOME")


@pytest.mark.parametrize("page", ["home", "data"])
@pytest.mark.parametrize("trouble", ["newer", "garbage"])
def test_pages_that_need_no_store_stay(home, store, open_needy, page, trouble):
    store.database.engine.dispose()
    if trouble == "newer":
        with closing(sqlite3.connect(home / "store.db")) as db, db:
            db.execute("UPDATE alembic_version SET version_num = '9999'")
    else:
        (home / "store.db").write_bytes(b"nonsense" * 1000)
    at = open_needy(page)
    assert_sound(at)
    assert not at.error
    if page == "home":
        at.button[0].click().run()
        assert_kind_message(at, "store")


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite:////no/such/folder/store.db", "mysql://u:secret@localhost/x"]
)
def test_a_database_address_that_cannot_be_used(monkeypatch, open_needy, url):
    monkeypatch.setenv("GAN_FORGE_DATABASE_URL", url)
    at = open_needy("train")
    assert_kind_message(at, "store" if "sqlite" in url else "GAN_FORGE_DATABASE_URL")
    assert "secret" not in errors(at)


@pytest.mark.parametrize("value", ["abc", "0", "-1", "1.5"])
def test_a_limit_that_is_no_number(monkeypatch, open_page, value):
    monkeypatch.setenv("GAN_FORGE_MAX_QUEUED", value)
    assert_kind_message(open_page("system"), "GAN_FORGE_MAX_QUEUED", value)


def test_a_damaged_checkpoint(home, make_run, open_page, viewer):
    run = make_run(model.FINISHED)
    with closing(sqlite3.connect(home / "store.db")) as db, db:
        db.execute("UPDATE checkpoints SET data = x'00112233445566778899'")
    assert run.status == model.FINISHED
    assert_kind_message(open_page("results", run=run.id), "checkpoint", "damaged")


def test_the_store_comes_back_and_so_do_the_pages(home, store, open_page):
    file = home / "store.db"
    store.database.engine.dispose()
    good = file.read_bytes()
    file.write_bytes(b"nonsense" * 1000)
    at = open_page("runs")
    assert_kind_message(at, "store")
    file.write_bytes(good)
    at.run()
    assert_sound(at)
    assert not at.error
    assert Store.open().list() == []


@pytest.mark.parametrize("page", ["home", "data", *NEED_STORE])
def test_a_store_that_is_taken_away_is_told_on_every_page(store, home, open_page, page):
    open_page("runs")
    (home / "store.db").unlink()
    assert_kind_message(open_page(page), "restart GAN Forge")
    assert not (home / "store.db").exists()
