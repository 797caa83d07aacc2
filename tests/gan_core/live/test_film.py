import base64
import gzip
import json

import numpy as np
import pytest

from gan_core import ExperimentConfig, train
from gan_core.errors import ViewError
from gan_core.live import film as films
from gan_core.live.updates import densities
from gan_core.problem import resolve
from gan_core.training import TrainedGenerator
from gan_core.training.snapshots import snapshot_steps
from gan_core.views.pictures import picture_of
from gan_core.views.view import View

PAIR = {"view": "pair", "x": "0", "y": "1"}
DENSITY = {"view": "density", "x": "3"}
CONFIG = ExperimentConfig().with_values(
    {"training.epochs": 60, "training.device": "cpu", "generator.latent_dim": 2}
)


@pytest.fixture(scope="module")
def played():
    """What a real training of 120 steps leaves at each of its snapshots."""
    found = {}
    for event in train(CONFIG, stops=snapshot_steps(120)):
        if hasattr(event, "step") and event.step in snapshot_steps(120):
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


def wire(query, step, state):
    picture = picture_of(resolve(CONFIG), View.from_query(query, 4))
    return picture.wire(step, state.part("generator"), state.part("discriminator"))


def test_the_latest_picture_comes_with_facts_where_they_are_wanted(ask, filmed, played):
    first = ask("arena", filmed, view=PAIR, facts=True)
    assert first["facts"] == picture_of(resolve(CONFIG), View()).facts()
    assert first["frame"] == wire(PAIR, 120, played[120])
    assert (first["attempt"], first["status"]) == (1, "running")
    filmed.append(121, np.ones((1, 4), np.float32), networks=played[120].players())
    later = ask("arena", filmed, view=PAIR, facts=False)
    assert later["frame"]["step"] == 121
    assert "facts" not in later


def test_before_the_first_step_there_are_facts_alone(store, ask):
    run = store.create(CONFIG, "everybody").id
    update = ask("arena", run, view=PAIR, facts=True)
    assert (update["status"], "frame" in update) == ("queued", False)
    assert update["facts"]["kind"] == "field"
    assert ask("film", run)["frames"] == []


def test_a_view_that_there_is_not_is_refused(ask, filmed):
    for wrong in ({"view": "globe"}, {"x": "4"}, {"x": "1", "y": "1"}):
        with pytest.raises(ViewError):
            ask("arena", filmed, view=wrong, facts=True)


@pytest.mark.parametrize("view", [PAIR, DENSITY])
def test_a_film_is_every_snapshot_as_a_picture(ask, filmed, played, view):
    found = ask("film", filmed, view=view)
    assert found["steps"] == [frame["step"] for frame in found["frames"]] == sorted(played)
    at = sorted(played)[5]
    assert found["frames"][5] == wire(view, at, played[at])
    later = ask("film", filmed, view=view, after=at)
    assert later["frames"] == found["frames"][6:]
    assert later["steps"] == found["steps"]
    assert len(gzip.compress(json.dumps(found).encode(), 5)) < 1_000_000


def test_a_film_without_a_view_counts_the_rows_of_the_histograms(ask, filmed, played):
    found = ask("film", filmed)
    assert (found["rows"], found["bins"], found["steps_per_epoch"]) == (500, 10, 2)
    problem = resolve(CONFIG)
    real = problem.table.values
    generator = TrainedGenerator.of(played[120], problem)
    packed = base64.b64decode(found["frames"][-1]["counts"])
    counts = np.frombuffer(packed, "<u2").reshape(4, 10)
    widths = np.array([np.ptp(column) / 10 for column in real.T])[:, None]
    expected = densities(real, generator.rows(500))
    np.testing.assert_allclose(counts / (500 * widths), expected, atol=1e-5)


def test_a_frame_is_made_once(ask, filmed, monkeypatch):
    first = ask("film", filmed, view=PAIR)
    monkeypatch.setattr(films, "picture_of", lambda config, view: _Facts())
    assert ask("film", filmed, view=PAIR)["frames"] == first["frames"]


class _Facts:
    """Something that can draw nothing."""

    def facts(self):
        return {}
