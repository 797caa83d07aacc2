import base64
import gzip
import json

import numpy as np
import pytest

from gan_core import ExperimentConfig, train
from gan_core.live import film as films
from gan_core.live.film import arena_update, film
from gan_core.live.updates import densities
from gan_core.problem import resolve
from gan_core.training.snapshots import film_steps
from gan_core.views import View, picture_of

PAIR = View("pair", 0, 1)
CONFIG = ExperimentConfig().with_values(
    {"training.epochs": 60, "training.device": "cpu", "generator.latent_dim": 2}
)


@pytest.fixture(scope="module")
def played():
    """What a real training of 120 steps leaves at each of its snapshots."""
    found = {}
    for event in train(CONFIG, stops=film_steps(120)):
        if hasattr(event, "step") and event.step in film_steps(120):
            found[event.step] = event.checkpoint()
    return found


@pytest.fixture
def filmed(begun, played):
    """A running run with all its snapshots, and its latest networks."""
    attempt = begun(CONFIG)
    last = played[max(played)]
    attempt.append(
        1,
        np.ones((120, 4), np.float32),
        networks=last.players(),
        kept={step: state.to_bytes() for step, state in played.items()},
    )
    return attempt


def test_the_latest_picture_comes_when_it_is_newer(store, filmed, played):
    run = store.get(filmed.run_id)
    first = arena_update(store.database, run, PAIR, attempt=-1, shown=0)
    assert first["facts"] == picture_of(resolve(CONFIG), PAIR).facts()
    last = played[120]
    drawn = picture_of(resolve(CONFIG), PAIR).wire(
        120, last.part("generator"), last.part("discriminator")
    )
    assert first["frame"] == drawn
    again = arena_update(store.database, run, PAIR, attempt=run.attempt, shown=120)
    assert again == {"attempt": run.attempt, "status": "running"}
    filmed.append(121, np.ones((1, 4), np.float32), networks=last.players())
    later = arena_update(store.database, run, PAIR, attempt=run.attempt, shown=120)
    assert later["frame"]["step"] == 121
    assert "facts" not in later


def test_who_looks_makes_the_worker_show_its_networks(store, filmed):
    row = np.ones((1, 4), np.float32)
    assert not filmed.append(121, row).watched
    arena_update(store.database, store.get(filmed.run_id), PAIR, attempt=-1, shown=0)
    assert filmed.append(122, row).watched


def test_before_the_first_step_there_are_facts_alone(store):
    run = store.create(CONFIG, "everybody")
    update = arena_update(store.database, run, PAIR, attempt=-1, shown=0)
    assert (update["status"], "frame" in update) == ("queued", False)
    assert update["facts"]["kind"] == "field"
    assert film(store.database, run, None)["frames"] == []


@pytest.mark.parametrize("view", [PAIR, View("density", 3)])
def test_a_film_is_every_snapshot_as_a_picture(store, filmed, played, view):
    run = store.get(filmed.run_id)
    found = film(store.database, run, view)
    assert found["steps"] == [frame["step"] for frame in found["frames"]] == sorted(played)
    at = sorted(played)[5]
    state = played[at]
    drawn = picture_of(resolve(CONFIG), view).wire(
        at, state.part("generator"), state.part("discriminator")
    )
    assert found["frames"][5] == drawn
    later = film(store.database, run, view, after=at)
    assert later["frames"] == found["frames"][6:]
    assert later["steps"] == found["steps"]
    assert len(gzip.compress(json.dumps(found).encode(), 5)) < 1_000_000


def test_a_film_without_a_view_counts_the_rows_of_the_histograms(store, filmed, played):
    run = store.get(filmed.run_id)
    found = film(store.database, run, None)
    assert (found["rows"], found["bins"], found["steps_per_epoch"]) == (500, 10, 2)
    problem = resolve(CONFIG)
    real = problem.table.values
    state = played[120]
    from gan_core.training import TrainedGenerator

    rows = TrainedGenerator.of(state, problem).rows(500)
    packed = base64.b64decode(found["frames"][-1]["counts"])
    counts = np.frombuffer(packed, "<u2").reshape(4, 10)
    widths = np.array([np.ptp(column) / 10 for column in real.T])[:, None]
    np.testing.assert_allclose(counts / (500 * widths), densities(real, rows), atol=1e-5)


def test_a_frame_is_made_once(store, filmed, monkeypatch):
    run = store.get(filmed.run_id)
    first = film(store.database, run, PAIR)
    monkeypatch.setattr(films, "picture_of", lambda problem, view: _Facts())
    assert film(store.database, run, PAIR)["frames"] == first["frames"]


class _Facts:
    """Something that can draw nothing."""

    def facts(self):
        return {}
