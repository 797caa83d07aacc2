"""Speed, single steps, changes on the way, and forks, from the Train page."""

import pytest

from gan_core.config.schedule import Edit
from gan_core.store import model
from tests.pages.helpers import assert_sound, button, labelled, labels, texts


def speed(at):
    (control,) = [group for group in at.button_group if group.label == "Speed"]
    return control


def live(at):
    import json

    (component,) = [c for c in at.get("bidi_component") if '"pace"' in c.proto.json]
    return json.loads(component.proto.json)


def changing(at, widgets, label):
    """The control of the panel "Change while training"; its twin at the left is of the next run."""
    labelled(at.toggle, "Change while training").set_value(True).run()
    found = [w for w in getattr(at, widgets) if w.label == label and w.key.startswith("edit.")]
    return found[0] if found else None


@pytest.mark.parametrize(("press", "players"), [("Step", None), ("D only", "d"), ("G only", "g")])
def test_a_step_by_hand_is_put_into_the_queue_and_told(open_page, make_run, store, press, players):
    run = make_run(model.PAUSED)
    with store.database.write() as db:  # as if it stood before its last steps
        db.exec_driver_sql("UPDATE jobs SET progress = 6")
    at = open_page("train", run=run.id)
    assert live(at)["pace"] == ""
    button(at, press).click().run()
    assert_sound(at)
    now = store.get(run.id)
    assert (now.status, now.until_step, now.is_stepping) == ("queued", 7, True)
    if players:
        back = Edit(7, (("training.players", "both"),))
        assert now.config.schedule == (Edit(6, (("training.players", players),)), back)
    else:
        assert now.config.schedule == ()
    # To people it still is paused: the same buttons, and the step is told.
    assert "Resume" in labels(at.button)
    assert not button(at, "Train").disabled
    assert (live(at)["status"], live(at)["pace"]) == ("paused", "hand")


def test_slow_motion_is_played_by_the_browser_and_leaves_the_run_paused(open_page, make_run, store):
    run = make_run(model.PAUSED)
    at = open_page("train", run=run.id)
    speed(at).set_value(1).run()
    assert (live(at)["speed"], store.get(run.id).status) == (0, "paused")
    button(at, "Resume").click().run()
    assert (live(at)["speed"], live(at)["pace"], store.get(run.id).status) == (
        1,
        "played",
        "paused",
    )
    assert "slow motion 1/s" in texts(at)
    speed(at).set_value(20).run()
    assert (live(at)["speed"], live(at)["pace"]) == (20, "")
    button(at, "Pause").click().run()
    assert (live(at)["speed"], store.get(run.id).status) == (0, "paused")
    button(at, "Resume").click().run()
    at.run()
    # A redraw that changes nothing leaves the control alone: it may just have been clicked.
    assert not speed(at).proto.set_value
    speed(at).set_value(0).run()
    assert (live(at)["speed"], store.get(run.id).status) == (0, "queued")
    speed(at).set_value(5).run()  # out of the queue, and slowly on
    assert (live(at)["speed"], store.get(run.id).status) == (5, "paused")
    button(at, "Stop").click().run()
    assert_sound(at)
    assert (live(at)["speed"], store.get(run.id).status) == (0, "stopped")


def test_a_run_started_in_slow_motion_stands_before_its_first_step(open_page, make_run, store):
    at = open_page("train", run=make_run(model.PAUSED).id)
    speed(at).set_value(1).run()
    button(at, "Train").click().run()
    assert_sound(at)
    run = store.list()[0]
    assert (run.status, run.step, live(at)["run"], live(at)["speed"]) == ("paused", 0, run.id, 1)


def test_a_moved_control_changes_the_run_and_is_listed(open_page, make_run, store):
    run = make_run(model.PAUSED)
    at = open_page("train", run=run.id)
    changing(at, "slider", "Noise on D's inputs").set_value(0.1).run()
    assert_sound(at)
    assert store.get(run.id).config.schedule == (Edit(10, (("training.input_noise", 0.1),)),)
    assert changing(at, "slider", "Noise on D's inputs").value == 0.1
    assert "Changes" in labels(at.expander)
    assert "after step 10 (epoch 5): Noise on D's inputs: **0.1**" in texts(at)


def test_a_running_run_is_asked_to_change(open_page, make_run, store):
    run = make_run(model.RUNNING)
    at = open_page("train", run=run.id)
    changing(at, "select_slider", "Generator learning rate").set_value(0.01).run()
    assert_sound(at)
    assert store.get(run.id).config.schedule == ()  # its worker takes it up
    with store.database.read() as db:
        edit = db.exec_driver_sql("SELECT edit FROM trainings").scalar()
    assert edit == '{"optimizer.lr_g": 0.01}'
    assert changing(at, "select_slider", "Generator learning rate").value == 0.01


def test_a_run_with_changes_brings_them_into_the_settings_until_they_are_forgotten(
    open_page, make_run, store
):
    schedule = [{"step": 3, "set": {"optimizer.lr_g": 0.1}}]
    old = make_run(model.FINISHED, schedule=schedule)
    at = open_page("train", run=old.id)
    assert "Includes 1 mid-run change" in texts(at)
    button(at, "Train").click().run()
    assert store.list()[0].config == old.config
    store.stop(store.list()[0].id)
    at.run()
    button(at, "Discard the changes").click().run()
    assert "mid-run" not in texts(at)
    button(at, "Train").click().run()
    assert store.list()[0].config.schedule == ()
