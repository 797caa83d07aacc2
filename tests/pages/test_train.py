import pytest

from gan_core import ExperimentConfig
from gan_core.store import model
from tests.pages.helpers import (
    assert_kind_message,
    assert_sound,
    button,
    errors,
    expand,
    labelled,
    labels,
    texts,
)

TUTORIAL = ExperimentConfig()


@pytest.fixture
def train_page(store, open_page):
    at = open_page("train")
    assert_sound(at)
    return at


def sliders(at):
    return [*at.slider, *at.select_slider]


def test_the_sliders_have_their_names(train_page):
    names = labels(sliders(train_page))
    for name in ("Latent dimension", "Learning rate", "Epochs", "Batch size"):
        assert names.count(name) == 1


def test_every_control_says_what_it_does(train_page):
    controls = [
        *sliders(train_page),
        *train_page.number_input,
        *train_page.text_input,
        *train_page.selectbox,
        *train_page.toggle,
    ]
    assert len(controls) >= 11
    for control in controls:
        assert len(control.help or "") > 30, control.label


def test_the_defaults_are_the_tutorials(train_page):
    shown = {
        c.label: c.value
        for c in (
            *sliders(train_page),
            *train_page.number_input,
            *train_page.text_input,
            *train_page.selectbox,
            *train_page.multiselect,
        )
    }
    assert shown == {
        "Latent dimension": TUTORIAL.generator.latent_dim,
        "Learning rate": TUTORIAL.optimizer.lr_g,
        "Epochs": TUTORIAL.training.epochs,
        "Batch size": TUTORIAL.training.batch_size,
        "Generator widths": "16, 32",
        "Discriminator widths": "32, 16",
        "Generator's LeakyReLU slope": TUTORIAL.generator.slope,
        "Discriminator's LeakyReLU slope": TUTORIAL.discriminator.slope,
        "Beta 1 (momentum)": TUTORIAL.optimizer.beta1,
        "Beta 2 (scale)": TUTORIAL.optimizer.beta2,
        "Learning rate decay": TUTORIAL.optimizer.lr_decay,
        "Generator activation": TUTORIAL.generator.activation,
        "Discriminator activation": TUTORIAL.discriminator.activation,
        "Generator normalization": "none",
        "Discriminator normalization": "none",
        "Generator dropout": 0,
        "Discriminator dropout": 0,
        "Loss": TUTORIAL.loss.name,
        "Label smoothing": TUTORIAL.loss.label_smoothing,
        "Noise on D's inputs": TUTORIAL.training.input_noise,
        "Gradient penalties": [],
        "D updates per step (n_critic)": TUTORIAL.training.n_critic,
        "EMA decay of G": TUTORIAL.training.ema_decay,
        "Engine": TUTORIAL.training.engine,
        "Seed": TUTORIAL.seed,
        "Repeats": 1,
        "Device": TUTORIAL.training.device,
    }


def test_who_learns_is_asked_where_a_link_says_that_not_both_do(store, open_page):
    at = open_page("train", players="d")
    assert labelled(at.selectbox, "Who learns").value == "d"
    labelled(at.selectbox, "Who learns").set_value("both").run()
    assert_sound(at)
    button(at, "Train").click().run()
    (run,) = store.list()
    assert not run.config.differences()
    assert "Who learns" not in labels(at.selectbox)


def test_untouched_it_trains_the_tutorial(train_page, store):
    button(train_page, "Train").click().run()
    (run,) = store.list()
    assert not run.config.differences()


MOVES = [
    ("slider", "Latent dimension", 3, {"generator.latent_dim": 3}),
    ("select_slider", "Learning rate", 0.001, {"optimizer.lr_g": 0.001, "optimizer.lr_d": 0.001}),
    ("select_slider", "Epochs", 100, {"training.epochs": 100}),
    ("select_slider", "Batch size", 8, {"training.batch_size": 8}),
    ("slider", "Generator's LeakyReLU slope", 0.5, {"generator.slope": 0.5}),
    ("slider", "Discriminator's LeakyReLU slope", 0.5, {"discriminator.slope": 0.5}),
    ("selectbox", "Loss", "hinge", {"loss.name": "hinge"}),
    ("slider", "Noise on D's inputs", 0.1, {"training.input_noise": 0.1}),
    ("text_input", "Generator widths", "8", {"generator.hidden_dims": (8,)}),
    ("text_input", "Discriminator widths", " 64 ;32, ", {"discriminator.hidden_dims": (64, 32)}),
    ("number_input", "Beta 1 (momentum)", 0.9, {"optimizer.beta1": 0.9}),
    ("number_input", "Beta 2 (scale)", 0.99, {"optimizer.beta2": 0.99}),
    ("number_input", "Seed", 4, {"seed": 4}),
    ("selectbox", "Device", "cpu", {"training.device": "cpu"}),
]


def test_every_moved_control_changes_the_run(train_page, store):
    expected = {}
    for kind, label, value, changed in MOVES:
        labelled(getattr(train_page, kind), label).set_value(value).run()
        assert_sound(train_page)
        expected |= changed
        assert train_page.session_state["settings"].differences() == expected, label
    train_page.toggle[0].set_value(True).run()  # a separate rate for D
    labelled(train_page.select_slider, "Discriminator learning rate").set_value(0.01).run()
    button(train_page, "Train").click().run()
    assert_sound(train_page)
    (run,) = store.list()
    assert run.config.differences() == {**expected, "optimizer.lr_d": 0.01}


def test_a_control_that_is_moved_in_the_moment_of_the_click_counts(train_page, store):
    """A browser may send both in one message; the run must have what the page shows."""
    labelled(train_page.select_slider, "Epochs").set_value(100)
    button(train_page, "Train").click().run()
    (run,) = store.list()
    assert run.config.training.epochs == 100


def test_settings_stay_when_another_page_is_looked_at(train_page):
    labelled(train_page.slider, "Latent dimension").set_value(3).run()
    for page in ("data", "runs", "train"):
        train_page.switch_page(f"{page}.py").run()
        assert_sound(train_page)
    assert labelled(train_page.slider, "Latent dimension").value == 3


NONSENSE = (
    "16, x", "", "0", "99999999999", "-5", "1.5", "1025", "²", "16 32", "1e3", "1,1,1,1,1,1,1",
    "NaN", "16,,8", ",16", "16, 0", "<b>", "١٦",
)  # fmt: skip


def test_nonsense_widths_are_named_and_disable_train(train_page, store):
    wrong = [("Generator widths", text) for text in NONSENSE]
    for label, text in (*wrong, ("Discriminator widths", "32, y")):
        labelled(train_page.text_input, label).set_value(text).run()
        assert_kind_message(train_page, label, "must be")
        assert button(train_page, "Train").disabled, text
        if text != wrong[-1][1]:
            continue
        labelled(train_page.text_input, label).set_value("16, 32").run()
        assert not train_page.error
        assert not button(train_page, "Train").disabled
    assert not store.list()


def test_more_work_than_the_server_allows_is_refused(monkeypatch, open_page, store):
    monkeypatch.setenv("GAN_FORGE_MAX_RUN_SECONDS", "1")
    at = open_page("train", epochs="300000")
    button(at, "Train").click().run()
    assert_kind_message(at, "this server allows a second", "epochs")
    assert not store.list()
    at.run()
    assert not at.error  # said once, and what the page does is not lost
    assert not button(at, "Train").disabled


def test_more_weights_than_the_server_allows_are_refused(monkeypatch, open_page, store):
    monkeypatch.setenv("GAN_FORGE_MAX_WEIGHTS", "100")
    at = open_page("train")
    button(at, "Train").click().run()
    assert_kind_message(at, "weights", "100")
    assert not store.list()


def test_a_full_queue_is_refused(monkeypatch, open_page, store, make_run):
    monkeypatch.setenv("GAN_FORGE_MAX_QUEUED", "1")
    make_run(model.QUEUED)
    at = open_page("train")
    button(at, "Train").click().run()
    assert_kind_message(at, "waiting", "1")
    assert len(store.list()) == 1


def test_a_full_disk_is_refused(monkeypatch, open_page, store):
    monkeypatch.setenv("GAN_FORGE_MIN_FREE_MB", str(10**9))
    at = open_page("train")
    button(at, "Train").click().run()
    assert_kind_message(at, "disk")
    assert not store.list()


def test_train_twice_makes_one_run(train_page, store):
    button(train_page, "Train").click().run()
    again = button(train_page, "Train")
    assert again.disabled
    again.proto.disabled = False  # a second click that left before the page was drawn anew
    again.click().run()
    assert_sound(train_page)
    assert len(store.list()) == 1


def test_after_a_run_ended_train_makes_another(open_page, make_run, store):
    old = make_run(model.FINISHED)
    at = open_page("train", run=old.id)
    button(at, "Train").click().run()
    new = store.list()[0]
    assert new.id != old.id
    assert at.query_params["run"] in (new.id, [new.id])
    assert new.config == old.config


@pytest.mark.parametrize(
    ("status", "press", "becomes", "want"),
    [
        (model.QUEUED, "Pause", model.PAUSED, ""),
        (model.QUEUED, "Stop", model.STOPPED, ""),
        (model.RUNNING, "Pause", model.RUNNING, "pause"),
        (model.RUNNING, "Stop", model.RUNNING, "stop"),
        (model.PAUSED, "Resume", model.QUEUED, ""),
        (model.PAUSED, "Stop", model.STOPPED, ""),
        (model.STOPPED, "Resume", model.QUEUED, ""),
        (model.FAILED, "Resume", model.QUEUED, ""),
    ],
)
def test_the_buttons_do_what_they_say(open_page, make_run, store, status, press, becomes, want):
    at = open_page("train", run=make_run(status).id)
    button(at, press).click().run()
    assert_sound(at)
    (run,) = store.list()
    assert (run.status, run.want) == (becomes, want)
    if want:  # asked once is enough, and the page says that it was asked
        assert button(at, press).disabled
        word = {"pause": "pausing", "stop": "stopping"}[want]
        assert any(word in m.value for m in at.markdown)


def test_a_button_pressed_too_late_is_answered(open_page, make_run, store):
    run = make_run(model.PAUSED)
    at = open_page("train", run=run.id)
    store.resume(run.id)
    store.stop(run.id)
    button(at, "Stop").click().run()
    assert_sound(at)
    assert "stopped" in at.toast[0].value
    assert store.get(run.id).status == model.STOPPED


def test_a_failed_run_says_why(open_page, make_run):
    run = make_run(model.FAILED)
    assert run.reason in errors(open_page("train", run=run.id))


def test_closed_expanders_keep_what_a_link_has_set_and_what_was_typed(open_page, store):
    at = open_page("train", expanded=False, g_dims="8")
    assert not at.text_input
    labelled(at.select_slider, "Learning rate").set_value(0.01).run()
    button(at, "Train").click().run()
    (run,) = store.list()
    assert run.config.generator.hidden_dims == (8,)
    assert {run.config.optimizer.lr_g, run.config.optimizer.lr_d} == {0.01}
    expand(at)
    labelled(at.run().text_input, "Generator widths").set_value("8, x").run()
    for name in ("networks", "loss", "optimizer"):
        at.session_state[f"expander.{name}"] = False
    at.run()
    assert "'x'" in errors(at)
    assert button(at, "Train").disabled


def test_a_separate_rate_of_d_stays_separate_when_the_sliders_meet(open_page):
    at = open_page("train", expanded=False, lr="0.01", lr_d="0.001")
    for rate in (0.001, 0.002):
        labelled(at.select_slider, "Learning rate").set_value(rate).run()
    assert labelled(at.toggle, "Separate rate for D").value
    assert labelled(at.select_slider, "Discriminator learning rate").value == 0.001


def test_the_structure_of_both_networks_is_printed_when_it_is_asked_for(train_page):
    assert not train_page.code
    train_page.session_state["structures"] = True
    train_page.run()
    generator, discriminator = (code.value for code in train_page.code)
    assert "Linear(in_features=10, out_features=16, bias=True)" in generator
    assert generator.rstrip(")\n ").endswith("Tanh(")
    assert "LeakyReLU(negative_slope=0.2)" in discriminator
    assert "parameters" in texts(train_page)
    labelled(train_page.slider, "Latent dimension").set_value(7).run()
    assert "in_features=7" in train_page.code[0].value


def test_settings_that_are_not_the_runs_are_named_and_can_be_reset(open_page, make_run, store):
    """Issue 8, 6: the panel and the picture disagreed in silence."""
    run = make_run(model.PAUSED)
    at = open_page("train", run=run.id)
    assert "Settings differ" not in texts(at)
    labelled(at.slider, "Latent dimension").set_value(3).run()
    labelled(at.select_slider, "Learning rate").set_value(0.001).run()
    assert "Settings differ from this run: Latent dimension, Learning rate" in texts(at)
    button(at, "Reset to the run's").click().run()
    assert_sound(at)
    assert labelled(at.slider, "Latent dimension").value == 10
    assert "Settings differ" not in texts(at)
    store.edit(run.id, {"optimizer.lr_g": 0.01})  # on the way, which the next run does not repeat
    at.run()
    assert "Settings differ" not in texts(at)


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("Seed", -7, "from 0 to 4,294,967,295. Got -7"),
        ("Seed", 2.5, "a whole number from 0 to 4,294,967,295. Got 2.5"),
        ("Seed", 1e99, "Got 1e+99"),
        ("Seed", None, "is empty, or not a number. Enter a whole number from 0 to"),
        ("Beta 1 (momentum)", None, "is empty, or not a number. Enter a number from 0 to 0.999"),
        ("Beta 1 (momentum)", 1e99, "Got 1e+99"),
        ("Repeats", 1000, "a whole number from 1 to 100. Got 1000"),
        ("Repeats", 2.5, "Got 2.5"),
        ("Repeats", None, "is empty, or not a number. Enter a whole number from 1 to 100"),
    ],
)
def test_a_number_that_cannot_be_used_disables_train(train_page, label, value, words):
    """Issue 8, 7: the field was red, and Train trained with the number before."""
    labelled(train_page.number_input, label).set_value(value).run()
    assert_kind_message(train_page, label, words)
    assert len(train_page.error) == 1
    assert button(train_page, "Train").disabled
    labelled(train_page.number_input, label).set_value(0.5 if "Beta" in label else 3).run()
    assert not train_page.error
    assert not button(train_page, "Train").disabled


def test_of_several_faults_one_is_told_at_a_time(train_page):
    for label in ("Repeats", "Seed"):
        labelled(train_page.number_input, label).set_value(None).run()
    assert "**Seed** is empty" in errors(train_page)
    assert "Repeats" not in errors(train_page)
    labelled(train_page.number_input, "Seed").set_value(1).run()
    assert_kind_message(train_page, "Repeats is empty")
    assert button(train_page, "Train").disabled


def test_a_run_whose_script_was_interrupted_before_it_showed_it_is_shown(open_page, store):
    """As by a second click: it must not start another one."""
    at = open_page("train")
    labelled(at.slider, "Latent dimension").set_value(3).run()
    run = store.create(ExperimentConfig(), "everybody")
    at.session_state["run_started"] = {"run": run.id}
    button(at, "Train").click().run()
    assert_sound(at)
    assert [made.id for made in store.list()] == [run.id]
    assert at.query_params["run"] in (run.id, [run.id])
    assert labelled(at.slider, "Latent dimension").value == 3  # moved since then, perhaps
