"""Links to settings and to runs: written by Share, read by Train."""

import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from gan_core import ExperimentConfig
from gan_core.config import declared_params
from gan_core.config.links import from_query, to_query
from gan_core.data.drawing import MAX_POINTS, encode
from gan_core.store import model
from tests.pages.helpers import (
    assert_kind_message,
    assert_sound,
    button,
    labelled,
    labels,
    plain,
    texts,
)

TUTORIAL = ExperimentConfig()
NO_SETTINGS = {"Train while I move sliders", "Repeats"}  # no part of a config
SERVER = "http://forge.example:8501"


def controls(at):
    kinds = (at.slider, at.select_slider, at.number_input, at.text_input, at.selectbox, at.toggle)
    return [control for kind in kinds for control in kind]


def from_link(at):
    return "Settings from a link" in texts(at)


def open_share(at, page="train"):
    """Open the popover; its links."""
    at.session_state["share"] = True
    at.context = {**at.context, "url": f"{SERVER}/{page}"}
    at.run()
    assert_sound(at)
    return [code.value for code in at.code if code.value.startswith("http")]


def said(link):
    """What a browser sends of a link's query."""
    return dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))


def test_a_link_brings_its_settings_once(open_page, store):
    at = open_page("train", epochs="300", lr="0.001", g_dims="8,8")
    assert_sound(at)
    assert from_link(at)
    assert labelled(at.select_slider, "Epochs").value == 300
    assert labelled(at.select_slider, "Learning rate").value == 0.001
    assert labelled(at.text_input, "Generator widths").value == "8, 8"
    assert at.query_params == {"epochs": "300", "lr": "0.001", "g_dims": "8,8"}  # can be sent on

    labelled(at.slider, "Latent dimension").set_value(3).run()  # no longer the link's
    assert not from_link(at)
    assert at.query_params == {}
    at.query_params = {"epochs": "300", "lr": "0.001", "g_dims": "8,8"}  # the browser lags behind
    at.run()
    assert labelled(at.slider, "Latent dimension").value == 3
    assert at.query_params == {}

    button(at, "Train").click().run()
    (run,) = store.list()
    assert run.config.differences() == {
        "training.epochs": 300,
        "optimizer.lr_g": 0.001,
        "optimizer.lr_d": 0.001,
        "generator.hidden_dims": (8, 8),
        "generator.latent_dim": 3,
    }
    assert at.query_params == {"run": run.id}


def test_a_trained_link_makes_room_for_its_run(open_page, store):
    at = open_page("train", seed="7", lock="seed,lr")
    button(at, "Train").click().run()
    (run,) = store.list()
    assert run.config.differences() == {"seed": 7}
    assert at.query_params == {"run": run.id, "lock": "seed,lr"}
    assert not from_link(at)
    assert labelled(at.number_input, "Seed").disabled


def test_another_link_in_the_same_session_counts(open_page):
    at = open_page("train", seed="7")
    at.query_params = {"epochs": "200"}
    at.run()
    assert labelled(at.number_input, "Seed").value == 0
    assert labelled(at.select_slider, "Epochs").value == 200
    assert at.query_params == {"epochs": "200"}


def test_a_link_survives_a_look_at_another_page(open_page):
    at = open_page("train", seed="7", hide="device")
    at.query_params.clear()  # as a click in the navigation does
    at.switch_page("data.py").run()
    at.switch_page("train.py").run()
    assert_sound(at)
    assert labelled(at.number_input, "Seed").value == 7
    assert "Device" not in labels(at.selectbox)
    assert at.query_params == {"seed": "7", "hide": "device"}


def test_a_run_and_its_locks_come_back_after_a_reload(open_page, make_run):
    run = make_run(model.FINISHED, **{"seed": 9})
    at = open_page("train", run=run.id, lock="seed")
    assert labelled(at.number_input, "Seed").value == 9  # the run's, not the tutorial's
    assert labelled(at.number_input, "Seed").disabled
    assert not from_link(at)


WRONG = [
    ({"epochs": "abc"}, ("epochs", "a whole number", "'abc'")),
    ({"epoch": "3"}, ("'epoch'", "'epochs'")),
    ({"data": "wine", "class": "x"}, ("Wine has no class", "'x'")),
    ({"smoothing": "0.1", "loss": "hinge"}, ("bce, least-squares and minimax only",)),
    ({"lock": "learning"}, ("'learning'", "lock")),
    ({"<img src=x>": "1"}, ("<img",)),
]


def test_a_wrong_link_is_answered_and_the_settings_stay(store, open_page):
    at = open_page("train", seed="7")
    labelled(at.slider, "Latent dimension").set_value(3).run()
    for query, words in WRONG:
        at.query_params = query
        at.run()
        assert_kind_message(at, "This link cannot be used", *words)
        assert labelled(at.number_input, "Seed").value == 7
        assert labelled(at.slider, "Latent dimension").value == 3
        assert not button(at, "Train").disabled
        assert at.query_params == {}
    at.run()  # said once
    assert not at.error


def test_locked_controls_are_shown_but_cannot_be_moved(store, open_page):
    at = open_page("train", lock="lr,epochs,lr_d,g_dims")
    locked = {control.label for control in controls(at) if control.disabled}
    assert locked == {"Learning rate", "Epochs", "Separate rate for D", "Generator widths"}
    for control in controls(at):
        if control.label in locked - {"Separate rate for D"}:
            assert "Locked by the link" in control.help
    # One rate for both players is one slider.
    assert "Locked by this link: Generator widths, Learning rate, Epochs]" in texts(at)
    button(at, "Train").click().run()
    assert len(store.list()) == 1


def test_all_controls_can_be_locked_and_then_the_data_as_well(store, open_page):
    at = open_page("train", lock="all", epochs="200", data="wine")
    free = {control.label for control in controls(at) if not control.disabled}
    assert free == set()
    assert labelled(at.segmented_control, "Speed").disabled
    assert "All settings are locked by this link]" in texts(at)
    assert not at.get("page_link")  # to other data
    at.switch_page("data.py").run()
    assert all(choice.disabled for choice in at.segmented_control)
    assert at.segmented_control[0].value == "wine"


def test_what_a_locked_link_leaves_free_can_be_moved_and_is_named(store, open_page):
    at = open_page("train", lock="all", free="lr,speed,repeats,instant")
    free = {control.label for control in controls(at) if not control.disabled}
    assert free == {"Learning rate", *NO_SETTINGS}
    assert not labelled(at.segmented_control, "Speed").disabled
    assert "locked by this link except Learning rate, Repeats, Speed +1" in texts(at)


def test_the_speed_and_repeats_are_in_the_link(store, open_page):
    at = open_page("train")
    labelled(at.segmented_control, "Speed").set_value(5).run()
    assert open_share(at) == [f"{SERVER}/train?speed=5"]
    labelled(at.number_input, "Repeats").set_value(3).run()
    assert open_share(at) == [f"{SERVER}/train?repeats=3&speed=5"]
    labelled(at.number_input, "Repeats").set_value(None).run()  # which cannot be trained
    assert open_share(at) == [f"{SERVER}/train?speed=5"]

    again = open_page("train", epochs="300", repeats="3", speed="5")
    assert labelled(again.number_input, "Repeats").value == 3
    assert labelled(again.segmented_control, "Speed").value == 5
    labelled(again.number_input, "Repeats").set_value(1).run()
    assert not from_link(again)
    assert again.query_params == {}
    button(again, "Train").click().run()
    (run,) = store.list()
    assert (run.speed, run.is_group, run.config.training.epochs) == (5, False, 300)


def test_hidden_controls_keep_the_links_values(store, open_page):
    at = open_page("train", hide="all", epochs="200", loss="wasserstein", penalty="gp", lr_d="0.01")
    assert_sound(at)
    assert set(labels(controls(at))) == NO_SETTINGS
    assert not {"Networks", "Loss", "Optimizer and batch"} & set(labels(at.expander))
    button(at, "Train").click().run()
    (run,) = store.list()
    assert run.config.differences() == {
        "training.epochs": 200,
        "loss.name": "wasserstein",
        "loss.weight_clip": 0.0,
        "penalties": ("gp",),
        "penalties.gp.lambda_gp": 10.0,
        "optimizer.lr_d": 0.01,
    }


@pytest.mark.parametrize(
    ("key", "label"),
    [("lambda_gp", "Weight of gp (lambda)"), ("d_act", "Discriminator activation")],
)
def test_a_single_control_can_be_locked_or_hidden(store, open_page, key, label):
    locked = open_page("train", penalty="gp", lock=key)
    assert [control.label for control in controls(locked) if control.disabled] == [label]
    hidden = open_page("train", penalty="gp", hide=key)
    assert set(labels(controls(locked))) - set(labels(controls(hidden))) == {label}


def test_share_gives_a_link_to_the_settings(open_page, store):
    at = open_page("train")
    labelled(at.slider, "Latent dimension").set_value(3).run()
    labelled(at.select_slider, "Epochs").set_value(300).run()
    (link,) = open_share(at)
    assert link == f"{SERVER}/train?latent_dim=3&epochs=300"
    other = open_page("train", **said(link))
    button(other, "Train").click().run()
    (run,) = store.list()
    assert run.config == TUTORIAL.with_values({"generator.latent_dim": 3, "training.epochs": 300})


def codes(at):
    """What is read aloud of the QR codes on the page, large ones included."""
    return re.findall(
        r'<img alt="([^"]*)" src="data:image/svg', "".join(h.proto.body for h in at.get("html"))
    )


def test_each_link_has_a_qr_code_beside_it_and_a_large_one(open_page, make_run):
    at = open_page("train", run=make_run(model.FINISHED).id)
    assert codes(at) == []  # none is made before it is asked for
    open_share(at)
    assert codes(at) == 2 * ["QR code: These settings"] + 2 * ["QR code: This run"]
    assert "phone cannot" not in texts(at)


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "a.localhost"])
@pytest.mark.parametrize("listens", ["127.0.0.1", "0.0.0.0"])
def test_a_link_that_a_phone_cannot_open_says_so_and_what_to_do(
    open_page, make_run, monkeypatch, host, listens
):
    monkeypatch.setattr("pages.ui.settings.qr.get_internal_ip", lambda: "192.0.2.7")
    monkeypatch.setattr("streamlit.get_option", {"server.address": listens}.get)
    at = open_page("train", run=make_run(model.FINISHED).id)
    at.session_state["share"] = True
    at.context = {**at.context, "url": f"http://{host}/train"}
    at.run()
    assert_sound(at)
    assert codes(at) == []
    (told,) = [plain(c.value) for c in at.caption if "A phone cannot open this link" in c.value]
    assert urlsplit(f"//{host}").hostname in told
    assert "http://192.0.2.7" + (":8501" if ":" in host else "") in told
    assert ("make run HOST=0.0.0.0" in told) == (listens == "127.0.0.1")


def test_without_a_network_no_address_is_made_up(open_page, store, monkeypatch):
    monkeypatch.setattr("pages.ui.settings.qr.get_internal_ip", lambda: "127.0.0.1")
    at = open_page("train")
    at.session_state["share"] = True
    at.context = {**at.context, "url": "http://localhost:8501/train"}
    at.run()
    assert "the address that this computer has in the network" in texts(at)


def test_a_link_too_long_for_a_phone_says_so_and_that_of_the_run_has_its_code(open_page, store):
    points = encode(np.random.default_rng(0).uniform(-1, 1, (MAX_POINTS, 2)))
    drawn = {"data.source": "drawing", "data.classes": (), "data.drawing": points}
    run = store.create(TUTORIAL.with_values(drawn), "everybody")
    at = open_page("train", run=run.id)
    link, _ = open_share(at)
    assert 1350 < len(link) < 1465  # what the largest code holds
    assert codes(at) == 2 * ["QR code: These settings"] + 2 * ["QR code: This run"]
    labelled(at.multiselect, "Lock").set_value(list(declared_params())[:20]).run()
    link, _ = open_share(at)
    assert len(link) > 1465
    assert codes(at) == 2 * ["QR code: This run"]
    assert f"This link has {len(link):,} characters, too many" in texts(at)


def test_the_tutorials_link_is_the_page_itself(open_page, store):
    assert open_share(open_page("train")) == [f"{SERVER}/train"]


def test_share_takes_the_settings_that_are_moved_in_the_same_moment(open_page, store):
    at = open_page("train")
    labelled(at.select_slider, "Epochs").set_value(300)
    assert open_share(at) == [f"{SERVER}/train?epochs=300"]


@pytest.mark.parametrize("page", ["train", "results"])
def test_share_gives_a_link_to_the_run(open_page, make_run, page):
    run = make_run(model.FINISHED)
    at = open_page(page, run=run.id)
    settings, here = open_share(at, page)
    assert here == f"{SERVER}/train?run={run.id}"
    assert from_query(said(settings)).config == run.config
    assert urlsplit(settings).path == "/train"


def test_share_says_when_the_settings_are_not_the_runs(open_page, make_run):
    at = open_page("train", run=make_run(model.FINISHED).id)
    open_share(at)
    assert "differ from those of the run" not in texts(at)
    labelled(at.slider, "Latent dimension").set_value(3).run()
    assert "differ from those of the run" in texts(at)


def test_a_teacher_locks_and_hides_controls(open_page, store):
    at = open_page("train", epochs="300")
    open_share(at)
    labelled(at.multiselect, "Lock").set_value(["training.epochs", "optimizer.lr_g"])
    labelled(at.multiselect, "Hide").set_value(["training.device"]).run()
    (link,) = open_share(at)
    assert link == f"{SERVER}/train?epochs=300&lock=lr,epochs&hide=device"
    assert said(link) == to_query(
        TUTORIAL.with_values({"training.epochs": 300}),
        ["training.epochs", "optimizer.lr_g"],
        ["training.device"],
    )
    assert not labelled(at.select_slider, "Epochs").disabled  # the teacher's own stay free
    student = open_page("train", **said(link))
    assert labelled(student.select_slider, "Epochs").disabled
    (again,) = open_share(student)  # what was locked for him stays locked in what he sends on
    assert again == link


def test_without_an_address_from_the_browser_the_link_has_none(open_page, store):
    at = open_page("train", seed="7")
    at.session_state["share"] = True
    at.run()
    assert "/train?seed=7" in [code.value for code in at.code]


def test_the_set_alone_can_be_locked(store, open_page):
    """Issue 8, 5: a link to other data walked around the lock."""
    (link,) = open_page("train").get("page_link")
    assert "50 rows" in link.proto.label
    at = open_page("train", lock="data")
    assert not at.get("page_link")
    at.switch_page("data.py").run()
    assert [choice.disabled for choice in at.segmented_control] == [True, False, False]


def test_the_code_says_whether_it_is_the_runs_or_the_settings(open_page, make_run):
    """Issue 8, 6."""
    run = make_run(model.FINISHED)
    at = open_page("train", run=run.id)
    at.session_state["code_view"] = True
    at.run()
    assert f"The run {run.name} as PyTorch" in texts(at).replace("**", "")
    labelled(at.slider, "Latent dimension").set_value(3).run()
    assert "LATENT_DIM = 10" in at.code[-1].value
    labelled(at.segmented_control, "Code of").set_value("settings").run()
    assert_sound(at)
    assert "The settings on the left as PyTorch" in texts(at)
    assert "LATENT_DIM = 3" in at.code[-1].value


def test_the_code_is_shown_when_it_is_asked_for(open_page, store):
    at = open_page("train", loss="hinge", epochs="300")
    at.session_state["code_view"] = True
    at.run()
    assert_sound(at)
    code = at.code[-1].value
    assert len(at.code) == 1
    assert "EPOCHS = 300" in code
    assert "relu().mean()" in code
    offered = [d.proto.label for d in at.get("download_button")]
    assert offered == ["Python script", "Notebook"]


def test_all_but_the_sliders_is_locked_by_one_button(store, open_page):
    at = open_page("train")
    open_share(at)
    button(at, "the three sliders").click().run()
    assert_sound(at)
    locked = labelled(at.multiselect, "Lock").value
    free = {*declared_params()} - {*locked}
    sliders = {"generator.latent_dim", "optimizer.lr_g", "optimizer.lr_d", "training.epochs"}
    assert free == sliders
    assert open_share(at) == [f"{SERVER}/train?lock=all&free=latent_dim,lr,lr_d,epochs"]
    button(at, "the learning rate").click().run()
    free = {*declared_params()} - {*labelled(at.multiselect, "Lock").value}
    assert free == {"optimizer.lr_g", "optimizer.lr_d"}


def test_a_group_opened_by_its_link_would_be_repeated_with_as_many_seeds(open_page, store):
    group = store.create(ExperimentConfig(), "everybody", repeats=3)
    at = open_page("train", run=group.id)
    assert labelled(at.number_input, "Repeats").value == 3
