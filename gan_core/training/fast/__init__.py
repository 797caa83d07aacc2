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
    """Compile the engine in a process of its own, where it does not lie on disk yet.

    Code that was just compiled rounds otherwise than the same code loaded from disk: a run of the
    process that compiled could never be repeated to the bit. So every process loads it.
    """
    if not is_compiled():
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        command = (sys.executable, "-c", _COMPILE)
        subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False)


def one_step() -> None:
    """Do a step of the tutorial's training, for which all that is compiled has to be there."""
    from gan_core.config import ExperimentConfig
    from gan_core.problem import resolve
    from gan_core.training.fast.engine import FastEngine

    FastEngine(resolve(ExperimentConfig())).advance(1)


def is_compiled() -> bool:
    """Whether the engine lies on disk, compiled from the source as it is; in a millisecond."""
    from gan_core.training.fast.loop import run_steps

    # Numba reads its index so before it compiles, and tells of it nowhere else.
    return bool(run_steps._cache._cache_file._load_index())  # type: ignore[attr-defined]
