"""A PostgreSQL of our own: in a throw-away folder, over a socket that only this machine sees."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from gan_core.store.store import Store

FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl: GAN_FORGE_POSTGRES, else Debian's newest."""
    named = os.environ.get("GAN_FORGE_POSTGRES")
    found = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((path for path in reversed(found) if (path / "initdb").exists()), None)


class Server:
    """A running server.

    Most tests share one store, emptied after each: that takes 10 ms, a new database 300.

    Attributes:
        shared: the address of that store.
    """

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self._numbers = count()
        self.shared = self.new()
        Store.open(self.shared).database.engine.dispose()

    def new(self) -> str:
        """The address of a database without tables."""
        name = f"store_{next(self._numbers)}"
        self._run("postgres", f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket}"

    def empty_shared(self) -> None:
        self._run("store_0", "DELETE FROM jobs; DELETE FROM dispatchers")

    def _run(self, database: str, statements: str) -> None:
        address = f"host={self.socket} user=postgres dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statements)


@contextmanager
def running():
    """A server for as long as this context; skips the test where there is none to start."""
    bin_ = programs()
    if bin_ is None:
        pytest.skip("no PostgreSQL here: tests/tools/postgres.sh installs Debian's")
    folder = Path(tempfile.mkdtemp(prefix="gan-forge-pg-"))
    as_postgres = []
    if os.geteuid() == 0:  # it refuses root
        shutil.chown(folder, "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]

    def call(program, *arguments):
        command = [*as_postgres, str(bin_ / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

    options = f"-c listen_addresses='' -c unix_socket_directories={folder} {FAST}"
    call("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8")
    call("pg_ctl", "start", "--wait", "-l", str(folder / "log"), "-o", options)
    try:
        yield Server(folder)
    finally:
        call("pg_ctl", "stop", "-m", "immediate")
        shutil.rmtree(folder, ignore_errors=True)
