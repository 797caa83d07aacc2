"""Everything a run needs to continue exactly where it was."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gan_core.config import ExperimentConfig, declared_params
from gan_core.config.schedule import Edit
from gan_core.data import Encoder, encoder_of
from gan_core.errors import CheckpointError, ConfigError, GanForgeError, short
from gan_core.networks import Sequential, initial_weights
from gan_core.problem import Problem, resolve

_KEY = "gan_forge"

# These decide how long and on what a run trains, not its numbers up to there.
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
        encoder: between the rows and what the networks see; None in files of version 1, whose
            tables have not changed.
    """

    config: ExperimentConfig
    step: int
    tensors: dict[str, np.ndarray]
    encoder: Encoder | None = None

    def part(self, name: str) -> dict[str, np.ndarray]:
        """The arrays under a name, such as ``generator``, without that prefix."""
        prefix = name + "."
        return {k.removeprefix(prefix): v for k, v in self.tensors.items() if k.startswith(prefix)}

    def generator_weights(self) -> dict[str, np.ndarray]:
        """The weights that results come from: G's moving average if there is one, else G's."""
        return self.part("ema" if self.config.training.ema_decay else "generator")

    def players(self) -> bytes:
        """The weights only, of G as used for results and of D, as a safetensors file."""
        weights = {f"generator.{k}": v for k, v in self.generator_weights().items()}
        weights |= {f"discriminator.{k}": v for k, v in self.part("discriminator").items()}
        return save(weights)

    def to_bytes(self) -> bytes:
        """As a safetensors file with the config, the step and the encoder in its metadata."""
        facts = {"config": self.config.to_json(), "step": str(self.step)}
        if self.encoder:
            facts["encoder"] = json.dumps(self.encoder.to_dict())
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
            encoder = encoder_of(json.loads(facts["encoder"])) if "encoder" in facts else None
            return cls(config, int(facts["step"]), load(data), encoder)
        except (GanForgeError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise CheckpointError(f"The checkpoint is damaged: {error}") from error

    def forked(self, config: ExperimentConfig) -> "Checkpoint":
        """This state as the start of a run with other settings.

        If only settings that can change while a run trains differ, the new config is the old one
        with that change, so that the whole history can be trained again from it.

        Args:
            config: the settings from here on.

        Raises:
            ConfigError: the networks have other shapes, or the table has other features or another
                encoder; or these settings end at this step or earlier.
        """
        before, after = resolve(self.config), resolve(config)
        if after.features != before.features:
            raise ConfigError(
                "data.features",
                "A fork continues with the networks as they are, so its table must have the same "
                f"features. These have {short(after.features)}, the run "
                f"{short(before.features)}. Choose the same, or start a new run.",
            )
        if config.data.encoder != self.config.data.encoder:
            raise ConfigError(
                "data.encoder",
                "A fork continues with the networks as they are, so the encoder must be the run's, "
                f"{self.config.data.encoder}. Got {config.data.encoder} instead: choose the same, "
                "or start a new run.",
            )
        for name in ("generator", "discriminator"):
            shapes, known = (_shapes(getattr(problem, name)) for problem in (after, before))
            if shapes != known:
                raise ConfigError(
                    f"{name}.hidden_dims",
                    f"A fork continues with the networks as they are, so the {name} must have the "
                    f"layers {known}. Got {shapes} instead: set the same "
                    "widths and normalization, or start a new run.",
                )
        if self.step >= after.total_steps:
            raise ConfigError(
                "training.epochs",
                f"training.epochs must lead beyond step {self.step:,}, where this fork starts. "
                f"{config.training.epochs:,} epochs end with step {after.total_steps:,}: ask for "
                "more.",
            )
        tensors = {k: v for k, v in self.tensors.items() if not k.startswith("ema.")}
        for name in ("generator", "discriminator") if self.step else ():
            updates = updates_of(name, self.step, self.tensors, self.config.at(self.step))
            tensors[f"adam_{name[0]}.updates"] = np.array(updates, np.int64)
        if config.training.ema_decay:
            averages = self.part("ema") or self.part("generator")
            tensors |= {f"ema.{key}": array for key, array in averages.items()}
        return Checkpoint(self._course(config), self.step, tensors, after.encoder)

    def _course(self, config: ExperimentConfig) -> ExperimentConfig:
        """The past of this checkpoint and the settings from here on as one config, if possible.

        Otherwise only those settings, without a past.
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
        """The changes of settings before this checkpoint."""
        return tuple(edit for edit in config.schedule if edit.step < self.step)

    def check_fits(self, problem: Problem) -> None:
        """Refuse to be resumed with settings or rows other than its own.

        Raises:
            CheckpointError: a setting that affects the numbers differs, or was changed at another
                step before the checkpoint, or the checkpoint lies beyond the last epoch; or the
                data set's rows have changed.
        """
        config = problem.config
        differing = [p for p in config.differences(self.config) if p not in _MAY_DIFFER]
        if self._past(config) != self._past(self.config):
            differing.append("schedule")
        if differing:
            raise CheckpointError(
                f"The checkpoint was made with other settings: {', '.join(differing)} differ. "
                "Resume with the same settings, or start a new run."
            )
        if self.encoder and self.encoder.to_dict() != problem.encoder.to_dict():
            raise CheckpointError(
                f"The rows of {problem.table.title} are no longer those that this checkpoint was "
                "trained on. Start a new run."
            )
        if self.step > problem.total_steps:
            raise CheckpointError(
                f"The checkpoint is from step {self.step:,}, but these settings end with step "
                f"{problem.total_steps:,}. Set more epochs."
            )


def _shapes(network: Sequential) -> str:
    """The parameters and buffers of a network with their shapes, in words."""
    tensors = initial_weights(network, np.random.default_rng(0))  # for their names and shapes
    return ", ".join(f"{k} {' x '.join(map(str, v.shape))}".strip() for k, v in tensors.items())


def updates_of(
    player: str, step: int, tensors: Mapping[str, np.ndarray], config: ExperimentConfig
) -> int:
    """How often Adam has updated a player; its bias corrections depend on it.

    Args:
        player: "generator" or "discriminator".
        step: steps done.
        tensors: as in `Checkpoint`; early versions did not store it, and had no schedule.
        config: the experiment.
    """
    per_step = config.training.n_critic if player == "discriminator" else 1
    return int(tensors.get(f"adam_{player[0]}.updates", step * per_step))


def save_with(facts: Mapping[str, str], tensors: Mapping[str, np.ndarray]) -> bytes:
    """A safetensors file of named arrays with some facts in its metadata.

    All facts are stored under one key: safetensors writes several keys in an order that varies from
    process to process, and equal runs should make equal files.
    """
    return save(dict(tensors), metadata={_KEY: json.dumps(facts, sort_keys=True)})


def metadata(data: bytes) -> dict[str, str]:
    """The facts in a safetensors file made by `save_with`.

    safetensors itself reads metadata only from files; its format starts with the length of the
    header, eight bytes little-endian, and the header as JSON.

    Raises:
        ValueError: the header is not JSON.
        KeyError: there are no such facts.
    """
    length = int.from_bytes(data[:8], "little")
    return json.loads(json.loads(data[8 : 8 + length])["__metadata__"][_KEY])
