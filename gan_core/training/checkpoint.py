"""Everything a run needs to go on exactly where it stood."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gan_core.config import ExperimentConfig
from gan_core.errors import CheckpointError, GanForgeError
from gan_core.schedule import Edit

_KEY = "gan_forge"

# These decide how far and on what a run goes, not which numbers it makes on the way.
_MAY_DIFFER = ("training.epochs", "training.device", "training.engine", "schedule")


@dataclass(frozen=True)
class Checkpoint:
    """Weights and optimiser states after a step. The random streams need no state but the step.

    Attributes:
        config: the experiment.
        step: steps done.
        tensors: named arrays of both networks and both optimisers: ``"generator.0.weight"``,
            ``"discriminator.0.bias"``, ``"adam_g.m.0.weight"``, ``"adam_g.v.0.weight"``, ...;
            ``"adam_g.updates"`` and ``"adam_d.updates"``, int64, shape (), count Adam's steps.
    """

    config: ExperimentConfig
    step: int
    tensors: dict[str, np.ndarray]

    def part(self, name: str) -> dict[str, np.ndarray]:
        """The arrays under a name, such as ``generator``, without that prefix."""
        prefix = name + "."
        return {k.removeprefix(prefix): v for k, v in self.tensors.items() if k.startswith(prefix)}

    def generator_weights(self) -> dict[str, np.ndarray]:
        """The weights that results come from: G's moving average where there is one, else G's."""
        return self.part("ema" if self.config.training.ema_decay else "generator")

    def players(self) -> bytes:
        """The weights alone, of G as results take it and of D, as a safetensors file."""
        weights = {f"generator.{k}": v for k, v in self.generator_weights().items()}
        weights |= {f"discriminator.{k}": v for k, v in self.part("discriminator").items()}
        return save(weights)

    def to_bytes(self) -> bytes:
        """As a safetensors file with the config and the step in its metadata."""
        facts = {"config": self.config.to_json(), "step": str(self.step)}
        return save_with(facts, self.tensors)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Checkpoint":
        """Read what `to_bytes` wrote.

        Raises:
            CheckpointError: damaged, or not such a file.
        """
        try:
            facts = metadata(data)
            config = ExperimentConfig.from_json(facts["config"])
            return cls(config, int(facts["step"]), load(data))
        except (GanForgeError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise CheckpointError(f"The checkpoint is damaged: {error}") from error

    def _past(self, config: ExperimentConfig) -> list[Edit]:
        """The changes of settings that this checkpoint has seen."""
        return [edit for edit in config.schedule if edit.step < self.step]

    def check_fits(self, config: ExperimentConfig) -> None:
        """Refuse to be resumed with other settings than it was made with.

        Raises:
            CheckpointError: a setting that decides the numbers differs, or was changed at another
                step before the checkpoint, or the checkpoint lies beyond the last epoch.
        """
        differing = [p for p in config.differences(self.config) if p not in _MAY_DIFFER]
        if self._past(config) != self._past(self.config):
            differing.append("schedule")
        if differing:
            raise CheckpointError(
                f"The checkpoint was made with other settings: {', '.join(differing)} differ. "
                "Resume with the same settings, or start a new run."
            )
        last = config.training.epochs * config.steps_per_epoch(config.table().n_rows)
        if self.step > last:
            raise CheckpointError(
                f"The checkpoint is of step {self.step:,}, but these settings end with step "
                f"{last:,}. Ask for more epochs."
            )


def updates_of(
    player: str, step: int, tensors: Mapping[str, np.ndarray], config: ExperimentConfig
) -> int:
    """How often Adam has updated a player; its corrections for the zero start depend on it.

    Args:
        player: "generator" or "discriminator".
        step: steps done.
        tensors: as in `Checkpoint`; those of early versions do not say it, and know no schedule.
        config: the experiment.
    """
    per_step = config.training.n_critic if player == "discriminator" else 1
    return int(tensors.get(f"adam_{player[0]}.updates", step * per_step))


def save_with(facts: Mapping[str, str], tensors: Mapping[str, np.ndarray]) -> bytes:
    """A safetensors file of named arrays with some facts in its metadata.

    All facts stand under one key: safetensors writes several keys in an order that changes from
    process to process, and equal runs should make equal files.
    """
    return save(dict(tensors), metadata={_KEY: json.dumps(facts, sort_keys=True)})


def metadata(data: bytes) -> dict[str, str]:
    """The facts in a safetensors file made by `save_with`.

    safetensors itself reads metadata from files only; its format begins with the length of the
    header, eight bytes little-endian, and the header as JSON.

    Raises:
        ValueError: the header is not JSON.
        KeyError: there are no such facts.
    """
    length = int.from_bytes(data[:8], "little")
    return json.loads(json.loads(data[8 : 8 + length])["__metadata__"][_KEY])
