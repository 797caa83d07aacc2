"""Who a dispatcher is: the same one as before it died, where that is certain."""

import os
import secrets
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: always somebody new, whose predecessor's silence is waited for
    fcntl = None

_held: list[int] = []  # locks are held for as long as the process lives


def identity(folder: Path) -> tuple[str, bool]:
    """An id, and whether it is that of a dispatcher that is dead.

    Of the dispatchers that share a folder one holds a lock in it, which the kernel takes back when
    it dies in whatever way. Who gets the lock takes the place of the one before, and need not wait
    until that one has been silent for long.

    Args:
        folder: of this installation.
    """
    if fcntl is None:
        return secrets.token_hex(8), False
    file = os.open(folder / "dispatcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another one lives, or this file system has no locks
        os.close(file)
        return secrets.token_hex(8), False
    _held.append(file)
    before = os.read(file, 100).decode("ascii", "replace").strip()
    if before:
        return before, True
    mine = secrets.token_hex(8)
    os.write(file, mine.encode())
    return mine, False
