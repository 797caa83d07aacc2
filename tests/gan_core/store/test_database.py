import sqlite3
import threading

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gan_core import ExperimentConfig
from gan_core.errors import StoreBusyError, StoreError, StoreFullError, StoreTooNewError
from gan_core.limits import Limits
from gan_core.store import migrations, schema
from gan_core.store.attempt import Attempt
from gan_core.store.database import Database, database_url, home
from gan_core.store.store import Store
from tests import stored

LOSSES = np.ones((100, 4), np.float32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db"


@pytest.fixture
def url(path):
    """A store that is still to be made, of SQLite: its file is what is tested here."""
    return f"sqlite:///{path}"


def test_the_folder_is_made_where_the_variable_says(monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_FORGE_HOME", str(tmp_path / "new" / "home"))
    monkeypatch.delenv("GAN_FORGE_DATABASE_URL", raising=False)
    assert home() == tmp_path / "new" / "home"
    assert home().is_dir()
    assert str(database_url()) == f"sqlite:///{tmp_path / 'new' / 'home' / 'store.db'}"


def test_another_database_is_chosen_by_its_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_FORGE_HOME", str(tmp_path / "unused"))
    monkeypatch.setenv("GAN_FORGE_DATABASE_URL", "postgresql://db/gan")
    assert database_url() == "postgresql://db/gan"
    assert not (tmp_path / "unused").exists()


def test_a_folder_that_cannot_be_made_is_told(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GAN_FORGE_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(StoreError, match="Set GAN_FORGE_HOME to a writable folder"):
        home()


@pytest.mark.parametrize(
    "url", ["nonsense", "mongo://x/y", "sqlite:/x", "postgresql+nothing://x/y"]
)
def test_a_url_that_is_none_is_told(url):
    with pytest.raises(StoreError, match=r"cannot be used.*sqlite:////path/store\.db") as caught:
        Database(url)
    assert url in str(caught.value)


def test_a_password_in_a_url_is_not_shown():
    with pytest.raises(StoreError) as caught:
        Database("postgresql+nothing://ada:secret@x/y")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["store?.db", "sto re#1.db", "store%41.db", "störe.db"])
def test_a_home_of_any_name_holds_the_store(monkeypatch, tmp_path, name):
    monkeypatch.setenv("GAN_FORGE_HOME", str(tmp_path / name))
    monkeypatch.delenv("GAN_FORGE_DATABASE_URL", raising=False)
    Store.open().database.engine.dispose()
    assert (tmp_path / name / "store.db").is_file()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_file_that_is_no_database_is_told(path, url):
    path.write_bytes(b"this is no database, but a text of some length" * 100)
    with pytest.raises(StoreError, match="cannot be read or written: file is not a database"):
        Store.open(url)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreError, match="unable to open database file"):
        Store.open(f"sqlite:///{tmp_path}/missing/store.db")


def test_wal_mode_with_foreign_keys(store):
    with store.database.read() as db:
        pragmas = {
            name: db.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}


def test_migration_from_nothing_makes_the_schema(store):
    with store.database.read() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_migration_makes_the_columns_that_the_schema_would(store):
    """Alembic's comparison takes no notice of primary keys, defaults and what a deletion does."""
    expected = sa.create_engine("sqlite://")
    schema.metadata.create_all(expected)
    for name in schema.metadata.tables:
        with store.database.read() as db:
            assert described(sa.inspect(db), name) == described(sa.inspect(expected), name)


def described(inspector, table):
    columns = [{**c, "type": str(c["type"])} for c in inspector.get_columns(table)]
    indexes = sorted(inspector.get_indexes(table), key=lambda index: index["name"])
    keys = (inspector.get_pk_constraint(table), inspector.get_foreign_keys(table))
    return columns, indexes, *keys


def test_the_newest_migration_is_the_one_that_the_schema_names():
    scripts = ScriptDirectory(next(iter(migrations.__path__)))
    assert scripts.get_heads() == [schema.HEAD]


def test_preparing_again_changes_nothing(store, url, path):
    run = store.create(ExperimentConfig(), "everybody")
    assert Store.open(url).list() == [run]
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.HEAD,)]


def test_many_may_open_a_new_store_at_once(url):
    barrier, failures = threading.Barrier(4), []

    def open_it():
        barrier.wait()
        try:
            Store.open(url).create(ExperimentConfig(), "everybody")
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(Store.open(url).list()) == 4


def test_a_store_of_a_newer_version_is_refused_and_left_alone(store, url, path):
    store.create(ExperimentConfig(), "everybody")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNewError) as caught:
        Store.open(url)
    message = str(caught.value)
    assert "schema 9999" in message
    assert f"up to {schema.HEAD}" in message
    assert "Update GAN Forge" in message
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
        assert db.execute("SELECT count(*) FROM jobs").fetchall() == [(1,)]


@pytest.fixture
def locked(store, path):
    """Another program holds the store's lock; gives a database that has little patience."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield other
    other.close()


def test_a_locked_store_is_told_when_written_and_can_still_be_read(store, locked, url):
    hasty = Store(Database(url, busy_seconds=0.05))
    with pytest.raises(StoreBusyError, match=r"locked by another process\. Try again"):
        hasty.create(ExperimentConfig(), "everybody")
    assert hasty.list() == []
    locked.execute("ROLLBACK")
    run = hasty.create(ExperimentConfig(), "everybody")
    assert hasty.list() == [run]


def test_a_writer_waits_for_a_short_lock(store, locked, url):
    patient = Store(Database(url, busy_seconds=30))
    made = []
    thread = threading.Thread(
        target=lambda: made.append(patient.create(ExperimentConfig(), "everybody"))
    )
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    locked.execute("ROLLBACK")
    thread.join(30)
    assert store.list() == made


def test_a_new_store_that_is_locked_is_told(path, url):
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError):
            Database(url, busy_seconds=0.05).prepare()
        other.execute("ROLLBACK")
    Database(url).prepare()


def test_a_transaction_that_fails_leaves_nothing(store):
    run = store.create(ExperimentConfig(), "everybody")
    with pytest.raises(StoreError, match="UNIQUE"), store.database.write() as db:
        db.execute(schema.jobs.update().values(name="changed"))
        db.execute(
            schema.dispatchers.insert().values(**dict.fromkeys(schema.dispatchers.c.keys(), 1))
        )
        db.execute(
            schema.dispatchers.insert().values(**dict.fromkeys(schema.dispatchers.c.keys(), 1))
        )
    assert store.get(run.id).name == run.name


def test_errors_of_the_program_itself_pass_through(store):
    with pytest.raises(ZeroDivisionError), store.database.write():
        _ = 1 / 0
    store.create(ExperimentConfig(), "everybody")  # the lock is free again


def test_a_full_disk_is_told_and_nothing_stored_is_lost(url, store, begun):
    attempt = begun()
    attempt.append(1, LOSSES)
    small = Database(url)

    @sa.event.listens_for(small.engine, "connect")
    def _shrink_the_disk(connection, _record):
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={used + 8}")

    writer = Attempt(small, attempt.run_id, attempt.number, _seq=1)
    n_steps = 100
    with pytest.raises(StoreFullError, match=r"disk is full\. Free some space") as caught:
        while n_steps < 100_000:
            writer.append(n_steps + 1, LOSSES)
            n_steps += 100
    assert "SQLITE_FULL" in str(caught.value.__cause__.orig.sqlite_errorname)
    assert n_steps > 100
    first_step, losses = stored.losses(store.database, attempt.run_id)
    assert (first_step, losses.shape) == (1, (n_steps, 4))
    assert store.get(attempt.run_id).step == n_steps
    full = Store(small, Limits(max_queued=1_000_000))
    with pytest.raises(StoreFullError):
        for _ in range(100_000):
            full.create(ExperimentConfig(), "everybody")
    assert full.list() == store.list()
    attempt.close("failed", "disk full")  # one with more room goes on
    assert store.get(attempt.run_id).status == "failed"


def test_many_writers_and_readers_at_once(store, url, begun):
    attempts = [begun() for _ in range(3)]
    failures = []

    def write(attempt):
        own = Attempt(Database(url), attempt.run_id, attempt.number)
        try:
            for i in range(30):
                own.append(1 + 100 * i, LOSSES)
                stored.losses(own.database, own.run_id)
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for run in store.list():
            first_step, losses = stored.losses(store.database, run.id)
            assert first_step == 1
            assert len(losses) % 100 == 0
    assert failures == []
    for attempt in attempts:
        assert len(stored.losses(store.database, attempt.run_id)[1]) == 3000
