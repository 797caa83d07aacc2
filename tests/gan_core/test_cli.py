import json
import re
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from functools import partial
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

from gan_core import ExperimentConfig, train
from gan_core.__main__ import main
from gan_core.cli import add_arguments, read_config
from gan_core.config.links import from_query
from gan_core.metrics import ScoreReport, metrics_for
from gan_core.training import TrainedGenerator

LINE = re.compile(r"Epoch \[(\d+)/(\d+)\], D_Loss: (\d+\.\d{4}), G_Loss: (\d+\.\d{4})")
FILES = ["config.json", "generator.safetensors", "history.parquet", "metrics.json", "samples.csv"]
COMMAND = [sys.executable, "-m", "gan_core", "train", "--device", "cpu"]
COMMAND += ["--set", "training.engine=torch"]


def lines_of(stdout):
    """Epoch, epochs, D loss and G loss of every line; nothing else may be there."""
    found = [LINE.fullmatch(line) for line in stdout.splitlines()]
    assert all(found), stdout
    return [(int(m[1]), int(m[2]), m[3], m[4]) for m in found]


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def command(monkeypatch, capsys):
    """Run the command in this process: exit status, stdout, stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["gan_core", *map(str, arguments)])
        try:
            status = main()
        except SystemExit as left:
            status = left.code
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return status, out, err

    return run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The command as a process of its own: what it returned and the folder it wrote."""
    out = tmp_path_factory.mktemp("headless") / "new" / "folder"
    options = ["--set", "training.epochs=25", "--every", "10", "--seed", "3", "--out", str(out)]
    return subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=100), out


@pytest.fixture(scope="module")
def in_process(configured):
    *_, end = train(configured({"seed": 3}, epochs=25))
    return end


def test_prints_the_tutorials_lines_and_nothing_else_on_stdout(trained, in_process):
    process, _ = trained
    assert process.returncode == 0, process.stderr
    history = in_process.history
    assert lines_of(process.stdout) == [
        (epoch, 25, f"{history.d_loss[2 * epoch - 1]:.4f}", f"{history.g_loss[2 * epoch - 1]:.4f}")
        for epoch in (10, 20)
    ]


def test_progress_bar_with_rate_and_time_left_on_stderr(trained):
    process, _ = trained
    assert process.stderr.startswith("Device: cpu, engine: torch\n")
    bar = [line for line in process.stderr.splitlines() if "step/s" in line][-1]
    assert "100%" in bar
    assert "50/50" in bar
    assert re.search(r"\[\d\d:\d\d<\d\d:\d\d, +[\d.]+step/s\]", bar)


def test_writes_five_files(trained):
    assert names_in(trained[1]) == FILES


def test_config_file_is_the_experiment(trained, in_process):
    text = (trained[1] / "config.json").read_text()
    assert ExperimentConfig.from_json(text) == in_process.generator.config
    assert json.loads(text)["training"]["epochs"] == 25


def test_history_file_has_every_step_to_the_last_bit(trained, in_process):
    history = pd.read_parquet(trained[1] / "history.parquet")
    pd.testing.assert_frame_equal(history, in_process.history, check_exact=True)


def test_samples_file_has_the_tutorials_50_rows(trained, in_process):
    samples = pd.read_csv(trained[1] / "samples.csv")
    pd.testing.assert_frame_equal(samples, in_process.sample(50), rtol=1e-6)


def test_generator_file_is_safetensors_that_make_the_same_rows(trained, in_process):
    path = trained[1] / "generator.safetensors"
    weights = load_file(path)
    assert {name: array.shape for name, array in weights.items()} == {
        name: array.shape for name, array in in_process.generator.weights.items()
    }
    again = TrainedGenerator.from_bytes(path.read_bytes())
    assert again.sample(5, seed=1).equals(in_process.sample(5, seed=1))


def test_scores_beside_their_noise_floor_and_the_files_are_told_on_stderr(trained):
    process, out = trained
    report = ScoreReport.from_dict(json.loads((out / "metrics.json").read_text()))
    *lines, last = process.stderr.splitlines()[-len(report.scores) - 1 :]
    for line, (name, found) in zip(lines, report.scores.items(), strict=True):
        floor = f"{found.floor.overall.low:.3f} to {found.floor.overall.high:.3f}"
        assert line.split()[:2] == [name, f"{found.overall:.3f}"]
        assert line.endswith(floor)
    assert last.startswith(f"Written to {out}: ")
    assert sorted(re.findall(r"\w+\.\w+", last.removeprefix(f"Written to {out}: "))) == FILES


def test_metrics_file_has_every_score_and_no_nan(trained):
    text = (trained[1] / "metrics.json").read_text()
    record = json.loads(text, parse_constant=pytest.fail)  # NaN is no JSON
    report = ScoreReport.from_dict(record)
    assert report.to_dict() == record
    assert all(name in text for name in metrics_for(4))


def test_settings_from_a_file_are_changed_by_options(command, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"training": {"epochs": 9, "batch_size": 50}, "seed": 5}))
    options = ("--set", "training.epochs=2", "--set", "generator.hidden_dims=[4]", "--seed", 6)
    options += ("--set", 'data.classes=["virginica"]', "--device", "cpu")
    status, out, _ = command("train", "--config", file, *options, "--every", 1, "--out", tmp_path)
    assert status == 0
    assert [line[:2] for line in lines_of(out)] == [(1, 2), (2, 2)]
    written = ExperimentConfig.from_json((tmp_path / "config.json").read_text())
    assert written.differences() == {
        "training.epochs": 2,
        "training.batch_size": 50,
        "training.device": "cpu",
        "generator.hidden_dims": (4,),
        "data.classes": ("virginica",),
        "seed": 6,
    }


@pytest.mark.parametrize(
    ("options", "query"),
    [
        (["g_dims=8,8", "penalties=gp,r1", "loss=hinge"], "g_dims=8,8&penalty=gp,r1&loss=hinge"),
        (["lr=0.001"], "lr=0.001"),
        (["lr_d=0.01", "lr=0.001"], "lr=0.001&lr_d=0.01"),
        (["optimizer.lr_g=0.001"], "lr=0.001&lr_d=0.0002"),
        (["data.source=ring"], "data=ring"),
        (["data=wine", "class=class_0,class_1"], "data=wine&class=class_0,class_1"),
    ],
)
def test_settings_may_be_written_as_in_links(options, query):
    parser = ArgumentParser()
    add_arguments(parser)
    words = [word for option in options for word in ("--set", option)]
    assert read_config(parser.parse_args(words)) == from_query(dict(parse_qsl(query))).config


def test_without_out_nothing_is_written(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = command("train", "--set", "training.epochs=1")
    assert status == 0
    assert names_in(tmp_path) == []
    assert "noise floor" in err
    assert err.endswith("Nothing was written; use --out DIR to write files.\n")


@pytest.mark.parametrize("engine", ["fast", "torch"])
@pytest.mark.parametrize("compiled", [True, False])
def test_a_wait_for_the_compiler_is_announced(command, monkeypatch, engine, compiled):
    monkeypatch.setattr("gan_core.cli.is_compiled", lambda: compiled)
    options = ("--set", f"training.engine={engine}", "--set", "training.epochs=1")
    _, _, err = command("train", *options)
    assert ("Compiling the fast engine" in err) == (engine == "fast" and not compiled)


@pytest.mark.parametrize(
    ("options", "fragments"),
    [
        (["--set", "training.epoch=5"], ["'training.epoch'", "mean 'training.epochs'?"]),
        (["--set", "epoch=300"], ["'epoch'", "mean 'training.epochs'?"]),
        (["--set", "penalties=gq"], ["a list of any of gp, r1, r2. Got ['gq'] instead"]),
        (["--set", "training.epochs=0"], ["from 1 to 1,000,000. Got 0 instead"]),
        (["--set", "training.epochs=many"], ["a whole number", "Got 'many' instead"]),
        (["--set", "optimizer.lr_g=NaN"], ["a number from 1e-07 to 10. Got nan instead"]),
        (["--set", "data.source=titanic"], ["iris, wine, breast_cancer", "'titanic'"]),
        (["--set", "training.epochs"], ["--set expects NAME=VALUE", "'training.epochs'"]),
        (["--seed", "-1"], ["seed must be a whole number from 0", "Got -1 instead"]),
        (["--device", "tpu"], ["one of auto, cpu, cuda", "'tpu'"]),
        (["--every", "0"], ["--every must be at least 1. Got 0"]),
        (["--config", "missing.json"], ["missing.json cannot be read", "No such file"]),
        (["--config", "."], [". cannot be read", "directory"]),
        (["--config", "broken.json"], ["broken.json: ", "not valid JSON"]),
        (["--config", "binary.json"], ["binary.json cannot be read"]),
        (["--set", "seed=" + "[" * 3000], ["a whole number", "'[[[", "... instead"]),
        (["--config", "a\0b"], ["cannot be read", "null"]),
        (["--out", "broken.json"], ["broken.json cannot be made: File exists. Name a folder"]),
    ],
)
def test_wrong_options_end_with_1_and_one_message(
    command, tmp_path, monkeypatch, options, fragments
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    status, out, err = command("train", *options)
    assert (status, out) == (1, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    for fragment in fragments:
        assert fragment in err
    assert names_in(tmp_path) == ["binary.json", "broken.json"]


@pytest.mark.parametrize(
    "arguments", [[], ["trian"], ["train", "--seed", "x"], ["train", "--sed", "1"], ["train", "5"]]
)
def test_a_wrong_command_line_ends_with_2_and_the_usage(command, arguments):
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: python -m gan_core")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "seed=" + "[" * 3000], "seed must be a whole number from 0"),
        (["--set", "seed=" + "9" * 5000], "seed must be a whole number from 0"),
        (["--config", "nothing\0there.json"], "cannot be read"),
        (["--set", "loss.penalty=gp"], "Did you mean 'penalties'?"),
    ],
    ids=["deep", "long", "nul", "version 1"],
)
def test_whatever_is_typed_ends_in_a_message(command, arguments, words):
    status, _, err = command("train", *arguments)
    assert status == 1
    assert words in err


def test_list_settings_shows_each_with_its_bounds(command):
    status, out, _ = command("train", "--list-settings")
    assert status == 0
    for path in ExperimentConfig().flat():
        assert path in out
    assert "a whole number from 1 to 1,000,000" in out


def test_divergence_ends_with_1_and_keeps_everything_up_to_there(command, diverging, tmp_path):
    file, out_folder = tmp_path / "diverging.json", tmp_path / "out"
    file.write_text(diverging.to_json())
    status, out, err = command("train", "--config", file, "--every", 5, "--out", out_folder)
    assert status == 1
    failed = re.search(r"failed: diverged at step (\d+)", err)
    assert failed, err
    assert "error:" not in err
    assert names_in(out_folder) == FILES
    history = pd.read_parquet(out_folder / "history.parquet")
    assert history["step"].tolist() == list(range(1, int(failed[1])))
    assert np.isfinite(history.to_numpy()).all()
    assert [line[0] for line in lines_of(out)] == list(range(5, len(history) // 2 + 1, 5))
    assert np.isfinite(pd.read_csv(out_folder / "samples.csv").to_numpy()).all()


def test_ctrl_c_stops_cleanly_and_keeps_what_there_is(tmp_path):
    options = ["--set", "training.epochs=1000000", "--every", "50", "--out", str(tmp_path)]
    # Who runs the tests in the background may have told their children to ignore Ctrl-C.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*COMMAND, *options], preexec_fn=heed, **pipes) as process:
        try:
            first = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            began = time.monotonic()
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130, err
    assert time.monotonic() - began < 30
    assert "Traceback" not in err
    assert names_in(tmp_path) == FILES
    stopped = re.search(r"stopped at step ([\d,]+)", err)
    history = pd.read_parquet(tmp_path / "history.parquet")
    assert len(history) == int(stopped[1].replace(",", "")) >= 100
    for epoch, _, d_loss, g_loss in lines_of(first + out):
        assert f"{history.d_loss[2 * epoch - 1]:.4f}" == d_loss
        assert f"{history.g_loss[2 * epoch - 1]:.4f}" == g_loss
    again = TrainedGenerator.from_bytes((tmp_path / "generator.safetensors").read_bytes())
    samples = pd.read_csv(tmp_path / "samples.csv")
    pd.testing.assert_frame_equal(samples, again.sample(50), rtol=1e-6)
