"""The identity of a dispatcher: the same as before it died, if that is certain."""

import os
import secrets
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: always a new id; the predecessor has to time out
    fcntl = None

_held: list[int] = []  # locks are held for as long as the process lives


def identity(folder: Path) -> str:
    """An id for a dispatcher; that of a dead one if this one takes its place.

    Of the dispatchers that share a folder, one holds a lock in it, which the kernel releases when
    it dies for whatever reason. Whichever gets the lock replaces the previous one, without waiting
    until that one has been silent for long.
    """
    mine = secrets.token_hex(8)
    if fcntl is None:
        return mine
    file = os.open(folder / "dispatcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another one is alive, or this file system has no locks
        os.close(file)
        return mine
    _held.append(file)
    if before := os.read(file, 100).decode("ascii", "replace").strip():
        return before
    os.write(file, mine.encode())
    return mine
