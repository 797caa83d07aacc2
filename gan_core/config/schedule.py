"""Settings that change while a run trains: which ones can, when, and how that is written."""

import dataclasses
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from gan_core.errors import ConfigError, short
from gan_core.settings import Setting

MOST_STEPS = 10**12  # no run gets this far, and every chart can still represent it


@dataclasses.dataclass(frozen=True)
class Edit:
    """Settings that take new values from a step on.

    Attributes:
        step: steps done when they change, 0 or more.
        changes: dotted names and new values, in order of declaration.
    """

    step: int
    changes: tuple[tuple[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain values: ``{"step": 100, "set": {"optimizer.lr_g": 0.001}}``."""
        return {"step": self.step, "set": dict(self.changes)}

    def __str__(self) -> str:
        """Text such as ``lr_g=0.001 after step 100``."""
        changed = ", ".join(f"{path.split('.')[-1]}={value}" for path, value in self.changes)
        return f"{changed} after step {self.step:,}"


def read_edits(values: Iterable[object], declared: Mapping[str, Setting]) -> tuple[Edit, ...]:
    """Edits from plain values, each checked on its own, ordered by step.

    Args:
        values: `Edit`s or what `Edit.to_dict` writes.
        declared: every hyperparameter's declaration, by dotted name.

    Raises:
        ConfigError: not such a list, two edits at one step, or a setting that cannot change.
    """
    edits = sorted((_read(value, declared) for value in values), key=lambda edit: edit.step)
    for one, next_ in pairwise(edits):
        if one.step == next_.step:
            raise ConfigError(
                "schedule", f"schedule has two entries for step {one.step:,}. Merge them into one."
            )
    return tuple(edits)


def effective(edits: Iterable[Edit], start: Mapping[str, Any]) -> tuple[Edit, ...]:
    """The edits without those that change nothing: equal trainings have equal schedules.

    Args:
        edits: ordered by step.
        start: the values of the editable settings before the first step.
    """
    now, kept = dict(start), []
    for edit in edits:
        changes = tuple((path, value) for path, value in edit.changes if now[path] != value)
        now.update(changes)
        if changes:
            kept.append(Edit(edit.step, changes))
    return tuple(kept)


def _read(value: object, declared: Mapping[str, Setting]) -> Edit:
    if isinstance(value, Edit):
        value = value.to_dict()
    if not isinstance(value, Mapping) or set(value) != {"step", "set"}:
        raise ConfigError(
            "schedule",
            'Each entry of schedule must be an object like {"step": 100, "set": '
            f'{{"optimizer.lr_g": 0.001}}}}. Got {short(value)} instead.',
        )
    step, changes = value["step"], value["set"]
    if not isinstance(step, int) or isinstance(step, bool) or not 0 <= step <= MOST_STEPS:
        raise ConfigError(
            "schedule",
            f"schedule: step must be a whole number from 0 to {MOST_STEPS:,}, of steps done. "
            f"Got {short(step)}.",
        )
    if not isinstance(changes, Mapping) or not changes:
        raise ConfigError(
            "schedule",
            f"schedule, step {step:,}: set must be an object of settings. Got {short(changes)}.",
        )
    editable = [path for path, setting in declared.items() if setting.editable]
    for path in changes:
        if path not in editable:
            raise ConfigError(
                "schedule",
                f"schedule, step {step:,}: {short(path)} cannot change while a run trains. "
                f"These can: {', '.join(editable)}.",
            )
    return Edit(
        step,
        tuple((p, declared[p].check(p, changes[p])) for p in editable if p in changes),
    )
