"""GAN Forge's library: train a GAN on a table from a notebook or a script.

from gan_core import ExperimentConfig, train, load_table

*_, end = train(ExperimentConfig())
end.history, end.sample(50)
"""

from typing import TYPE_CHECKING

from gan_core.config import ExperimentConfig
from gan_core.data import load_table

if TYPE_CHECKING:
    from gan_core.training.loop import train

__version__ = "0.1.0"
__all__ = ["ExperimentConfig", "load_table", "train"]


def __getattr__(name: str) -> object:
    if name == "train":  # imports PyTorch, which the web server must not
        from gan_core.training import train

        return train
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
