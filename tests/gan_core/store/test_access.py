import pytest

from gan_core import ExperimentConfig
from gan_core.errors import RunNotFoundError
from gan_core.store.access import EVERYBODY, check_may_see, may_change, may_see


def test_everybody_sees_and_changes_every_run(store):
    run = store.create(ExperimentConfig(), "ada")
    for user in (EVERYBODY, "ada", "grace"):
        assert may_see(user, run)
        assert may_change(user, run)
        check_may_see(user, run)


def test_nobody_sees_nothing_and_is_told_as_if_there_were_none(store):
    run = store.create(ExperimentConfig(), EVERYBODY)
    assert not may_see("", run)
    assert not may_change("", run)
    with pytest.raises(RunNotFoundError, match=run.id):
        check_may_see("", run)
