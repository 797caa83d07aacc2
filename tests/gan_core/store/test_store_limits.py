"""What the store refuses before it stores anything."""

import pytest

from gan_core.errors import LimitError
from gan_core.limits import Limits

ME = "everybody"


def test_limits_are_checked_before_anything_is_stored(store, configured):
    store.limits = Limits(max_run_seconds=1, max_weights=10_000, max_queued=1)
    with pytest.raises(LimitError, match="would take about"):
        store.create(configured(epochs=30_000), ME)
    with pytest.raises(LimitError, match="weights"):
        store.create(configured({"generator.hidden_dims": [1000]}, epochs=2), ME)
    assert store.list() == []
    store.create(configured(epochs=2), ME)
    with pytest.raises(LimitError, match="1 runs are waiting already; this server allows 1"):
        store.create(configured(epochs=2), ME)
    assert len(store.list()) == 1


def test_only_waiting_runs_count_as_waiting(store, configured, queue):
    store.limits = Limits(max_queued=1)
    for _ in range(3):
        store.create(configured(epochs=2), ME)
        queue.claim()
    assert store.counts()["running"] == 3


def test_a_nearly_full_disk_takes_no_new_run(store, configured):
    store.limits = Limits(min_free_mb=10**10)
    if store.database.folder is None:  # whose disk is not ours
        assert store.create(configured(), ME)
        return
    with pytest.raises(LimitError, match="The disk has only"):
        store.create(configured(epochs=2), ME)
    assert store.list() == []


def test_a_run_that_would_fill_the_disk_is_refused_and_a_small_one_taken(store, configured):
    if (free := store.database.free_bytes()) is None:  # whose disk is not ours
        return
    store.limits = Limits(min_free_mb=free // 2**20 - 50)
    large = configured(epochs=1_000_000, batch_size=10)  # 76 MB of history
    for submit in (store.create, lambda config, owner: store.create_group([config], owner)):
        with pytest.raises(LimitError, match=r"this would need .* use fewer epochs"):
            submit(large, ME)
    assert store.create(configured(epochs=2), ME)
