"""Settings: the whole of an experiment, its JSON form and its links."""

from gan_core.config.experiment import SCHEMA_VERSION, ExperimentConfig, declared_params

__all__ = ["SCHEMA_VERSION", "ExperimentConfig", "declared_params"]
