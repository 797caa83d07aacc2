"""Everything that works is killed at random; `tests/benchmarks/chaos.py` does it for longer."""

import sys

from tests.benchmarks.chaos import ENGINES, disturb


def test_no_run_is_lost_and_all_have_their_numbers(tmp_path, monkeypatch):
    for engine, epochs in (("torch", 500), ("fast", 900)):  # short, for each is trained twice
        monkeypatch.setitem(ENGINES[engine], "training.epochs", epochs)
    command = [sys.executable, "-m", "gan_core", "dispatch", "--die-with-stdin"]
    killed = disturb(tmp_path, 2.5, seed=4, command=command, every=0.5, most=3)
    assert killed
