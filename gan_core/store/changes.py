"""Detecting changes: in the store, and in values that others write to it."""

import sqlite3
import time
from collections.abc import Callable, Hashable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from gan_core.store.database import Database

CHANNEL = "gan_forge"  # what the migration's trigger notifies on PostgreSQL
LOOK_SECONDS = 1.0  # between polls without a notification, which may be lost with a connection
POLL_SECONDS = 0.1  # between polls if the driver cannot listen


class Watch:
    """Tells cheaply whether the store may have changed since the last call.

    SQLite counts the commits of others; PostgreSQL notifies; for another database, or another
    driver than psycopg 3, it says yes several times a second.

    Args:
        database: the store's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sa.PoolProxiedConnection | None = None
        self._seen: object = None
        self._looked = -LOOK_SECONDS

    def may_have_changed(self) -> bool:
        """Whether the store may have changed; takes 10 us."""
        if self._database.is_sqlite:
            return self._counts_another()
        waited = time.monotonic() - self._looked
        heard = self._hears()
        if not heard and waited < (POLL_SECONDS if heard is None else LOOK_SECONDS):
            return False
        self._looked = time.monotonic()
        return True

    def _counts_another(self) -> bool:
        if self._connection is None:
            self._connection = self._database.engine.raw_connection()
        before = self._seen
        try:
            self._seen = self._connection.cursor().execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return True  # reading the store will report what is wrong
        return self._seen != before

    def _hears(self) -> bool | None:
        """Whether a notification has arrived; None if that cannot be known."""
        if self._database.engine.driver != "psycopg":
            return None
        try:
            return bool(list(self._listening().notifies(timeout=0)))
        except (DBAPIError, self._database.engine.dialect.loaded_dbapi.Error):
            if self._connection is not None:
                self._connection.invalidate()
                self._connection = None
            return None  # reading the store will report what is wrong

    def _listening(self) -> Any:  # noqa: ANN401 - psycopg need not be installed
        if self._connection is None:
            self._connection = self._database.engine.raw_connection()
        driver: Any = self._connection.driver_connection
        if not driver.autocommit:
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}")
        return driver


class Unchanged:
    """How long values have been unchanged, by this process's own monotonic clock.

    A timestamp written by another process proves life by changing, not by being close to
    this machine's time: clocks differ, and get adjusted.

    Args:
        clock: seconds that only increase.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[Hashable, tuple[object, float]] = {}

    def seconds(self, key: Hashable, value: object) -> float:
        """For how long the value of this name has been the same; 0 for a new one."""
        now = self._clock()
        before, since = self._seen.get(key, (None, now))
        if key not in self._seen or before != value:
            self._seen[key], since = (value, now), now
        return now - since

    def forget(self, key: Hashable) -> None:
        """Forget a name that is no longer needed."""
        self._seen.pop(key, None)
