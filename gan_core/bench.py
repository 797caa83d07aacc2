"""``python -m gan_core bench``: how fast the engines are compared with the plain PyTorch loop.

The three are run in turn, A B C A B C, so that a machine whose speed drifts favours none; what
counts is the ratio within a round. Each uses one thread and keeps the history of every step.
"""

import json
import os
import platform
import statistics
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from gan_core.config import ExperimentConfig
from gan_core.data import Table
from gan_core.errors import ConfigError
from gan_core.problem import Problem, Rows, resolve
from gan_core.training.choice import choose_engine

Program = Callable[[int], None]  # does this many steps

ROUNDS = 5
SECONDS = 1.0  # roughly, per program and round
WIDTHS = (16, 32, 64, 128, 256, 512)
BATCHES = (32, 128, 512, 1024)
ROWS = (50, 1_000, 30_000, 1_000_000)


@dataclass(frozen=True)
class Speed:
    """Medians over the rounds.

    Attributes:
        steps_per_cpu_second: by the process's CPU time.
        steps_per_second: by wall-clock time.
        ratio: median of steps per CPU second over the plain loop's in the same round.
    """

    steps_per_cpu_second: float
    steps_per_second: float
    ratio: float


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="rounds, each of all engines in turn; at least 5"
    )
    parser.add_argument("--quick", action="store_true", help="only the tutorial's config")


def run(arguments: Namespace) -> int:
    """Run the command; returns the exit status."""
    rounds = arguments.rounds
    if rounds < ROUNDS:
        raise ConfigError("--rounds", f"--rounds must be at least {ROUNDS}. Got {rounds}.")
    report: dict[str, object] = {"machine": machine(), "rounds": rounds}
    print(f"{report['machine']}, one thread, {rounds} rounds, medians\n")
    report["tutorial"] = _case("tutorial", resolve(ExperimentConfig()), rounds)
    curves = {} if arguments.quick else {"width": WIDTHS, "batch": BATCHES, "rows": ROWS}
    for name, values in curves.items():
        for value in values:
            label = f"{name} {value:,}"
            report[label] = _case(label, _variant(name, value), rounds)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


def machine() -> str:
    """The machine and the date, as a heading for a table of figures."""
    name = platform.processor() or platform.machine()
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        lines = cpu_info.read_text(encoding="utf-8").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        name = models[0] if models else name
    return f"{name}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"


def _variant(name: str, value: int) -> Problem:
    """The tutorial with one size changed; rows beyond the table's are synthetic."""
    sizes = {"width": 32, "batch": 32, "rows": 2048} | {name: value}
    hidden = [sizes["width"]] * 2 if name == "width" else None
    changes: dict[str, object] = {"training.batch_size": sizes["batch"]}
    if hidden:
        changes |= {"generator.hidden_dims": hidden, "discriminator.hidden_dims": hidden}
    values = np.random.default_rng(0).uniform(-1, 1, (sizes["rows"], 4))
    table = Table("made up", tuple("abcd"), values, np.zeros(len(values), "U1"))
    return Problem.of(ExperimentConfig().with_values(changes), Rows.of(table, "minmax"))


def _case(label: str, problem: Problem, rounds: int) -> dict[str, object]:
    """Measure the three programs on one config, print a line, return the figures."""
    programs = {
        "plain": plain_loop(problem),
        "torch": _engine(problem, "torch"),
        "fast": _engine(problem, "fast"),
    }
    steps = {name: _steps_for(program) for name, program in programs.items()}
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            rates[name].append(_rate(program, steps[name]))
    plain = [cpu for cpu, _ in rates["plain"]]
    speeds = {
        name: Speed(
            statistics.median(cpu for cpu, _ in found),
            statistics.median(wall for _, wall in found),
            statistics.median(cpu / base for (cpu, _), base in zip(found, plain, strict=True)),
        )
        for name, found in rates.items()
    }
    chosen = choose_engine(problem).engine
    cells = "   ".join(
        f"{name} {s.steps_per_cpu_second:>8,.0f} steps/s ({s.ratio:5.2f}x)"
        for name, s in speeds.items()
    )
    print(f"{label:>16}   {cells}   auto: {chosen}")
    sys.stdout.flush()
    return {"auto": chosen, **{name: asdict(speed) for name, speed in speeds.items()}}


def _steps_for(program: Program) -> int:
    """The number of steps that take about `SECONDS`."""
    program(2)
    cpu, _ = _rate(program, 4)
    return max(4, int(cpu * SECONDS))


def _rate(program: Program, n_steps: int) -> tuple[float, float]:
    """Steps per second by the process's CPU time and by wall-clock time."""
    cpu, wall = time.process_time(), time.perf_counter()
    program(n_steps)
    return n_steps / (time.process_time() - cpu), n_steps / (time.perf_counter() - wall)


def _engine(problem: Problem, name: str) -> Program:
    import torch

    from gan_core.training.fast.engine import FastEngine
    from gan_core.training.torch_engine import TorchEngine

    engine = FastEngine(problem) if name == "fast" else TorchEngine(problem, torch.device("cpu"))

    def program(n_steps: int) -> None:
        engine.advance(n_steps)

    return program


def plain_loop(problem: Problem) -> Program:
    """The tutorial's loop written the obvious way: the baseline of every ratio."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    from gan_core.networks import initial_weights
    from gan_core.networks.running import build

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    generator, discriminator = (
        build(layers, initial_weights(layers, rng), torch.device("cpu"))
        for layers in (problem.generator, problem.discriminator)
    )
    config = problem.config
    loader = DataLoader(
        TensorDataset(torch.tensor(problem.x_real)), config.training.batch_size, shuffle=True
    )
    betas = (config.optimizer.beta1, config.optimizer.beta2)
    adam_g = torch.optim.Adam(generator.parameters(), config.optimizer.lr_g, betas)
    adam_d = torch.optim.Adam(discriminator.parameters(), config.optimizer.lr_d, betas)
    criterion = nn.BCELoss()
    history: list[tuple[float, float]] = []

    def epochs():  # noqa: ANN202 - an endless generator of batches
        while True:
            yield from loader

    batches = epochs()

    def program(n_steps: int) -> None:
        for _ in range(n_steps):
            (real,) = next(batches)
            ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)
            adam_d.zero_grad()
            fake = generator(torch.randn(len(real), config.generator.latent_dim))
            d_loss = criterion(discriminator(real), ones)
            d_loss = d_loss + criterion(discriminator(fake.detach()), zeros)
            d_loss.backward()
            adam_d.step()
            adam_g.zero_grad()
            fake = generator(torch.randn(len(real), config.generator.latent_dim))
            g_loss = criterion(discriminator(fake), ones)
            g_loss.backward()
            adam_g.step()
            history.append((d_loss.item(), g_loss.item()))

    return program
