"""``python -m gan_core train``: an experiment without a browser, written to a folder."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from gan_core.config import ExperimentConfig, declared_params, links
from gan_core.errors import ConfigError, DataError, DivergedError
from gan_core.metrics import METRICS, ScoreReport, judge
from gan_core.problem import Problem, resolve
from gan_core.scoring import score
from gan_core.store.history import ParquetHistory
from gan_core.training import Finished, Progress, Started, TrainedGenerator, TrainEvent
from gan_core.training.fast import is_compiled

SAMPLE_ROWS = 50
FILES = (
    "config.json",
    "history.parquet",
    "samples.csv",
    "metrics.json",
    "generator.safetensors",
)
INTERRUPTED = 130  # what shells expect from a program ended by Ctrl-C


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--config", type=Path, metavar="FILE.json", help="settings to start from")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting, by its name or as in links: training.epochs=2000, g_dims=16,16, "
        "penalties=gp; may be repeated; --list-settings shows all",
    )
    parser.add_argument("--seed", type=int, help="short for --set seed=N")
    parser.add_argument("--device", help="short for --set training.device=D (auto, cpu or cuda)")
    parser.add_argument(
        "--every", type=int, default=1000, metavar="N", help="print a line every N epochs"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the results here")
    parser.add_argument(
        "--list-settings", action="store_true", help="show every setting with its bounds and exit"
    )


def run(arguments: Namespace) -> int:
    """Run the command.

    Returns:
        the exit status: 0, 1 for a failure with a message, 130 after Ctrl-C.

    Raises:
        GanForgeError: an option is wrong.
        OSError: a file cannot be written.
    """
    if arguments.list_settings:
        _list_settings()
        return 0
    problem = resolve(read_config(arguments))
    if arguments.every < 1:
        raise ConfigError("--every", f"--every must be at least 1. Got {arguments.every}.")
    if arguments.out:
        _make(arguments.out)
    return _Session(problem, arguments.every, arguments.out).run()


def read_config(arguments: Namespace) -> ExperimentConfig:
    """The config that the options specify.

    Raises:
        ConfigError: a file cannot be read, or a setting is invalid.
    """
    config = ExperimentConfig()
    if arguments.config:
        try:
            config = ExperimentConfig.from_json(arguments.config.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:  # ValueError: a path with NUL in it, or not UTF-8
            raise ConfigError("--config", f"{arguments.config} cannot be read: {error}.") from error
        except ConfigError as error:
            raise ConfigError(error.path, f"{arguments.config}: {error}") from error
    by_key = {declared.key: path for path, declared in declared_params().items()}
    changes: dict[str, object] = {}
    given: list[str] = arguments.set
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError("--set", f"--set expects NAME=VALUE. Got {text!r}.")
        path = by_key.get(name.strip(), name.strip())
        changes[path] = _parse(path, value)
        if path == "optimizer.lr_g" != name.strip():  # in a link, the rate of both players
            changes.setdefault("optimizer.lr_d", changes[path])
    if arguments.seed is not None:
        changes["seed"] = arguments.seed
    if arguments.device is not None:
        changes["training.device"] = arguments.device
    return config.with_values(links.complete(changes))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"{folder} cannot be made: {error.strerror}. Name a folder that can be written to."
        raise ConfigError("--out", f"--out {why}") from error


def _parse(path: str, value: str) -> object:
    """A value as JSON or, if it is not JSON, as links write it: neither iris nor 8,8 needs more."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):  # what is no value the config says
        return links.read_value(path, value) if path in declared_params() else value


@dataclass
class _Session:
    """One training in the terminal."""

    problem: Problem
    every: int
    out: Path | None
    _step: int = 0
    _history: ParquetHistory | None = None
    _steps_per_epoch: int = 1
    _printed: int = 0
    _generator: TrainedGenerator | None = None

    def run(self) -> int:
        """Train to the end, to Ctrl-C or to a divergence; keep what has been done."""
        from gan_core.training import train  # imports torch, which other commands do without

        events = train(self.problem, keep_history=False)
        started = next(events)
        assert isinstance(started, Started)
        self._steps_per_epoch = started.steps_per_epoch
        _announce(started)
        status, ending = 0, ""
        if self.out:
            for name in FILES:  # perhaps from an earlier run
                (self.out / name).unlink(missing_ok=True)
            self._history = ParquetHistory(
                self.out / "history.parquet", self._steps_per_epoch, self.problem.config.columns
            )
        with tqdm(total=started.total_steps, unit="step", file=sys.stderr) as bar:
            try:
                for event in events:
                    self._take(event, bar)
            except KeyboardInterrupt:
                status, ending = INTERRUPTED, f"stopped at step {self._step:,}"
            except DivergedError as error:
                status, ending = 1, f"failed: {error}"
        if self._history:
            self._history.close()
        if ending:
            _tell(ending)
        if self._generator:
            self._keep(self._generator)
        return status

    def _take(self, event: TrainEvent, bar: tqdm) -> None:  # type: ignore[type-arg]
        match event:
            case Progress():
                self._step = event.step
                if self._history:
                    self._history.add(event.first_step, event.losses)
                # Updated at every event, because after Ctrl-C it is too late to ask.
                self._generator = event.generator()
                self._print_lines(event, bar)
                bar.update(len(event.losses))
            case Finished():
                self._generator = event.generator

    def _print_lines(self, event: Progress, bar: tqdm) -> None:  # type: ignore[type-arg]
        """The tutorial's line after every so many epochs, with the losses of the last batch."""
        while (epoch := self._printed + self.every) * self._steps_per_epoch <= event.step:
            d_loss, g_loss, *_ = event.losses[epoch * self._steps_per_epoch - event.first_step]
            total = self.problem.config.training.epochs
            with bar.external_write_mode(file=sys.stdout):
                print(f"Epoch [{epoch}/{total}], D_Loss: {d_loss:.4f}, G_Loss: {g_loss:.4f}")
                sys.stdout.flush()
            self._printed = epoch

    def _keep(self, generator: TrainedGenerator) -> None:
        """Write the requested files, and report the scores of the rows."""
        if self.out:
            self._write(self.out, generator)
        try:
            report = score(generator)
        except DataError as error:  # a diverged run may end with NaN weights
            _tell(f"no scores: {error}")
        else:
            self._judge(report)
        if not self.out:
            _tell("Nothing was written; use --out DIR to write files.")
            return
        written = [name for name in FILES if (self.out / name).exists()]
        _tell(f"Written to {self.out}: {', '.join(written)}.")

    def _judge(self, report: ScoreReport) -> None:
        for line in _score_lines(report, self.problem.config.optimizer.highest):
            _tell(line)
        if self.out:
            scores = json.dumps(report.to_dict(), indent=2)
            (self.out / "metrics.json").write_text(scores + "\n", encoding="utf-8")

    def _write(self, out: Path, generator: TrainedGenerator) -> None:
        config = self.problem.config.to_json()
        (out / "config.json").write_text(config + "\n", encoding="utf-8")
        generator.sample(SAMPLE_ROWS).to_csv(out / "samples.csv", index=False)
        (out / "generator.safetensors").write_bytes(generator.to_bytes())


def _tell(message: str) -> None:
    """Print to stderr; stdout has only the tutorial's lines."""
    print(message, file=sys.stderr)


def _announce(started: Started) -> None:
    """Print what computes the run, and announce the wait if it has to be compiled."""
    _tell(f"Device: {started.device}, engine: {started.engine}")
    if started.engine == "fast" and not is_compiled():
        _tell("Compiling the fast engine, once on this machine; about half a minute ...")


def _score_lines(report: ScoreReport, rate: float) -> Iterator[str]:
    """The verdict, then each metric's overall value beside its noise floor, one per line."""
    verdict = judge(report, rate)
    yield f"{verdict.headline.text()} {verdict.advice.text()}"
    yield f"{'score':<15}value   better    noise floor"
    for name, found in report.scores.items():
        floor, goal = found.floor.overall, METRICS[name].goal
        better = "higher" if goal == "max" else "lower"
        yield f"{name:<15}{found.overall:<8.3f}{better:<10}{floor.low:.3f} to {floor.high:.3f}"


def _list_settings() -> None:
    settings = pd.DataFrame(
        [
            (path, p.key, links.write_value(path, p.default), p.expected())
            for path, p in declared_params().items()
        ],
        columns=["setting", "in links", "tutorial's value", "expected"],
    )
    print(settings.to_string(index=False))
