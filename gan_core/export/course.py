"""What a training uses on its whole course, on which a schedule changes settings."""

import dataclasses
from typing import Any

from gan_core.config import ExperimentConfig

# What the settings in `gan_core.config.schedule.EDITABLE` are called in a script.
NAMES = {
    "optimizer.lr_g": "LR_G",
    "optimizer.lr_d": "LR_D",
    "training.n_critic": "N_CRITIC",
    "loss.label_smoothing": "SMOOTHING",
    "training.input_noise": "INPUT_NOISE",
    "training.players": "PLAYERS",
}


def from_its_first_step(config: ExperimentConfig) -> ExperimentConfig:
    """The same course without edits at step 0: they are simply how it starts."""
    later = tuple(edit for edit in config.schedule if edit.step)
    return dataclasses.replace(config.at(0), schedule=later)


def ever(config: ExperimentConfig, path: str) -> set[Any]:
    """Every value that a setting has on the way."""
    later = (value for edit in config.schedule for name, value in edit.changes if name == path)
    return {config.flat()[path], *later}


def changes(config: ExperimentConfig, path: str) -> bool:
    """Whether a setting has more than one value on the way."""
    return len(ever(config, path)) > 1


def several_updates(config: ExperimentConfig) -> bool:
    """Whether D ever learns more than once in a step."""
    return max(ever(config, "training.n_critic")) > 1


def smooths(config: ExperimentConfig) -> bool:
    """Whether labels are ever smoothed."""
    return max(ever(config, "loss.label_smoothing")) > 0


def blurs(config: ExperimentConfig) -> bool:
    """Whether there is ever noise on the rows that D sees."""
    return max(ever(config, "training.input_noise")) > 0


def rests(config: ExperimentConfig) -> bool:
    """Whether a player ever stands still."""
    return ever(config, "training.players") != {"both"}
