"""Training: engines, and `train`, which turns an experiment into a stream of events.

`train` is imported on first use: it imports PyTorch, which the web server, although it reads
checkpoints and generators from here, must not load.
"""

from typing import TYPE_CHECKING

from gan_core.training.checkpoint import Checkpoint
from gan_core.training.events import Finished, Progress, Started, TrainEvent
from gan_core.training.generator import TrainedGenerator

if TYPE_CHECKING:
    from gan_core.training.loop import train

__all__ = [
    "Checkpoint",
    "Finished",
    "Progress",
    "Started",
    "TrainEvent",
    "TrainedGenerator",
    "train",
]


def __getattr__(name: str) -> object:
    if name == "train":
        from gan_core.training.loop import train

        return train
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
