"""Several trainings viewed together, such as the same one with several seeds."""

from typing import Any, Self

from gan_core.config import ExperimentConfig
from gan_core.errors import ConfigError
from gan_core.jobs.base import JOBS, Kind
from gan_core.registry import register
from gan_core.store.context import Context
from gan_core.store.model import GROUP, Job
from gan_core.store.store import Store


@register(JOBS, GROUP)
class Group(Kind):
    """A list of configs, each trained as a member; no worker works on the group itself."""

    label = "Group"

    configs: tuple[ExperimentConfig, ...]

    @classmethod
    def from_dict(cls, spec: object) -> Self:
        configs = spec.get("configs") if isinstance(spec, dict) and len(spec) == 1 else None
        if not isinstance(configs, list):
            raise ConfigError("configs", f'A group is {{"configs": [...]}}. Got {spec!r}.')
        return cls(tuple(ExperimentConfig.from_dict(config) for config in configs))

    def to_dict(self) -> dict[str, Any]:
        return {"configs": [config.to_dict() for config in self.configs]}

    @property
    def total(self) -> int:
        """The number of members."""
        return len(self.configs)

    def submit(self, store: Store, name: str = "") -> Job:
        return store.create_group(self.configs, name=name)

    def work(self, context: Context) -> None:
        """Never called: a group is not in the queue."""
        raise NotImplementedError
