"""The fast engine: the training loop compiled with Numba."""


def warm() -> None:
    """Compile the engine, or load it from its cache on disk; a minute, or half a second."""
    import numpy as np

    from gan_core.config import ExperimentConfig
    from gan_core.training.fast.engine import FastEngine

    FastEngine(ExperimentConfig(), np.zeros((4, 4), np.float32)).advance(1)
