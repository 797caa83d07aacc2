"""The identity of a dispatcher: the same as before it died, if that is certain."""

import os
import secrets
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: always a new id; the predecessor has to time out
    fcntl = None

_held: list[int] = []  # locks are held for as long as the process lives


def identity(folder: Path) -> tuple[str, bool]:
    """An id, and whether it is that of a dead dispatcher.

    Of the dispatchers that share a folder, one holds a lock in it, which the kernel releases when
    it dies for whatever reason. Whichever gets the lock replaces the previous one, without waiting
    until that one has been silent for long.

    Args:
        folder: of this installation.
    """
    if fcntl is None:
        return secrets.token_hex(8), False
    file = os.open(folder / "dispatcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another one is alive, or this file system has no locks
        os.close(file)
        return secrets.token_hex(8), False
    _held.append(file)
    before = os.read(file, 100).decode("ascii", "replace").strip()
    if before:
        return before, True
    mine = secrets.token_hex(8)
    os.write(file, mine.encode())
    return mine, False
