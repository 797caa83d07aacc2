"""The fast engine: the training loop compiled with Numba."""


def warm() -> None:
    """Compile the engine, or load it from its cache on disk; a minute, or half a second."""
    from gan_core.config import ExperimentConfig
    from gan_core.problem import resolve
    from gan_core.training.fast.engine import FastEngine

    FastEngine(resolve(ExperimentConfig())).advance(1)


def is_compiled() -> bool:
    """Whether the engine lies on disk, compiled from the source as it is; in a millisecond."""
    from gan_core.training.fast.loop import run_steps

    # Numba reads its index so before it compiles, and tells of it nowhere else.
    return bool(run_steps._cache._cache_file._load_index())  # type: ignore[attr-defined]
