"""Results: what can be taken home, and another sample."""

import io
import re

import pandas as pd
import pytest
from playwright.sync_api import expect
from safetensors.numpy import load

from gan_core import ExperimentConfig
from gan_core.export import notebook, script
from gan_core.store import model, results
from tests.browser.server import eventually


@pytest.fixture
def finished_run(store, config):
    run = store.create(config(epochs=150), "everybody")
    return eventually(lambda: (now := store.get(run.id)).status == model.FINISHED and now, 60)


def download(forge, label, role="button"):
    with forge.page.expect_download() as waiting:
        forge.page.get_by_role(role, name=label, exact=True).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_train_and_results_say_whether_the_rows_are_good(forge, store, config):
    collapsing = {"optimizer.lr_g": 0.1, "optimizer.lr_d": 0.1}
    run = store.create(config(epochs=2000).with_values(collapsing), "everybody")
    forge.open("train", run).badge("finished")
    said = "Collapsed: all generated rows are nearly the same."
    title = forge.main.get_by_role("heading", name="Train", exact=True)
    verdict = forge.main.get_by_text(said)
    expect(verdict).to_be_visible()
    assert verdict.bounding_box()["y"] < title.bounding_box()["y"] + 60  # in sight at once
    forge.go("Results").see(said)
    first_card = forge.main.get_by_test_id("stMetric").first.bounding_box()
    assert verdict.bounding_box()["y"] < first_card["y"]


def test_everything_can_be_downloaded_and_drawn_again(forge, store, finished_run):
    forge.open("results", finished_run)
    forge.main.get_by_role("spinbutton", name="Generated rows").fill("70")
    forge.page.keyboard.press("Enter")
    forge.see(re.compile("/ 70"))
    forge.idle().press("Download")

    name, content = download(forge, "Samples (CSV)", "link")
    assert name.endswith(".csv")
    sample = pd.read_csv(io.BytesIO(content))
    generator = results.generator(store.database, finished_run)
    pd.testing.assert_frame_equal(sample, generator.sample(70))

    name, content = download(forge, "Settings (JSON)")
    assert name.endswith(".json")
    assert ExperimentConfig.from_json(content.decode()) == finished_run.config

    name, content = download(forge, "Generator's weights (safetensors)")
    assert name.endswith(".safetensors")
    weights = load(content)
    assert weights.keys() == generator.weights.keys()
    assert all((weights[k] == generator.weights[k]).all() for k in weights)

    name, content = download(forge, "History of every step (Parquet)", "link")
    assert name.endswith(".parquet")
    history = pd.read_parquet(io.BytesIO(content))
    assert list(history.columns) == ["step", "epoch", "d_loss", "g_loss", "d_real", "d_fake"]
    assert list(history["step"]) == list(range(1, 301))

    name, content = download(forge, "Python script")
    assert name.endswith(".py")
    assert content.decode() == script(finished_run.config)
    name, content = download(forge, "Notebook")
    assert name.endswith(".ipynb")
    assert content.decode() == notebook(finished_run.config)

    forge.page.keyboard.press("Escape")
    scores = forge.main.get_by_test_id("stMetricValue")
    before = scores.all_inner_texts()
    forge.main.get_by_role("spinbutton", name="Seed of the noise").fill("5")
    forge.page.keyboard.press("Enter")
    eventually(lambda: scores.all_inner_texts() != before, 20, "other scores")
