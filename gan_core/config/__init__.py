"""Settings: a complete experiment, its JSON form and its links."""

from gan_core.config.experiment import ExperimentConfig, declared_params
from gan_core.config.upgrades import SCHEMA_VERSION

__all__ = ["SCHEMA_VERSION", "ExperimentConfig", "declared_params"]
