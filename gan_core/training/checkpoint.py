"""Everything a run needs to go on exactly where it stood."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gan_core.config import ExperimentConfig, declared_params
from gan_core.config.schedule import Edit
from gan_core.errors import CheckpointError, ConfigError, GanForgeError, short
from gan_core.networks import initial_weights

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

    def forked(self, config: ExperimentConfig) -> "Checkpoint":
        """This state as the beginning of a run with other settings.

        Where only settings differ that may change while a run trains, the new config is the old one
        with that change, so that the whole course can be trained again from it.

        Args:
            config: the settings from here on.

        Raises:
            ConfigError: the networks have other shapes, or the table other features; or these
                settings end at this step or before.
        """
        table = config.table()
        if table.features != self.config.table().features:
            raise ConfigError(
                "data.features",
                "A fork goes on with the networks as they are, so its table must have the same "
                f"features. These have {short(table.features)}, the run "
                f"{short(self.config.table().features)}. Choose the same, or start a new run.",
            )
        for name in ("generator", "discriminator"):
            shapes = _shapes(config, name)
            if shapes != _shapes(self.config, name):
                raise ConfigError(
                    f"{name}.hidden_dims",
                    f"A fork goes on with the networks as they are, so the {name} must have the "
                    f"layers {_shapes(self.config, name)}. Got {shapes} instead: set the same "
                    "widths and normalization, or start a new run.",
                )
        last = config.training.epochs * config.steps_per_epoch(table.n_rows)
        if self.step >= last:
            raise ConfigError(
                "training.epochs",
                f"training.epochs must lead beyond step {self.step:,}, where this fork begins. "
                f"{config.training.epochs:,} epochs end with step {last:,}: ask for more.",
            )
        tensors = {k: v for k, v in self.tensors.items() if not k.startswith("ema.")}
        for name in ("generator", "discriminator") if self.step else ():
            updates = updates_of(name, self.step, self.tensors, self.config.at(self.step))
            tensors[f"adam_{name[0]}.updates"] = np.array(updates, np.int64)
        if config.training.ema_decay:
            averages = self.part("ema") or self.part("generator")
            tensors |= {f"ema.{key}": array for key, array in averages.items()}
        return Checkpoint(self._course(config), self.step, tensors)

    def _course(self, config: ExperimentConfig) -> ExperimentConfig:
        """The past of this checkpoint and settings from here on as one config, where that can be.

        Otherwise those settings alone, without a past.
        """
        now = config.at(self.step)
        changes = now.differences(self.config.at(self.step))
        later = tuple(edit for edit in config.schedule if edit.step > self.step)
        kept = {path: value for path, value in changes.items() if path in _MAY_DIFFER}
        declared = declared_params()
        edited = {path: value for path, value in changes.items() if declared[path].editable}
        if len(kept) + len(edited) < len(changes):
            return now.with_values({"schedule": later})
        whole = self.config.with_values(kept | {"schedule": self._past(self.config)})
        here = [edit for edit in self.config.schedule if edit.step == self.step]
        for edit in here:
            whole = whole.with_edit(self.step, dict(edit.changes))
        whole = whole.with_edit(self.step, edited) if edited else whole
        for edit in later:
            whole = whole.with_edit(edit.step, dict(edit.changes))
        return whole

    def _past(self, config: ExperimentConfig) -> tuple[Edit, ...]:
        """The changes of settings that this checkpoint has seen."""
        return tuple(edit for edit in config.schedule if edit.step < self.step)

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


def _shapes(config: ExperimentConfig, player: str) -> str:
    """The parameters and buffers of a network with their shapes, in words."""
    generator, discriminator = config.networks(len(config.table().features))
    network = generator if player == "generator" else discriminator
    tensors = initial_weights(network, np.random.default_rng(0))  # their names and shapes count
    return ", ".join(f"{k} {' x '.join(map(str, v.shape))}".strip() for k, v in tensors.items())


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
