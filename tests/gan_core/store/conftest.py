"""The store's tests run on both databases; a module that is about one of them has its own `url`."""

import shutil

import pytest


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path, new_store):
    """The address of an empty store of this test's own."""
    if request.param == "sqlite":
        shutil.copy(new_store, tmp_path)
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    server = request.getfixturevalue("postgres")
    yield server.shared
    server.empty_shared()
