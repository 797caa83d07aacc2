"""Detecting changes: in the store, and in values that others write to it."""

import time
from collections.abc import Callable, Hashable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from gan_core.store.database import Database

CHANNEL = "gan_forge"  # what the migration's trigger notifies on PostgreSQL
LOOK_SECONDS = 1.0  # a notification may be lost with its connection, and not every database has any


class Watch:
    """Tells cheaply whether the store may have changed since the last call.

    SQLite counts the commits of others, PostgreSQL notifies; besides, it says yes once a second.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sa.PoolProxiedConnection | None = None
        self._seen: object = None
        self._looked = -LOOK_SECONDS

    def may_have_changed(self) -> bool:
        """Whether the store may have changed; takes 10 us."""
        now = time.monotonic()
        if not self._has_news() and now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        return True

    def _has_news(self) -> bool:
        engine = self._database.engine
        try:
            self._connection = self._connection or engine.raw_connection()
            driver: Any = self._connection.driver_connection
            if self._database.is_sqlite:
                before = self._seen
                self._seen = driver.execute("PRAGMA data_version").fetchone()
                return self._seen != before
            if engine.driver != "psycopg":
                return False
            if not driver.autocommit:
                driver.autocommit = True
                driver.execute(f"LISTEN {CHANNEL}")
            return bool(list(driver.notifies(timeout=0)))
        except (DBAPIError, engine.dialect.loaded_dbapi.Error):
            if self._connection is not None:
                self._connection.invalidate()
                self._connection = None
            return True  # reading the store will report what is wrong


class Unchanged:
    """How long values have been unchanged, by this process's own monotonic clock.

    A timestamp written by another process proves life by changing, not by being close to
    this machine's time: clocks differ, and get adjusted.
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
        self._seen.pop(key, None)
