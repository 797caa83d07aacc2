"""Everything that works is killed at random; `tests/benchmarks/chaos.py` does it for longer."""

import sys

from tests.benchmarks.chaos import disturb


def test_no_run_is_lost_and_all_have_their_numbers(tmp_path):
    command = [sys.executable, "-m", "gan_core", "dispatch", "--die-with-stdin"]
    killed = disturb(tmp_path, 8.0, seed=5, command=command, every=1.5, most=4)
    assert killed
