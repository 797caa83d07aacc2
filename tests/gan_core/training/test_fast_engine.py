import itertools
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_core import ExperimentConfig
from gan_core.bench import BATCHES, ROWS, WIDTHS, _variant
from gan_core.errors import ConfigError
from gan_core.networks import ACTIVATIONS
from gan_core.objectives import OBJECTIVES, PENALTIES
from gan_core.problem import resolve
from gan_core.training.choice import choose_engine
from gan_core.training.cost import SPEEDS
from gan_core.training.fast import is_compiled, warm
from gan_core.training.fast.engine import FastEngine
from gan_core.training.fast.loop import run_steps
from gan_core.training.torch_engine import TorchEngine

CPU = torch.device("cpu")
ROOT, NO_CACHES = Path(__file__).parents[3], shutil.ignore_patterns("__pycache__")
STEPS = 200
SMOOTH = ("elu", "tanh", "sigmoid")  # activations that have no penalty in the fast engine


# In an order with which the covering cases are ones that rounding does not send apart at once.
LOSSES = ("bce", "least-squares", "hinge", "wasserstein", "relativistic", "minimax")
ACTIVE = tuple(  # the activations that are compiled
    name for name, kind in ACTIVATIONS.items() if all(b.compiled for b in kind.blocks(0.2))
)
COMPILED = tuple(name for name, penalty in PENALTIES.items() if penalty.compiled)
# Sets of penalties: none, each alone, and more than one.
SETS = ((), *((name,) for name in COMPILED), ("r1", "r2"), COMPILED)


def config_of(loss="bce", activation="relu", depth=2, n_critic=1, penalties=()):
    return ExperimentConfig.from_dict(
        {
            "loss": {"name": loss},
            "penalties": list(penalties),
            "generator": {"hidden_dims": [12] * depth, "activation": activation},
            "discriminator": {"hidden_dims": [12] * depth, "activation": activation},
            "training": {"n_critic": n_critic},
        }
    )


def covering():
    """Every pair of values of any two dimensions occurs in some case."""
    valid = itertools.product(LOSSES, ACTIVE, (1, 2, 3, 4), (1, 2, 3, 4, 5), SETS[:4])
    valid = [c for c in valid if not (c[1] in SMOOTH and c[4])]
    left = {pair for case in valid for pair in pairs(case)}
    chosen = []
    while left:
        best = max(valid, key=lambda case: len(left & pairs(case)))
        chosen.append(best)
        left -= pairs(best)
    # What several penalties add is the same whatever the rest.
    return [*chosen, *(("relativistic", "leaky_relu", 2, 2, several) for several in SETS[4:])]


def pairs(case):
    return set(itertools.combinations(enumerate(case), 2))


def double_precision(problem):
    """The reference engine in float64: what both engines would compute without rounding."""
    engine = TorchEngine(problem, CPU)
    engine.generator.double()
    engine.discriminator.double()
    engine._x_real = engine._x_real.double()
    engine._ema = {key: mean.double() for key, mean in engine._ema.items()}
    engine._aligned = lambda array: torch.from_numpy(array).double()
    return engine


def off(a, b):
    """Relative difference, by step; losses near 0 are held against 0.01."""
    return (np.abs(a - b) / np.maximum(np.abs(b), 1e-2)).max(axis=1)


@pytest.mark.parametrize("case", covering(), ids=lambda case: "-".join(map(str, case)))
def test_the_losses_of_both_engines_agree(case):
    config = config_of(*case)
    problem = resolve(config)
    fast = FastEngine(problem).advance(STEPS)
    reference = TorchEngine(problem, CPU).advance(STEPS)
    apart, double = off(fast, reference), double_precision(problem)
    exact = double.advance(20)
    assert off(reference[:20], exact).max() < 1e-4
    if apart.max() < 1e-4:
        return
    # Adam divides by the size of the gradient, so where a gradient is nothing but rounding its
    # direction is chance, and float32 leaves float64's path in either engine. The fast one may be
    # as far from the reference, over all steps, as rounding alone has moved that one.
    exact = np.concatenate([exact, double.advance(STEPS - 20)])
    rounding = np.maximum.accumulate(off(reference, exact))
    assert (apart < 1e-4 + 2 * rounding).all()


@pytest.mark.parametrize("loss", [name for name, loss in OBJECTIVES.items() if loss.compiled])
@pytest.mark.parametrize("penalty", SETS, ids=str)
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "none"])
def test_gradients_agree_with_autograd_in_double_precision(loss, penalty, activation):
    """With beta1 = beta2 = 0 the first moment after one step is the gradient itself."""
    changes = {"optimizer.beta1": 0.0, "optimizer.beta2": 0.0, "generator.latent_dim": 3}
    config = config_of(loss, activation, 3, 1, penalty).with_values(changes)
    problem = resolve(config)
    fast, exact = FastEngine(problem), double_precision(problem)
    fast.advance(1)
    exact.advance(1)
    ours, theirs = fast.tensors(), exact.tensors()
    for name in ours:
        if ".m." in name:
            scale = np.abs(theirs[name]).max() + 1e-6
            assert np.abs(ours[name] - theirs[name]).max() < 2e-5 * scale + 1e-7, name


@pytest.mark.parametrize(
    "more",
    [
        {"loss.label_smoothing": 0.1},
        {"training.ema_decay": 0.99},
        {"training.ema_decay": 0.9, "training.n_critic": 3, "training.batch_size": 7},
        {"training.batch_size": 64},  # larger than the table
        {"optimizer.lr_decay": 1.0, "training.epochs": STEPS // 2},
        {"loss.name": "wasserstein", "loss.weight_clip": 0.05, "training.n_critic": 2},
    ],
    ids=str,
)
def test_smoothing_averages_and_odd_batches_agree(more):
    config = config_of(activation="leaky_relu").with_values(more)
    problem = resolve(config)
    fast, reference = FastEngine(problem), TorchEngine(problem, CPU)
    assert off(fast.advance(STEPS), reference.advance(STEPS)).max() < 1e-4
    ours, theirs = fast.tensors(), reference.tensors()
    assert ours.keys() == theirs.keys()
    assert all(np.abs(ours[k] - theirs[k]).max() < 1e-4 for k in ours)


def test_the_tutorial_agrees_far_below_the_tolerance():
    config = ExperimentConfig()
    problem = resolve(config)
    fast, reference = FastEngine(problem), TorchEngine(problem, CPU)
    assert off(fast.advance(STEPS), reference.advance(STEPS)).max() < 1e-5


@pytest.mark.parametrize("cut", [1, 255, 256, 257, 700])
def test_a_resumed_run_has_the_same_bits(cut):
    config = config_of("relativistic", "relu", 2, 2, ("gp", "r2")).with_values(
        {"training.ema_decay": 0.9}
    )
    problem = resolve(config)
    whole = FastEngine(problem)
    expected = whole.advance(800)
    first, second = FastEngine(problem), FastEngine(problem)
    head = first.advance(cut)
    second.load(cut, first.tensors())
    tail = second.advance(800 - cut)
    assert np.array_equal(np.concatenate([head, tail]), expected)
    assert all(np.array_equal(second.tensors()[k], v) for k, v in whole.tensors().items())


def test_the_size_of_the_chunks_does_not_matter():
    config = ExperimentConfig()
    problem = resolve(config)
    at_once, in_parts = FastEngine(problem), FastEngine(problem)
    expected = at_once.advance(700)
    parts = [in_parts.advance(n) for n in (1, 2, 3, 250, 1, 443)]
    assert np.array_equal(np.concatenate(parts), expected)


def test_either_engine_goes_on_from_the_others_checkpoint():
    config = ExperimentConfig()
    problem = resolve(config)
    reference, fast = TorchEngine(problem, CPU), FastEngine(problem)
    reference.advance(100)
    fast.load(100, reference.tensors())
    assert off(fast.advance(100), reference.advance(100)).max() < 1e-4


def test_a_divergence_shows_as_a_number_that_is_not_finite():
    config = ExperimentConfig()
    engine = FastEngine(resolve(config))
    broken = engine.tensors() | {"generator.0.bias": np.full(16, np.nan, np.float32)}
    engine.load(0, broken)
    assert not np.isfinite(engine.advance(1)).all()


def test_auto_takes_what_readmes_table_says():
    table = {"width": {256, 512}, "batch": set(), "rows": set()}
    for name, slow in table.items():
        for size in {"width": WIDTHS, "batch": BATCHES, "rows": ROWS}[name]:
            chosen = choose_engine(_variant(name, size)).engine
            assert chosen == ("torch" if size in slow else "fast"), (name, size)


def test_the_chosen_engine_is_the_one_that_is_estimated_to_be_faster():
    for width in (16, 64, 150, 160, 170, 200, 256):
        for n_critic in (1, 5):
            problem = _variant("width", width)
            problem = replace(
                problem, config=problem.config.with_values({"training.n_critic": n_critic})
            )
            seconds = {name: speed.seconds(problem) for name, speed in SPEEDS.items()}
            assert choose_engine(problem).engine == min(seconds, key=seconds.get)


def test_auto_takes_the_fast_engine_for_small_networks_and_says_why():
    choice = choose_engine(resolve(ExperimentConfig()))
    assert choice.engine == "fast"
    assert "million multiply-adds" in choice.reason


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"generator.hidden_dims": [1024, 1024]}, "PyTorch is faster"),
        ({"training.device": "cuda"}, "CUDA was requested"),
        ({"training.engine": "torch"}, "requested"),
        ({"penalties": ["gp"], "discriminator.activation": "tanh"}, "piecewise linear"),
    ],
    ids=str,
)
def test_auto_takes_the_reference_engine_where_the_fast_one_cannot_or_is_slower(changes, why):
    choice = choose_engine(resolve(ExperimentConfig().with_values(changes)))
    assert choice.engine == "torch"
    assert why in choice.reason


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"training.device": "cuda"}, "computes on the CPU"),
        ({"penalties": ["r1"], "discriminator.activation": "sigmoid"}, "piecewise linear"),
    ],
    ids=str,
)
def test_asking_for_the_fast_engine_where_it_cannot_is_refused(changes, why):
    config = ExperimentConfig().with_values({"training.engine": "fast", **changes})
    with pytest.raises(ConfigError, match=why):
        choose_engine(resolve(config))


def test_it_tells_whether_it_is_compiled_yet(tmp_path):
    warm()
    assert is_compiled()
    ask = "from gan_core.training.fast import is_compiled; print(is_compiled())"
    nothing = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", ask]
    told = subprocess.run(command, env=nothing, capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_a_change_in_any_file_of_it_compiles_all_anew(tmp_path):
    """A function on disk held what those that it calls had been when it was compiled."""
    package = shutil.copytree(ROOT / "gan_core", tmp_path / "gan_core", ignore=NO_CACHES)
    ask = "from gan_core.training.fast.loop import run_steps as f; print(f._cache.cache_path)"
    paths = []
    for addition in ("", "# changed"):
        with (package / "training/fast/losses.py").open("a") as file:
            file.write(addition)
        command = [sys.executable, "-c", ask]
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        paths.append(Path(told.stdout.strip()))
    ours = Path(run_steps._cache.cache_path)
    assert paths[0].parent.name == ours.parent.name
    assert paths[1].parent.name != ours.parent.name
