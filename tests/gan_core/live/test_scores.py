import os

import numpy as np
import pytest

from gan_core import ExperimentConfig, train
from gan_core.live import scores as quality
from gan_core.metrics import metrics_for
from gan_core.problem import resolve
from gan_core.scoring import floor_of, score
from gan_core.store.attempt import Attempt
from gan_core.training import Checkpoint, TrainedGenerator

STEPS = [0, 1, 5, 12]
CONFIG = ExperimentConfig().with_values({"training.epochs": 6, "training.device": "cpu"})


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """However busy the machine: an answer has everything."""
    monkeypatch.setattr(quality, "PATIENCE", 60)


@pytest.fixture(scope="module")
def played():
    """Four states of a real training of 12 steps, by the steps that snapshots name."""
    stops = [1, 4, 8, 12]
    events = train(CONFIG, stops=stops)
    states = [e.checkpoint() for e in events if getattr(e, "step", None) in stops]
    return dict(zip(STEPS, states, strict=True))


@pytest.fixture
def filmed(begun, played):
    """A running run with its snapshots."""
    attempt = begun(CONFIG)
    kept = {step: state.to_bytes() for step, state in played.items()}
    attempt.append(1, np.ones((12, 4), np.float32), kept=kept)
    return attempt


def test_the_scores_are_those_of_the_generator_at_each_snapshot(ask, filmed, played):
    found = ask("quality", filmed)
    assert (found["after"], found["steps"], found["left"]) == (-1, STEPS, 0)
    problem = resolve(CONFIG)
    for i, step in enumerate(STEPS):
        weights = played[step].generator_weights()
        judged = score(TrainedGenerator.made(CONFIG, weights, problem)).scores
        now = {name: values[i] for name, values in found["scores"].items()}
        assert now == pytest.approx({n: s.overall for n, s in judged.items()}, abs=1e-6)
    assert list(found["scores"]) == list(metrics_for(len(problem.features)))
    assert len(set(found["scores"]["wasserstein"])) == len(STEPS)


def test_the_floors_come_once(ask, filmed):
    first = ask("quality", filmed)
    for name, floor in floor_of(CONFIG.data).items():
        ends = (floor.overall.low, floor.overall.median, floor.overall.high)
        assert first["floors"][name] == pytest.approx(ends, abs=1e-6)
    assert "floors" not in ask("quality", filmed, attempt=first["attempt"], after=5)


def test_only_what_is_new_comes_and_of_another_attempt_everything(ask, filmed):
    attempt = ask("quality", filmed)["attempt"]
    later = ask("quality", filmed, attempt=attempt, after=1)
    assert (later["after"], later["steps"], later["left"]) == (1, [5, 12], 0)
    assert ask("quality", filmed, attempt=attempt, after=12)["steps"] == []
    anew = ask("quality", filmed, attempt=attempt + 1, after=12)
    assert (anew["after"], anew["steps"]) == (-1, STEPS)


def test_a_question_takes_no_longer_than_is_patient(ask, filmed, monkeypatch):
    monkeypatch.setattr(quality, "PATIENCE", 0)
    update = ask("quality", filmed)
    seen = list(update["steps"])
    while update["left"]:
        assert len(update["steps"]) == 1
        update = ask("quality", filmed, attempt=update["attempt"], after=seen[-1])
        seen += update["steps"]
    assert seen == STEPS


def test_a_snapshot_is_judged_once(ask, filmed, monkeypatch):
    first = ask("quality", filmed)
    monkeypatch.setattr(quality, "judged", None)
    assert ask("quality", filmed) == first


def test_weights_that_are_no_numbers_have_no_scores(ask, begun, played):
    attempt = begun(CONFIG)
    broken = Checkpoint.from_bytes(played[5].to_bytes())
    for name, array in broken.tensors.items():
        broken.tensors[name] = np.full_like(array, np.nan if array.dtype.kind == "f" else 0)
    attempt.append(1, np.ones((5, 4), np.float32), kept={5: broken.to_bytes()})
    found = ask("quality", attempt)
    assert found["steps"] == [5]
    assert set(map(tuple, found["scores"].values())) == {(None,)}


def test_of_a_group_it_is_the_median_in_a_band_over_the_members(store, queue, ask, played):
    """Issue 8, 3: they were the first seed's."""
    group = store.create(CONFIG, "everybody", repeats=3)
    single = {}
    for number, steps in enumerate([STEPS, STEPS, STEPS[:2]]):
        claim = queue.claim()
        attempt = Attempt(store.database, claim.run_id, claim.attempt)
        attempt.begin(0, os.getpid(), "cpu", "torch")
        # The three have different states, or their scores would be the same.
        states = [played[STEPS[(i + number) % len(STEPS)]].to_bytes() for i in range(len(steps))]
        rows = np.ones((max(steps), 4), np.float32)
        attempt.append(1, rows, kept=dict(zip(steps, states, strict=True)))
        single[claim.run_id] = ask("quality", claim.run_id)["scores"]["wasserstein"]
    found = ask("quality", group.id)
    assert (found["after"], found["steps"], found["left"]) == (-1, STEPS, 0)
    for i in range(len(STEPS)):
        values = [scores[i] for scores in single.values() if i < len(scores)]
        ends = [found[part]["wasserstein"][i] for part in ("low", "scores", "high")]
        assert ends == pytest.approx(np.quantile(values, (0.1, 0.5, 0.9)), abs=1e-6)
        assert ends[0] < ends[2]
    later = ask("quality", group.id, attempt=found["attempt"], after=5)
    assert (later["after"], later["steps"]) == (5, [12])
    attempt.append(13, np.ones((1, 4), np.float32), kept={12: played[12].to_bytes()})
    anew = ask("quality", group.id, attempt=found["attempt"], after=12)
    assert (anew["after"], anew["steps"]) == (-1, STEPS)


def test_before_the_first_snapshot_there_are_floors_alone(store, ask):
    found = ask("quality", store.create(CONFIG, "everybody").id)
    assert (found["steps"], found["left"]) == ([], 0)
    assert found["floors"].keys() == found["scores"].keys()
