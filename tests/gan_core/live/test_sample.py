import io

import numpy as np
import pandas as pd
import pytest

from gan_core import ExperimentConfig, train
from gan_core.errors import DataError, RunStateError
from gan_core.live.cache import Kept
from gan_core.live.questions import QUESTIONS
from gan_core.live.updates import densities
from gan_core.problem import resolve
from gan_core.scoring import score

CONFIG = ExperimentConfig().with_values({"training.epochs": 5, "training.device": "cpu"})


@pytest.fixture(scope="module")
def end():
    *_, end = train(CONFIG)
    return end


@pytest.fixture
def saved(begun, end):
    attempt = begun(CONFIG)
    attempt.save(end.checkpoint)
    return attempt


@pytest.mark.parametrize(("n", "seed"), [(50, None), (5000, 7)])
def test_a_sample_is_what_the_generator_gives(ask, saved, end, n, seed):
    found = ask("sample", saved, step=10, n=n, seed=seed)
    rows = end.generator.rows(n, seed)
    assert found["first"] == rows[:5].tolist()
    assert found["densities"] == densities(resolve(CONFIG).table.values, rows)
    assert found["scores"] == score(end.generator, n, seed).to_dict()
    assert "points" not in found  # of four features
    assert "scores" not in ask("sample", saved, step=10, n=n, seed=seed, scored=False)


def test_the_pieces_of_a_file_are_the_samples_csv(store, saved, end):
    bounds = [(0, 20), (20, 45), (45, 50)]
    which = {"run": saved.run_id, "step": 10, "n": 50}
    text = b""
    for start, stop in bounds:
        for part in QUESTIONS["csv"](store, Kept(1), **which, start=start, end=stop):
            text += part.data
    assert text.decode() == end.generator.sample(50).to_csv(index=False)
    assert np.array_equal(pd.read_csv(io.BytesIO(text)).to_numpy(), end.generator.rows(50))


def test_it_says_how_far_it_is(store, saved):
    parts = QUESTIONS["sample"](store, Kept(1), run=saved.run_id, step=10, n=5000, scored=False)
    assert [(p.done, p.of) for p in parts if p.of] == [(2048, 5000), (4096, 5000), (5000, 5000)]


def test_rows_are_drawn_once(store, saved):
    """Fault 9: anew at each rerun, and for each piece of a file."""
    which = {"run": saved.run_id, "step": 10, "n": 5000, "seed": 3}
    assert [p.of for p in QUESTIONS["sample"](store, Kept(1), **which, scored=False)][:-1]
    assert not any(p.of for p in QUESTIONS["csv"](store, Kept(1), **which, start=0, end=9))


def test_rows_of_a_checkpoint_that_is_gone_are_not_those_of_another(ask, saved):
    with pytest.raises(RunStateError, match="has advanced"):
        ask("sample", saved, step=9, n=50)


@pytest.mark.parametrize("wrong", [{"n": 0}, {"n": 2_000_000}, {"n": 5, "seed": 2**32}])
def test_what_cannot_be_drawn_is_refused(ask, saved, wrong):
    with pytest.raises(DataError):
        ask("sample", saved, step=10, **wrong)
