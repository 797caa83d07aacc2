"""The settings that a training uses, those that change during it, and the device."""

from collections.abc import Mapping
from typing import Any

from gan_core.config import ExperimentConfig
from gan_core.config.schedule import Edit
from gan_core.export.course import adds_noise, constant, decays, objective, rests, several_updates
from gan_core.export.part import WIDTH, Part, listed, literal, quoted
from gan_core.objectives import Objective, Penalty

_NOTES = {
    "N_CRITIC": "updates of D per step",
    "INPUT_NOISE": "standard deviation of the noise on all rows that D sees",
    "W_CLIP": "D's weights are cut off at this distance from 0",
    "LR_DECAY": "the share of both rates that is gone at the end",
    "PLAYERS": 'who learns: "both", "d" or "g"',
    "EMA_DECAY": "how slowly the average of G's weights moves",
    "PRINT_EVERY": "epochs",
}


def settings_part(config: ExperimentConfig) -> Part:
    """The settings that this training uses, and the device."""
    optimizer, training = config.optimizer, config.training
    used = {
        "SEED": config.seed,
        "LATENT_DIM": config.generator.latent_dim,
        "EPOCHS": training.epochs,
        "BATCH_SIZE": training.batch_size,
        "N_CRITIC": training.n_critic if several_updates(config) else None,
        "PLAYERS": training.players if rests(config) else None,
        "INPUT_NOISE": training.input_noise if adds_noise(config) else None,
        **_of(objective(config), config.loss.flat()),
        "W_CLIP": config.loss.clip or None,
        "LR_G": optimizer.lr_g,
        "LR_D": optimizer.lr_d,
        "LR_DECAY": optimizer.lr_decay if decays(config) else None,
        **{k: v for penalty in config.penalties for k, v in _of(penalty, penalty.flat()).items()},
        "EMA_DECAY": training.ema_decay or None,
        "PRINT_EVERY": max(1, training.epochs // 10),
    }
    lines = [
        f"{name} = {literal(value)}" + (f"  # {_NOTES[name]}" if name in _NOTES else "")
        for name, value in used.items()
        if value is not None
    ]
    betas = f"BETAS = ({literal(optimizer.beta1)}, {literal(optimizer.beta2)})"
    lines.insert(lines.index(f"LR_D = {literal(optimizer.lr_d)}") + 1, betas)
    lines += [
        'LOSSES_CSV = ""  # a file name, such as "losses.csv", saves the losses of every step',
        *(["", _edits(config.schedule)] if config.schedule else []),
        "",
        "torch.set_num_threads(1)  # for networks this small, more threads only cost time",
        _device(training.device),
    ]
    return Part(
        "Settings",
        "Change them and run it again: that is what they are here for.",
        "\n".join(lines),
        ("import numpy as np", "import pandas as pd", "import torch"),
    )


def _of(part: Objective | Penalty, values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a loss or a penalty that its code uses."""
    code = " ".join(part.as_code())
    return {constant(path): v for path, v in values.items() if constant(path) in code}


def _edits(schedule: tuple[Edit, ...]) -> str:
    """Settings that change during training, as a table."""
    lines = ["EDITS = {  # once this many steps are done, these settings take new values"]
    for edit in schedule:
        sets = (f"{quoted(constant(path))}: {literal(value)}" for path, value in edit.changes)
        entry = listed(f"{literal(edit.step)}: {{", sets, "}", width=WIDTH - 5)
        lines += [f"    {line}" for line in f"{entry},".splitlines()]
    return "\n".join((*lines, "}"))


def _device(asked: str) -> str:
    if asked == "auto":
        return 'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")'
    return f'device = torch.device("{asked}")'
