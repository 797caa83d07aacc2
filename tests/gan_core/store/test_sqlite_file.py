"""The file of the store: a full disk, and a file that is taken away under a running server."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress

import numpy as np
import pytest

from gan_core import ExperimentConfig
from gan_core.errors import StoreError, StoreFullError, StoreGoneError
from gan_core.limits import Limits
from gan_core.store import sqlite_file
from gan_core.store.attempt import Attempt
from gan_core.store.database import Database
from gan_core.store.store import Store
from gan_core.workers.worker import run_attempt

ME = "everybody"
PART = np.random.default_rng(0).normal(size=(65_536, 4)).astype(np.float32)  # 1 MB


@pytest.fixture
def url(tmp_path, new_store):
    """A file, whatever other databases there are."""
    shutil.copy(new_store, tmp_path)
    return f"sqlite:///{tmp_path / 'store.db'}"


def fill(store, queue, mb):
    run = store.create(ExperimentConfig(), ME)
    claim = queue.claim()
    attempt = Attempt(store.database, claim.run_id, claim.attempt)
    attempt.begin(0, os.getpid(), "cpu", "torch")
    with suppress(StoreFullError):
        for i in range(mb):
            attempt.append(1 + i * len(PART), PART)
    with suppress(StoreFullError):
        attempt.close("stopped")
    return run


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 48 MB; where none may be mounted the test is skipped."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=48m", "tmpfs"]
    if shutil.which("mount") is None or subprocess.run(["mount", *options, folder]).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_space_returns_to_the_disk_when_runs_are_deleted(store, queue, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "_RECLAIM_SECONDS", 60)  # however busy the machine
    path = tmp_path / "store.db"
    run = fill(store, queue, 20)
    full = path.stat().st_size
    assert full > 18 * 2**20
    store.delete(run.id)
    assert path.stat().st_size < full / 4
    assert (tmp_path / "store.db-wal").stat().st_size < 2**20


def test_free_space_inside_the_file_of_an_older_version_counts(tmp_path, queue_of):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute("CREATE TABLE of_a_version_that_did_not_shrink (x)")
    store = Store.open(url)
    run = fill(store, queue_of(store), 12)
    store.delete(run.id)
    free = shutil.disk_usage(tmp_path).free
    assert store.database.free_bytes() > free + 12 * 2**20
    store.limits = Limits(min_free_mb=free // 2**20 + 8)
    assert store.create(ExperimentConfig(), ME)


@pytest.mark.parametrize("server", ["running", "at rest", "restarted"])
def test_runs_can_be_deleted_on_a_full_disk_and_new_ones_made_after(small_disk, queue_of, server):
    url = f"sqlite:///{small_disk / 'store.db'}"
    store = Store.open(url)
    store.limits = Limits(min_free_mb=20)
    queue = queue_of(store)
    runs = [fill(store, queue, 12) for _ in range(2)]
    if server != "running":  # nothing is left of its log, in which a little could be written
        store.database.engine.dispose()
    with suppress(OSError), (small_disk / "other").open("wb", buffering=0) as other:
        while True:  # somebody else takes the rest, to the last byte
            other.write(bytes(4096))
    assert shutil.disk_usage(small_disk).free == 0
    if server == "restarted":
        store = Store(Store.open(url).database, store.limits)
        assert len(store.list()) == 2
    for run in runs:
        store.delete(run.id)
    assert store.list() == []
    assert shutil.disk_usage(small_disk).free > 12 * 2**20
    (small_disk / "other").unlink()
    assert store.create(ExperimentConfig(), ME)
    store.database.engine.dispose()


@pytest.fixture(params=["deleted", "replaced", "emptied"])
def taken_away(request, store, tmp_path):
    """Take the file away while the store is open."""
    path = tmp_path / "store.db"

    def take():
        if request.param == "emptied":
            os.truncate(path, 0)
        else:
            path.unlink()
        if request.param == "replaced":
            Store.open(f"sqlite:///{path}").database.engine.dispose()
        return path

    return take


def test_a_file_that_is_taken_away_is_noticed(store, queue, taken_away):
    run = store.create(ExperimentConfig(), ME)
    path = taken_away()
    before = path.stat().st_size if path.exists() else None
    for ask in (
        lambda: store.create(ExperimentConfig(), ME),
        lambda: store.get(run.id),
        store.list,
        queue.claim,
        queue.announce,
    ):
        with pytest.raises(StoreGoneError, match=r"restart GAN Forge"):
            ask()
    assert (path.stat().st_size if path.exists() else None) == before


def test_a_worker_makes_no_empty_store(store, queue, url, tmp_path, configured, monkeypatch):
    monkeypatch.setattr("gan_core.workers.worker._be_nice", lambda: None)
    run = store.create(configured(epochs=2), ME)
    claim = queue.claim()
    (tmp_path / "store.db").unlink()
    assert "is gone" in run_attempt(url, run.id, claim.attempt)
    assert not (tmp_path / "store.db").exists()
    with pytest.raises(StoreError):
        Database(url).read().__enter__()
    assert not (tmp_path / "store.db").exists()
