"""What the library does with five new files; run by test_one_place in a copy that has them."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gan_core import ExperimentConfig, train
from gan_core.__main__ import main
from gan_core.config import declared_params
from gan_core.config.links import from_query, to_query
from gan_core.errors import ConfigError
from gan_core.export import script
from gan_core.jobs import JOBS
from gan_core.networks.block import NORMALIZATIONS
from gan_core.problem import resolve
from gan_core.store.store import Store
from gan_core.training import Checkpoint, Progress, Started
from gan_core.training.choice import choose_engine

ROOT = Path(__file__).parents[2]
CHOSEN = {
    "loss.name": "margin",
    "loss.margin": 1.5,
    "penalties": ["gp0"],
    "penalties.gp0.gamma_gp0": 0.5,
    "generator.normalization": "centred",
    "discriminator.normalization": "centred",
    "data.encoder": "median",
}
CONFIG = ExperimentConfig().with_values(
    {
        **CHOSEN,
        "training.epochs": 30,
        "training.device": "cpu",
        "training.ema_decay": 0.9,
        "schedule": [{"step": 20, "set": {"loss.margin": 2.0}}],
    }
)
STEPS, MIDDLE = 60, 31  # amid an epoch, after the edit


@pytest.fixture(scope="module")
def trained():
    """A training: its start, a checkpoint in the middle as it is kept, and its end."""
    for event in train(CONFIG, stops=(MIDDLE,)):
        if isinstance(event, Started):
            started = event
        elif isinstance(event, Progress) and event.step == MIDDLE:
            middle = event.checkpoint().to_bytes()
    return started, middle, event


def test_it_is_in_the_config_and_its_schema():
    assert ExperimentConfig.from_dict(CONFIG.to_dict()) == CONFIG
    assert ExperimentConfig.from_json(CONFIG.to_json()) == CONFIG
    assert set(CHOSEN) <= set(declared_params())
    with pytest.raises(ConfigError, match=r"loss\.margin must be a number from 0 to 10"):
        CONFIG.with_values({"loss.margin": 11.0})
    schema = json.dumps(ExperimentConfig.json_schema())
    for part in ('{"const": "margin"}', '"gp0": {', '"centred"', '"median"', '"title": "Margin"'):
        assert part in schema


def test_it_is_in_links():
    link = to_query(CONFIG, locked=["loss.margin"])
    assert from_query(link).config == CONFIG
    assert from_query(link).locked == {"loss.margin"}
    said = {"loss": "margin", "margin": "1.5", "penalty": "gp0", "gamma_gp0": "0.5"}
    said |= {"g_norm": "centred", "d_norm": "centred", "encoder": "median"}
    assert said.items() <= link.items()


def test_auto_takes_pytorch_and_says_for_what():
    assert choose_engine(resolve(ExperimentConfig())).engine == "fast"
    choice = choose_engine(resolve(CONFIG))
    names = "Hinge with a margin, Slope 0 between rows (0-GP), Centred"
    assert choice.engine == "torch"
    assert choice.reason == f"the fast engine does not have {names}."
    # What needs no compiled form keeps the fast engine.
    encoded = ExperimentConfig().with_values({"data.encoder": "median"})
    assert choose_engine(resolve(encoded)).engine == "fast"


def test_it_trains_and_resumes_to_the_bit(trained):
    started, middle, whole = trained
    assert (started.engine, len(whole.history)) == ("torch", STEPS)
    assert list(whole.history)[-1] == "penalty"
    assert np.isfinite(whole.history).all(axis=None)
    assert np.abs(whole.checkpoint.tensors["ema.1.mean"]).max() > 0
    checkpoint = Checkpoint.from_bytes(middle)
    assert checkpoint.step == MIDDLE
    assert checkpoint.encoder.to_dict()["name"] == "median"
    *_, again = train(CONFIG, resume=checkpoint)
    assert again.history.equals(whole.history.iloc[MIDDLE:].reset_index(drop=True))
    for key, tensor in whole.checkpoint.tensors.items():
        assert np.array_equal(again.checkpoint.tensors[key], tensor), key
    assert again.sample(9).equals(whole.sample(9))


def test_the_script_has_its_code_and_the_losses_of_the_run(trained, tmp_path):
    code = script(CONFIG)
    layer = NORMALIZATIONS["centred"].block(3)
    for part in ("MARGIN = 1.5", "GAMMA_GP0 = 0.5", layer.source(), "np.median(", '"MARGIN": 2.0'):
        assert part in code
    losses = tmp_path / "losses.csv"
    exec(code.replace('LOSSES_CSV = ""', f'LOSSES_CSV = "{losses}"'), {"__name__": "script"})
    expected = trained[2].history[["d_loss", "g_loss"]]
    np.testing.assert_allclose(pd.read_csv(losses), expected, rtol=1e-4)


def test_it_is_in_the_command_line(tmp_path, monkeypatch, capsys):
    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["gan_core", *map(str, arguments)])
        assert main() == 0
        return capsys.readouterr()

    shown = command("train", "--list-settings").out
    for part in ("loss.margin", "penalties.gp0.gamma_gp0", "gp0", "centred", "median", "margin"):
        assert part in shown
    wanted = {**CHOSEN, "training.epochs": 3, "training.device": "cpu"}
    options = [x for k, v in wanted.items() for x in ("--set", f"{k}={json.dumps(v)}")]
    said = command("train", *options, "--out", tmp_path / "out").err
    assert "engine: torch" in said
    kept = ExperimentConfig.from_json((tmp_path / "out" / "config.json").read_text())
    assert kept == ExperimentConfig().with_values(wanted)
    (tmp_path / "spec.json").write_text('{"to": 4}')
    assert json.loads(command("job", "count", "--spec", tmp_path / "spec.json").out) == {"sum": 10}


@contextmanager
def dispatching(home):
    """A store with a dispatcher and its workers, in processes of their own."""
    store = Store.open(f"sqlite:///{home / 'store.db'}")
    environment = {**os.environ, "GAN_FORGE_HOME": str(home), "GAN_FORGE_SLOTS": "1"}
    command = [sys.executable, "-m", "gan_core", "dispatch", "--die-with-stdin"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE)
    try:
        yield store
    finally:
        process.stdin.close()
        process.wait(20)
        store.database.engine.dispose()


def test_workers_do_it_with_progress_cancel_and_result(tmp_path):
    def until(condition):
        deadline = time.monotonic() + 100
        while not condition(store.job(job.id)):
            assert time.monotonic() < deadline, store.job(job.id)
            time.sleep(0.02)
        return store.job(job.id)

    count = JOBS["count"]
    with dispatching(tmp_path) as store:
        job = count(to=10**9).submit(store)
        assert until(lambda job: job.progress > 2).status == "running"
        store.pause(job.id)
        paused = until(lambda job: job.status != "running")
        assert (paused.status, 2 < paused.progress < 10**9) == ("paused", True)
        store.resume(job.id)
        until(lambda job: job.progress > paused.progress)
        store.stop(job.id)
        assert until(lambda job: job.status != "running").status == "stopped"
        job = count(to=100).submit(store)
        done = until(lambda job: job.status not in ("queued", "running"))
        assert (done.status, done.progress, done.result) == ("finished", 100, {"sum": 5050})
        run = job = store.create(CONFIG)  # the forked worker knows the other four
        assert until(lambda job: job.status not in ("queued", "running")).status == "finished"
        assert store.get(run.id).engine == "torch"
