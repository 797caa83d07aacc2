"""What Train shows of a run: its views, lines, ghost, and what is said when it has ended."""

import json
import os

import numpy as np
import pytest

from gan_core import ExperimentConfig
from gan_core.metrics import METRICS
from gan_core.problem import resolve
from gan_core.store import model
from gan_core.store.attempt import Attempt
from gan_core.store.queue import DispatcherInfo, Queue
from tests.pages.helpers import (
    assert_sound,
    button,
    labelled,
    labels,
    texts,
)

TUTORIAL = ExperimentConfig()


def arena_of(at):
    """What the arena was given, None where there is none."""
    protos = (element.proto for element in at.get("bidi_component"))
    found = [json.loads(proto.json) for proto in protos if "arena" in proto.component_name]
    return found[0] if found else None


def view_of(at):
    return labelled(at.button_group, "View")


def test_a_run_can_be_seen_as_charts_arena_or_density(open_page, make_run):
    at = open_page("train", run=make_run(model.FINISHED).id)
    assert view_of(at).value == "charts"
    assert arena_of(at) is None
    view_of(at).set_value("arena").run()
    assert_sound(at)
    assert "view=pair&x=0&y=1&others=mean" in arena_of(at)["query"]
    x = labelled(at.selectbox, "Along x, or plane")
    assert x.options == [*(f"→ {f}" for f in resolve(TUTORIAL).features), "principal components"]
    y = labelled(at.selectbox, "Along y")
    assert "↑ sepal length (cm)" not in y.options  # it is along x already
    assert len(labelled(at.selectbox, "Other features").help) > 30
    x.select_index(4).run()
    assert_sound(at)
    assert "Along y" not in labels(at.selectbox)
    assert "view=components" in arena_of(at)["query"]
    labelled(at.selectbox, "Other features").select_index(1).run()
    assert "others=nearest" in arena_of(at)["query"]
    assert "nearest real row" in arena_of(at)["others"]
    view_of(at).set_value("density").run()
    labelled(at.selectbox, "Feature").select_index(2).run()
    assert_sound(at)
    assert "view=density&x=2" in arena_of(at)["query"]


def test_of_two_features_the_arena_shows_the_whole_space(open_page, make_run):
    two = {"data.features": ["sepal width (cm)", "petal width (cm)"]}
    at = open_page("train", run=make_run(model.QUEUED, **two).id)
    assert view_of(at).value == "arena"  # issue 8, 17: as Home promises
    assert_sound(at)
    assert arena_of(at)["others"] == ""
    assert not {"Along y", "Other features"} & set(labels(at.selectbox))
    view_of(at).set_value("quality").run()
    assert_sound(at)
    assert arena_of(at) is None
    assert live_of(at)["quality"]


def live_of(at):
    """What the live view was given."""
    protos = (element.proto for element in at.get("bidi_component"))
    (found,) = [json.loads(p.json) for p in protos if p.component_name.endswith("_live")]
    return found


def test_the_scores_can_stand_under_the_losses(open_page, make_run):
    ring = {"data.source": "ring", "data.classes": [], "training.batch_size": 500}
    at = open_page("train", run=make_run(model.QUEUED, **ring).id)
    assert live_of(at)["quality"] is None
    view_of(at).set_value("quality").run()
    assert_sound(at)
    assert arena_of(at) is None
    found = live_of(at)["quality"]
    assert [metric["name"] for metric in found["metrics"]] == list(METRICS)
    modes = next(metric for metric in found["metrics"] if metric["name"] == "modes_covered")
    assert (modes["arrow"], modes["out_of"], modes["axis"]) == ("↑", 8, "Modes covered (of 8)")
    assert "neither player is winning" in found["labels"]["meaning"]


def test_lines_of_the_equilibrium_are_those_of_the_loss_with_smoothing_and_penalties(
    open_page, make_run
):
    def drawn(**changes):
        at = open_page("train", run=make_run(model.QUEUED, **changes).id)
        assert_sound(at)
        return [value for value, _ in live_of(at)["equilibria"]]

    smoothed = {"loss.label_smoothing": 0.1}
    assert drawn() == pytest.approx([1.386294, 0.693147], abs=1e-6)
    assert drawn(**smoothed) == pytest.approx([1.376278, 0.798508], abs=1e-6)
    assert drawn(penalties=["gp"]) == []
    later = {"schedule": [{"step": 0, "set": smoothed}]}  # as after an edit
    assert drawn(**later) == drawn(**smoothed)


def test_a_ghost_has_the_rows_of_the_run_before_it(open_page, make_run, store, trained):
    parent = make_run(model.FINISHED)
    longer = {"training.epochs": 20}
    same = store.fork(parent.id, trained.checkpoint, parent.config.with_values(longer))
    assert live_of(open_page("train", run=same.id))["ghost"] == parent.id
    other = parent.config.with_values({**longer, "data.classes": ["virginica"]})
    child = store.fork(parent.id, trained.checkpoint, other)
    assert live_of(open_page("train", run=child.id))["ghost"] is None


def test_a_finished_run_says_what_to_press_next(open_page, make_run):
    """Issue 8: nothing said that it was over, what had happened, and where to go."""
    at = open_page("train", run=make_run(model.FINISHED).id)
    assert "See what it learned" in texts(at)
    assert "Not good yet" in texts(at)
    button(at, "Watch the game").click().run()
    assert_sound(at)
    assert view_of(at).value == "arena"
    assert "Watch the game" not in labels(at.button)
    at = open_page("train", run=make_run(model.PAUSED).id)
    assert "See what it learned" not in texts(at)
    assert "See the results" in texts(at)


@pytest.mark.parametrize(
    ("losses", "status", "said"),
    [
        ((1.35, 0.72), model.FINISHED, True),
        ((1.1, 0.72), model.FINISHED, False),
        ((1.35, 0.72), model.STOPPED, False),  # untrained networks begin near it
    ],
)
def test_losses_near_their_equilibrium_are_said_to_be_a_draw(
    open_page, make_run, store, losses, status, said
):
    run = store.create(TUTORIAL, "everybody")
    queue = Queue(store.database, DispatcherInfo(slots=1))
    queue.announce("CPU", "0")
    attempt = Attempt(store.database, run.id, queue.claim().attempt)
    attempt.begin(0, os.getpid(), "cpu", "torch")
    rows = np.tile(np.float32([*losses, 0.5, 0.5]), (300, 1))
    attempt.append(1, rows)
    assert not live_of(open_page("train", run=run.id))["draw"]
    attempt.close(status)
    told = live_of(open_page("train", run=run.id))["draw"]
    assert told == (
        "Losses near 1.39 and 0.69: a draw, not a failure. Only scores tell how good rows are."
        if said
        else ""
    )
