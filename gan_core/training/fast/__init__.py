"""The fast engine: the training loop compiled with Numba."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_COMPILE = "from gan_core.training.fast import one_step; one_step()"


def warm() -> None:
    """Compile the engine, or load it from its cache on disk; a minute, or half a second."""
    compile_apart()
    one_step()


@cache
def compile_apart() -> None:
    """Compile the engine in a process of its own, if it is not on disk yet.

    Code that was just compiled rounds differently from the same code loaded from disk: a run in the
    process that compiled it could never be repeated bit for bit. So every process loads it.
    """
    if not is_compiled():
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        command = (sys.executable, "-c", _COMPILE)
        subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False)


def one_step() -> None:
    """Do one step of the tutorial's training, which needs all compiled functions."""
    from gan_core.config import ExperimentConfig
    from gan_core.problem import resolve
    from gan_core.training.fast.engine import FastEngine

    FastEngine(resolve(ExperimentConfig())).advance(1)


def is_compiled() -> bool:
    """Whether the engine is on disk, compiled from the current source; takes a millisecond."""
    from gan_core.training.fast.loop import run_steps

    # Numba reads its index this way before it compiles, and exposes it nowhere else.
    return bool(run_steps._cache._cache_file._load_index())  # type: ignore[attr-defined]
