import os

import pytest

from gan_core.store.store import Store

# Threads that wait for a core spin, and small networks gain nothing from them: 10 times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def new_store(tmp_path_factory):
    """The file of an empty store; to copy it is quicker than to migrate one for every test."""
    file = tmp_path_factory.mktemp("new") / "store.db"
    store = Store.open(f"sqlite:///{file}")
    with store.database.engine.connect() as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.database.engine.dispose()
    return file
