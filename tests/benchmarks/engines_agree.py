"""Do both engines end with scores of the same distribution?

    python -m tests.benchmarks.engines_agree --seeds 20 --epochs 10000

Trains the tutorial with each engine for each seed, to the end, and compares each score's values
over the seeds by the two-sample Kolmogorov-Smirnov test. Rounding sends the two engines apart
after some hundred steps, so single runs differ; their distribution must not.
"""

import sys
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor

from scipy.stats import ks_2samp

from gan_core import ExperimentConfig, train
from gan_core.scoring import score
from tests.benchmarks.report import print_head


def scores(task):
    """Overall scores at the end of a training."""
    engine, seed, epochs = task
    settings = {"training.engine": engine, "training.device": "cpu"}
    config = ExperimentConfig().with_values({**settings, "training.epochs": epochs, "seed": seed})
    *_, end = train(config)
    print(".", end="", file=sys.stderr, flush=True)
    return {name: found.overall for name, found in score(end.generator).scores.items()}


def main():
    parser = ArgumentParser(description="Do both engines end with the same scores?")
    parser.add_argument("--seeds", type=int, default=20, help="seeds of each engine")
    parser.add_argument("--epochs", type=int, default=10_000, help="length of each training")
    parser.add_argument("--processes", type=int, default=2, help="trainings at once")
    asked = parser.parse_args()
    print_head("tests.benchmarks.engines_agree")
    tasks = [(engine, seed, asked.epochs) for seed in range(asked.seeds) for engine in ENGINES]
    with ProcessPoolExecutor(asked.processes) as pool:
        found = dict(zip(tasks, pool.map(scores, tasks), strict=True))
    print(f"\n{'score':<16}{'reference':>18}{'fast':>18}{'KS p':>8}")
    for name in found[tasks[0]]:
        columns = [[found[task][name] for task in tasks if task[0] == e] for e in ENGINES]
        shown = "".join(f"{_mean(c):>10.4f} ± {_sd(c):.3f}" for c in columns)
        print(f"{name:<16}{shown}{ks_2samp(*columns).pvalue:>8.2f}")


ENGINES = ("torch", "fast")


def _mean(values):
    return sum(values) / len(values)


def _sd(values):
    mean = _mean(values)
    return (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5


if __name__ == "__main__":
    main()
