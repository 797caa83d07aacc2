"""Named random streams, all derived from one seed.

A stream is a pure function of the seed, its name and an index (a block of steps, an epoch), never
of how much was drawn before. So a run that was paused, killed, resumed or forked at any step draws
what an uninterrupted run draws, and a checkpoint needs no generator state except its step.
"""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """The streams of a run. The numbers are part of every recorded result: never renumber."""

    INIT = 0
    ORDER = 1
    NOISE = 2
    EVALUATION = 3
    PENALTY = 4
    INPUT_NOISE = 5
    TOYS = 6  # used by no run: the rows of the toy data sets
    DROPOUT = 7


def stream(seed: int, name: Stream, *index: int) -> np.random.Generator:
    """A generator for one stream of a seed.

    The key is that of ``SeedSequence(seed).spawn(...)[name].spawn(...)[index]``, so streams are
    statistically independent of each other.

    Args:
        seed: the run's seed, a non-negative integer.
        name: which stream.
        index: further indices, such as the number of a block of steps.
    """
    return np.random.Generator(
        np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(int(name), *index)))
    )
