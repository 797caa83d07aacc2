"""Connections to the store's database: SQLite in WAL mode by default, or any SQLAlchemy URL."""

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from platformdirs import user_data_path
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gan_core.errors import StoreBusyError, StoreError, StoreFullError, StoreTooNewError
from gan_core.store import schema
from gan_core.store.sqlite_file import StoreFile, is_file

BUSY_SECONDS = 10.0
_FIRST_SECONDS = 2.0  # in which several who open a new file have made its log
# SQLite's codes, then the SQLSTATEs of a lock timeout, a deadlock and a serialization
# failure; then those of a full disk.
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, "55P03", "40P01", "40001"}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, "53100"}
_OUR_LOCK = 0x6A4F96E  # an arbitrary number that stands for this store


def home() -> Path:
    """The folder of the store: ``GAN_FORGE_HOME``, else the user's data folder. Created."""
    path = Path(os.environ.get("GAN_FORGE_HOME") or user_data_path("gan-forge")).resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {path} cannot be created ({error.strerror}). "
            "Set GAN_FORGE_HOME to a writable folder."
        ) from error
    return path


def database_url() -> str | sa.URL:
    """Where the store is: ``GAN_FORGE_DATABASE_URL``, else a SQLite file in `home`."""
    asked = os.environ.get("GAN_FORGE_DATABASE_URL")
    # Not as text: a folder's name may contain characters that are special in a URL.
    return asked or sa.URL.create("sqlite", database=str(home() / "store.db"))


class Database:
    """A database with short read and write transactions, and errors that a user can act on.

    Create it after a fork, never before: connections must not be shared between processes.

    Args:
        url: an SQLAlchemy URL.
        busy_seconds: how long a write waits for another one.

    Raises:
        StoreError: the URL is not one, or its driver is missing.
    """

    def __init__(self, url: str | sa.URL, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = url
        try:
            parsed = sa.engine.make_url(url)
            self.is_sqlite = parsed.get_backend_name() == "sqlite"
            self.file = StoreFile(parsed.database or "", busy_seconds) if is_file(parsed) else None
            self.engine = sa.create_engine(url, **_options(parsed, self.file, busy_seconds))
        except (SQLAlchemyError, ImportError) as error:
            raise StoreError(
                f"GAN_FORGE_DATABASE_URL is {_without_password(url)!r}, which cannot be used "
                f"({type(error).__name__}). Expected something like sqlite:////path/store.db, and "
                "its driver installed."
            ) from error
        self._writing = self.engine.execution_options(write=True)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        self.check()
        with translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A write transaction; on SQLite it takes the write lock when it begins."""
        self.check()
        with translated(), self._writing.begin() as connection:
            yield connection

    def check(self) -> None:
        """Notice that a SQLite file is no longer the same, as `StoreFile.check`."""
        if self.file:
            self.file.check()

    def alone(self, connection: sa.Connection) -> None:
        """Block every other transaction at this call until this one ends.

        For when no row can be locked: migrations, and counting before inserting. On SQLite a
        write transaction is exclusive anyway.
        """
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_OUR_LOCK)))

    @property
    def folder(self) -> Path | None:
        """Where a SQLite file is; None for a database server."""
        return self.file and self.file.path.parent

    def prepare(self) -> None:
        """Create or migrate the tables.

        Raises:
            StoreTooNewError: written by a newer version.
        """
        if self.file:
            self.file.may_create = True
        self._even_if_full(self._migrate)  # a full disk allows not even reading
        if self.file:
            self.file.may_create = False
            self.file.make_reserve()

    def delete(self, write: Callable[[sa.Connection], None]) -> None:
        """Do a write that deletes, even on a full disk; then return the space.

        Args:
            write: called with a write transaction; called again if the first found no space.
        """

        def delete() -> None:
            with self.write() as connection:
                write(connection)

        self._even_if_full(delete)
        if self.file:
            if not self.file.reclaim(self.engine) and self.file.release_reserve():
                self.file.reclaim(self.engine)
            self.file.make_reserve()

    def free_bytes(self) -> int | None:
        """Space for new runs: on the disk and inside the file; None for a database server."""
        if not self.file:
            return None
        with translated():
            reusable = self.file.reusable_bytes(self.engine)
        return reusable + shutil.disk_usage(self.file.path.parent).free

    def _migrate(self) -> None:
        with self.read() as connection:
            version = _read_version(connection)
        if version != schema.HEAD:
            with self.write() as connection:  # two servers may start at once: look again, locked
                self.alone(connection)
                _migrate(connection)

    def _even_if_full(self, do: Callable[[], None]) -> None:
        """Do something, and again with the reserved space if the disk is full."""
        try:
            do()
        except StoreFullError:
            if not (self.file and self.file.release_reserve()):
                raise
            do()


def _options(url: sa.URL, file: StoreFile | None, busy_seconds: float) -> dict[str, Any]:
    if file:
        return {"creator": file.connect}
    if url.get_backend_name() == "postgresql":
        wait = f"-c lock_timeout={max(1, round(1000 * busy_seconds))}"
        return {"connect_args": {"options": wait}, "pool_pre_ping": True}
    return {"pool_pre_ping": True}


def _without_password(url: object) -> str:
    return re.sub(r":[^:@/]*@", ":***@", str(url))


def _read_version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: sa.Connection) -> None:
    # Imported here: a store that is up to date, the usual case, needs no Alembic (0.2 s).
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    version = _read_version(connection)
    if version not in {None, *known}:
        raise StoreTooNewError(
            f"The store was written by a newer version of GAN Forge (schema {version}, this one "
            f"knows up to {schema.HEAD}). Update GAN Forge, or set GAN_FORGE_HOME to another "
            "folder."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _prepare_sqlite(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # `_begin_sqlite` begins them
    # Deleted content is not overwritten first: that would need as much space again, which a full
    # disk does not have.
    settings = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=OFF")
    for pragma in settings:
        _when_free(lambda pragma=pragma: connection.execute(f"PRAGMA {pragma}"))  # type: ignore[attr-defined]


def _when_free(run: Callable[[], object]) -> None:
    """Repeat what SQLite refuses at once instead of waiting: two who make a new file's WAL."""
    until = time.monotonic() + _FIRST_SECONDS
    while True:
        try:
            run()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later must hold the write lock from the start,
    # or it fails at once if another one wrote in between.
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def translated() -> Iterator[None]:
    """Turn database errors into the store's own."""
    try:
        yield
    except DBAPIError as error:
        code = _code(error.orig)
        if code in _BUSY:
            raise StoreBusyError(
                "The store is locked by another process. Try again in a few seconds; if it stays "
                "locked, look for a program that has the file open."
            ) from error
        if code in _FULL:
            raise StoreFullError(
                "The store's disk is full. Free some space, or delete old runs; "
                "nothing that was stored is lost."
            ) from error
        raise StoreError(f"The store cannot be read or written: {error.orig}.") from error
    except PoolTimeoutError as error:
        raise StoreBusyError("All connections to the store are in use. Try again.") from error


def _code(error: object) -> object:
    """SQLite's result code, primary unless it tells of a full disk; or psycopg's SQLSTATE."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None or code in _FULL:
        return code or getattr(error, "sqlstate", None)
    return code & 0xFF
