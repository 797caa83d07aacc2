"""What the pages do with five new files; run by test_one_place in a copy that has them."""

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.jobs import JOBS
from gan_core.store.queue import DispatcherInfo, Queue
from gan_core.workers import worker
from tests.pages.conftest import ROOT, TIMEOUT
from tests.pages.helpers import assert_sound, button, expand, labelled, texts


@pytest.fixture
def app(store):
    return AppTest.from_file(ROOT / "app.py", default_timeout=TIMEOUT).run()


def test_settings_have_the_option_and_its_help_and_a_run_with_it_starts(app, store):
    app.switch_page("pages/data.py").run()
    encoding = labelled(app.button_group, "Encoding")
    assert "Median 0, range 1" in encoding.options
    encoding.set_value("median").run()
    assert "Each feature is shifted to median 0" in texts(app)
    app.switch_page("pages/train.py")
    expand(app)
    app.run()
    assert "Hinge with a margin" in labelled(app.selectbox, "Loss").options
    labelled(app.selectbox, "Loss").set_value("margin").run()
    assert "D is charged only for rows that it does not judge with this margin." in texts(app)
    assert "How far from 0" in labelled(app.number_input, "Margin").help
    labelled(app.number_input, "Margin").set_value(2.0)
    penalties = labelled(app.multiselect, "Gradient penalties")
    assert "Slope 0 between rows (0-GP)" in penalties.options
    penalties.set_value(["gp0"]).run()
    assert "Pulls D's slope to 0 between real and generated rows." in texts(app)
    labelled(app.number_input, "Weight of gp0").set_value(3.0)
    for player in ("Generator", "Discriminator"):
        choice = labelled(app.selectbox, f"{player} normalization")
        assert "Centring" in choice.options
        choice.set_value("centred").run()
        assert_sound(app)
    assert "Takes off the running mean." in texts(app)
    app.session_state["structures"] = True
    app.run()
    assert any("Centred(width=16)" in block.value for block in app.code)
    button(app, "Train").click().run()
    assert_sound(app)
    (run,) = store.list()
    assert run.config.differences() == {
        "data.encoder": "median",
        "loss.name": "margin",
        "loss.margin": 2.0,
        "penalties": ("gp0",),
        "penalties.gp0.gamma_gp0": 3.0,
        "generator.normalization": "centred",
        "discriminator.normalization": "centred",
    }


def test_the_page_runs_lists_the_kind_of_job_and_its_result(app, store, monkeypatch):
    JOBS["count"]().submit(store, "up to ten")
    app.switch_page("pages/runs.py").run()
    assert_sound(app)
    (row,) = app.dataframe[0].value.to_dict("records")
    assert (row["kind"], row["name"], row["progress"]) == ("Counting", "up to ten", 0)
    assert row["result"] == ""
    monkeypatch.setattr(worker, "_be_nice", lambda: None)
    claim = Queue(store.database, DispatcherInfo()).claim()
    worker.run_attempt(store.database.url, claim.run_id, claim.attempt)
    app.run()
    assert_sound(app)
    (row,) = app.dataframe[0].value.to_dict("records")
    assert (row["result"], row["found"], row["progress"]) == ("sum: 55", "no scores", 1)
