"""How good are the generated rows? One family of metrics per file; `METRICS` lists them all."""

# isort: off
# Imported to be registered, in the order in which pages and reports show them.
from gan_core.metrics import modes, overlap, ks, wasserstein, divergence, correlation, plane  # noqa: F401

# isort: on
from gan_core.metrics.base import METRICS, Metric, metrics_for
from gan_core.metrics.report import Floor, NoiseFloor, Score, ScoreReport, evaluate, noise_floor
from gan_core.metrics.verdict import Verdict, judge

__all__ = [
    "METRICS",
    "Floor",
    "Metric",
    "NoiseFloor",
    "Score",
    "ScoreReport",
    "Verdict",
    "evaluate",
    "judge",
    "metrics_for",
    "noise_floor",
]
