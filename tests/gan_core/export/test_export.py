"""Exported code, executed where there is no GAN Forge, against the engine."""

import ast
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch

from gan_core import ExperimentConfig, train
from gan_core.config import declared_params
from gan_core.data import DATA_SOURCES, ENCODERS
from gan_core.data.drawing import encode
from gan_core.export import data as data_block
from gan_core.export import notebook, script
from gan_core.export.course import constant
from gan_core.objectives import OBJECTIVES, PENALTIES
from gan_core.problem import resolve
from gan_core.training import Progress
from tests.gan_core.mixed_encoder import Mixed

N_STEPS = 200

# Every setting that may change, from the first step on; blocks of random numbers last 64 steps or
# 78, and 32 or 39 with three updates of D, so that they change their size amid one and later.
ON_THE_WAY = {
    0: {"training.players": "d"},
    4: {"training.players": "g", "optimizer.lr_g": 0.001},
    9: {"training.players": "both"},
    30: {"training.input_noise": 0.2},
    45: {"training.n_critic": 3, "loss.label_smoothing": 0.1},
    100: {"training.n_critic": 1, "optimizer.lr_d": 0.0005, "optimizer.lr_decay": 0.8},
    110: {"training.players": "d", "loss.label_smoothing": 0.0},
    115: {"training.players": "both", "training.input_noise": 0.0},
    150: {"training.n_critic": 2, "training.input_noise": 0.1},
}

CASES = {
    "tutorial": {},
    "smoothing and ema": {"loss.label_smoothing": 0.1, "training.ema_decay": 0.99, "seed": 3},
    "wgan-gp": {"loss.name": "wasserstein", "penalties": ["gp"], "training.n_critic": 2},
    "clipped": {"loss.name": "wasserstein", "loss.weight_clip": 0.1, "training.n_critic": 2},
    "r3gan": {
        "loss.name": "relativistic",
        "penalties": ["r1"],
        "penalties.r1.gamma": 0.5,
        "discriminator.activation": "tanh",
    },
    "r1 and r2": {"loss.name": "relativistic", "penalties": ["r1", "r2"], "training.n_critic": 2},
    "hinge on wine": {
        "loss.name": "hinge",
        "penalties": ["r2"],
        "data.source": "wine",
        "data.classes": ["class_2", "class_0"],
    },
    "least squares": {
        "loss.name": "least-squares",
        "loss.label_smoothing": 0.2,
        "generator.activation": "sigmoid",
        "optimizer.lr_d": 0.001,
        "optimizer.beta1": 0.9,
    },
    "one batch of all rows": {
        "data.classes": [],
        "data.features": ["petal width (cm)", "sepal length (cm)"],
        "training.batch_size": 4096,
        "generator.activation": "leaky_relu",
        "generator.hidden_dims": [],
    },
    "noise on all that d sees": {
        "loss.name": "relativistic",
        "training.input_noise": 0.2,
        "training.n_critic": 2,
    },
    "only g": {"training.players": "g", "training.input_noise": 0.1, "penalties": ["r1"]},
    "falling rates": {"optimizer.lr_g": 0.01, "optimizer.lr_decay": 1.0},
    "on the way": {
        "data.source": "wine",
        "data.classes": [],
        "training.batch_size": 64,
        "generator.latent_dim": 32,
        "penalties": ["gp"],
        "training.ema_decay": 0.99,
        "schedule": [{"step": step, "set": changes} for step, changes in ON_THE_WAY.items()],
    },
    "normalized": {
        "generator.normalization": "batch_norm",
        "discriminator.normalization": "batch_norm",
        "training.ema_decay": 0.9,
        "penalties": ["r1"],
        "training.batch_size": 16,
    },
    "dropout": {
        "generator.normalization": "layer_norm",
        "generator.dropout": 0.2,
        "discriminator.normalization": "batch_norm",
        "discriminator.dropout": 0.3,
        "loss.name": "relativistic",
        "training.n_critic": 2,
        "schedule": [
            {"step": 20, "set": {"training.players": "d"}},
            {"step": 50, "set": {"training.players": "g"}},
            {"step": 70, "set": {"training.players": "both"}},
        ],
    },
    "no bounds": {"data.encoder": "standard", "data.source": "wine", "data.classes": ["class_1"]},
    "written out": {"training.batch_size": 7, "discriminator.activation": "relu"},
}

AS_NOTEBOOKS = tuple(CASES)[:1]  # executed too; of the others the statements are compared

DRAWN = encode(np.random.default_rng(0).uniform(-1, 1, (40, 2)))
ENCODER_OF = {"drawing": "standard"}  # its numbers have many digits, and each one counts
SOURCES = {
    name: ExperimentConfig().with_values(
        {
            "data.source": name,
            "data.classes": [],
            "training.batch_size": 512,
            "training.epochs": 3,
            "training.engine": "torch",
            "training.device": "cpu",
            "data.drawing": DRAWN if name == "drawing" else "",
            "data.encoder": ENCODER_OF.get(name, "minmax"),
        }
    )
    for name in DATA_SOURCES
}

# As a student does it: in a folder of his own, with GAN Forge out of reach.
EXECUTE = """
import sys
for file in sys.argv[1:]:
    print("file:", file)
    exec(compile(open(file, encoding="utf-8").read(), file, "exec"), {"__name__": "__main__"})
assert not {"gan_core", "streamlit", "numba", "safetensors"} & set(sys.modules)
"""


def config_of(changes, n_steps=N_STEPS):
    config = ExperimentConfig().with_values({**changes, "training.device": "cpu"})
    per_epoch = resolve(config).steps_per_epoch
    epochs = -(-n_steps // per_epoch)
    return config.with_values({"training.epochs": epochs, "training.engine": "torch"})


def code_of(text):
    """What a notebook executes."""
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def execute(folder, codes):
    """Execute programs one after the other in a process; their losses by name, and what it said."""
    for name, code in codes.items():
        kept = code.replace('LOSSES_CSV = ""', f"LOSSES_CSV = {f'{name}.csv'!r}")
        assert kept != code
        (folder / f"{name}.py").write_text(kept, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-c", EXECUTE, *(f"{name}.py" for name in codes)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    said = dict(part.split(".py\n", 1) for part in done.stdout.split("file: ")[1:])
    return {name: pd.read_csv(folder / f"{name}.csv") for name in codes}, said


@cache
def run_of(config):
    """The losses of a run, and its last event."""
    parts = []
    for event in train(config):
        if isinstance(event, Progress):
            parts.append(event.losses[:, :2])
    return np.concatenate(parts), event


@pytest.fixture(scope="module")
def codes():
    """Every case as a script and as what its notebook executes."""
    found = {}
    for case, changes in CASES.items():
        with pytest.MonkeyPatch.context() as patch:
            if case == "written out":  # as for any table that scikit-learn does not have
                patch.delitem(data_block.SKLEARN, "iris")
            config = config_of(changes)
            found[case] = script(config), code_of(notebook(config))
    return found


@pytest.fixture(scope="module")
def executed(codes, tmp_path_factory):
    """Every case and every source, all in one process."""
    scripts = {f"source {name}": script(config) for name, config in SOURCES.items()}
    scripts |= {case: of_script for case, (of_script, _) in codes.items()}
    scripts |= {f"notebook of {case}": codes[case][1] for case in AS_NOTEBOOKS}
    with ThreadPoolExecutor(1) as pool:
        executing = pool.submit(execute, tmp_path_factory.mktemp("scripts"), scripts)
        for config in (*SOURCES.values(), *map(config_of, CASES.values())):
            run_of(config)  # meanwhile, on another core, what the tests compare with
        return executing.result()


@pytest.mark.parametrize("case", CASES)
def test_a_script_has_the_losses_of_the_run(executed, case):
    expected = run_of(config_of(CASES[case]))[0][:N_STEPS]
    assert len(expected) == N_STEPS
    losses = executed[0][case]
    assert list(losses.columns) == ["d_loss", "g_loss"]
    np.testing.assert_allclose(losses.to_numpy()[:N_STEPS], expected, rtol=1e-4, atol=0)


@pytest.mark.parametrize("case", AS_NOTEBOOKS)
def test_a_notebook_has_the_losses_of_the_run(executed, case):
    expected = run_of(config_of(CASES[case]))[0][:N_STEPS]
    losses = executed[0][f"notebook of {case}"].to_numpy()[:N_STEPS]
    np.testing.assert_allclose(losses, expected, rtol=1e-4, atol=0)


@pytest.mark.parametrize("case", CASES)
def test_a_notebook_executes_what_the_script_does(codes, case):
    """Statement by statement, so that what holds for the one when executed holds for the other."""
    docstring, *statements = ast.parse(codes[case][0]).body
    assert isinstance(docstring, ast.Expr)
    cells = ast.parse(codes[case][1]).body
    assert [ast.dump(s) for s in cells] == [ast.dump(s) for s in statements]


def test_a_script_says_what_the_tutorial_says(executed):
    said, (expected, _) = executed[1]["tutorial"], run_of(config_of({}))
    lines = [line for line in said.splitlines() if line.startswith("Epoch")]
    assert lines == [
        f"Epoch [{epoch}/100], D_Loss: {d_loss:.4f}, G_Loss: {g_loss:.4f}"
        for epoch, (d_loss, g_loss) in zip(range(10, 101, 10), expected[19::20], strict=True)
    ]
    assert "(0): Linear(in_features=10, out_features=16, bias=True)" in said
    assert said.count("sepal length (cm)") == 2  # the heads of both tables
    assert "device: cpu" in said


@pytest.mark.parametrize(
    "case", ["smoothing and ema", "on the way", "normalized", "dropout", "no bounds"]
)
def test_a_script_generates_the_rows_of_the_run(executed, case):
    config = config_of(CASES[case])
    _, end = run_of(config)
    rows = end.generator.sample(resolve(config).n_rows).head().round(3).to_string(index=False)
    assert executed[1][case].strip().endswith(rows)


@pytest.mark.parametrize("name", DATA_SOURCES)
def test_every_source_can_be_taken_home(executed, name):
    losses = executed[0][f"source {name}"]
    np.testing.assert_allclose(losses, run_of(SOURCES[name])[0], rtol=1e-4)


@pytest.mark.parametrize("share", [0.0, 0.2])
@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_loss_is_the_same_as_code(name, share):
    kind = OBJECTIVES[name]
    values = {path: p.low + share * (p.high - p.low) for path, p in kind.settings()}
    loss = kind(**{path.rpartition(".")[2]: value for path, value in values.items()})
    real, fake = torch.randn(2, 9, 1, generator=torch.Generator().manual_seed(0)) * 5
    known = {"F": torch.nn.functional, "torch": torch}
    known |= {constant(path): value for path, value in values.items()}
    for player, body in zip(("discriminator", "generator"), loss.as_code(), strict=True):
        lines = "\n    ".join(["def loss(real_logits, fake_logits):", *body.splitlines()])
        exec(lines, known)
        assert known["loss"](real, fake) == getattr(loss, player)(real, fake)


@pytest.mark.parametrize("name", PENALTIES)
def test_every_penalty_is_the_same_as_code(name):
    penalty = PENALTIES[name]()
    rng = torch.Generator().manual_seed(0)
    known = dict(zip(("real", "fake", "slope"), torch.randn(3, 9, 4, generator=rng), strict=True))
    known |= {"share": torch.rand(9, generator=rng)}
    known |= {constant(path): value for path, value in penalty.flat().items()}
    rows, value = penalty.as_code()
    expected = penalty.rows(known["real"], known["fake"], known["share"])
    assert torch.equal(eval(rows.format(real="real"), {}, known), expected)
    assert eval(value, {}, known) == penalty.value(known["slope"])


def test_only_what_is_used_is_there():
    tutorial = script(ExperimentConfig())
    words = (
        "penalty", "N_CRITIC", "EMA", "MIXING", "SMOOTHING", "deepcopy", "zip", "INPUT_NOISE",
        "ROW_NOISE", "PLAYERS", "EDITS", "LR_DECAY", "N_STEPS", "globals", "at_once", "MASKS",
        "(nn.Dropout)", ".train(", "np.isin",
    )  # fmt: skip
    assert not [word for word in words if word in tutorial]
    wild = {
        "penalties": ["gp"],
        "loss.label_smoothing": 0.1,
        "optimizer.lr_decay": 0.5,
        "training.n_critic": 2,
        "training.ema_decay": 0.9,
        "discriminator.dropout": 0.2,
    }
    edited = {"training.input_noise": 0.1, "training.players": "d", "training.n_critic": 1}
    everything = script(ExperimentConfig().with_values(wild).with_edit(1, edited))
    assert all(word in everything for word in words[:-1])
    assert len(tutorial.splitlines()) < 180


def test_every_setting_that_may_change_has_a_name_of_its_own():
    names = [constant(path) for path, p in declared_params().items() if p.editable]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.isupper() for name in names)


def test_an_edit_before_the_first_step_is_how_it_starts():
    config = ExperimentConfig().with_edit(0, {"optimizer.lr_g": 0.001})
    assert script(config) == script(config.at(0))


def test_scripts_are_formatted_and_have_nothing_to_spare(codes, tmp_path):
    codes = {case: of_script for case, (of_script, _) in codes.items()}
    long = dict.fromkeys(("optimizer.lr_g", "optimizer.lr_d", "training.input_noise"), 0.000123456)
    long |= {"training.n_critic": 20, "training.players": "d"}
    codes["long edit"] = script(ExperimentConfig().with_edit(123_456, long))
    for case, code in codes.items():
        (tmp_path / f"{case}.py").write_text(code, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    checks = "E,F,W,I,UP,B,SIM,NPY,C4,PIE,RET"
    for how in (["check", "--select", checks], ["format", "--check", "--diff"]):
        options = ["--isolated", "--line-length=100", "--no-cache"]
        done = subprocess.run(
            [*ruff, *how, *options, str(tmp_path)], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout


def test_a_head_of_several_activations_is_written_out(monkeypatch, tmp_path):
    monkeypatch.setitem(ENCODERS._members, "mixed", Mixed)
    config = config_of({"data.encoder": "mixed"}).with_values({"training.engine": "auto"})
    losses, _ = execute(tmp_path, {"mixed": script(config)})
    expected, _ = run_of(config)
    np.testing.assert_allclose(losses["mixed"].to_numpy(), expected, rtol=1e-4)
