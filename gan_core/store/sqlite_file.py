"""The file of a SQLite store: whether it is still the same, and the space it takes."""

import logging
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from gan_core.errors import StoreError, StoreGoneError

log = logging.getLogger(__name__)

RESERVE_BYTES = 8 * 2**20  # twice what deleting a run of 3 GB writes to the log
_RECLAIM_SECONDS = 1.0  # of the deleting user's time; the remaining space can be reused anyway
_RECLAIM_PAGES = 2000  # at a time: others may write in between


class StoreFile:
    """The file, which processes share for as long as they live."""

    def __init__(self, path: str, busy_seconds: float) -> None:
        self.path = Path(path).absolute()
        self.may_create = False
        self._busy_seconds = busy_seconds
        self._identity: tuple[int, int] | None = None

    def connect(self) -> sqlite3.Connection:
        """A connection; the file is created only when a store is being prepared."""
        mode = "rwc" if self.may_create else "rw"
        address = f"file:{quote(str(self.path))}?mode={mode}"
        made = sqlite3.connect(
            address, uri=True, timeout=self._busy_seconds, check_same_thread=False
        )
        if self.may_create:  # a new file can return the space of deleted rows
            made.execute("PRAGMA auto_vacuum=INCREMENTAL")
        return made

    def check(self) -> None:
        """Notice that the file is no longer the same one.

        Raises:
            StoreGoneError: it was deleted, replaced or emptied.
        """
        if self.may_create:
            return
        try:
            found = self.path.stat()
        except FileNotFoundError:
            raise self._gone("is gone") from None
        except OSError as error:
            raise StoreError(
                f"The store's file {self.path} cannot be reached ({error.strerror})."
            ) from error
        self._identity = self._identity or (found.st_dev, found.st_ino)
        if self._identity != (found.st_dev, found.st_ino):
            raise self._gone("was replaced by another one")
        if not found.st_size:
            raise self._gone("was emptied")

    def _gone(self, what: str) -> StoreGoneError:
        return StoreGoneError(
            f"The store's file {self.path} {what} while GAN Forge was running. No new runs are "
            "taken, because they would be lost. Put the file back if you have it, then restart "
            "GAN Forge."
        )

    @property
    def _reserve(self) -> Path:
        return self.path.with_name(self.path.name + ".reserve")

    def make_reserve(self) -> None:
        """Reserve space, so that runs can be deleted even on a full disk."""
        if self._reserve.exists():
            return
        try:
            with self._reserve.open("xb") as file:
                # Really written: a sparse file would reserve nothing.
                file.write(bytes(RESERVE_BYTES))
        except OSError as error:
            log.info("no space is set aside for deleting: %s", error)
            with suppress(OSError):
                self._reserve.unlink()

    def release_reserve(self) -> bool:
        """Release that space; returns whether there was any."""
        with suppress(OSError):
            self._reserve.unlink()
            return True
        return False

    def reclaim(self, engine: sa.Engine) -> bool:
        """Return the space of deleted rows to the disk, as much as time allows.

        Returns:
            whether nothing prevented it, such as a full disk.
        """
        until = time.monotonic() + _RECLAIM_SECONDS
        try:
            with engine.connect() as connection:
                connection.rollback()
                cursor = connection.connection.cursor()
                while time.monotonic() < until:
                    free = cursor.execute("PRAGMA freelist_count").fetchone()
                    cursor.execute(f"PRAGMA incremental_vacuum({_RECLAIM_PAGES})").fetchall()
                    if cursor.execute("PRAGMA freelist_count").fetchone() in (free, (0,)):
                        break
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (sqlite3.Error, DBAPIError) as error:
            log.info("what was deleted keeps its space for now: %s", error)
            return False
        return True

    def reusable_bytes(self, engine: sa.Engine) -> int:
        """Space inside the file that new runs can take."""
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA freelist_count").scalar() or 0
            return pages * (connection.exec_driver_sql("PRAGMA page_size").scalar() or 0)


def is_file(url: sa.URL) -> bool:
    """Whether a URL is that of a SQLite file, not of memory or something internal to SQLite."""
    name = url.database or ":memory:"
    return url.get_backend_name() == "sqlite" and not name.startswith((":memory:", "file:"))
