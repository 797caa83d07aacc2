"""A job as everybody sees it: the server, the pages, the dispatcher."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gan_core.config import ExperimentConfig
from gan_core.errors import RunNotFoundError
from gan_core.metrics import ScoreReport

QUEUED, RUNNING, PAUSED = "queued", "running", "paused"
STOPPED, FINISHED, FAILED = "stopped", "finished", "failed"
STATUSES = (QUEUED, RUNNING, PAUSED, STOPPED, FINISHED, FAILED)
ACTIVE = (QUEUED, RUNNING)
RESUMABLE = (PAUSED, STOPPED, FAILED)
OF_MEMBERS = "members"  # stored as the status of a group, whose members determine it

TRAINING, GROUP = "training", "group"  # the kinds that the store itself treats specially


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something that is, was or will be worked on.

    Attributes:
        id: random and unguessable; part of its link.
        kind: which of `gan_core.jobs.JOBS`.
        owner: who started it.
        name: shown on the pages; can be changed.
        status: one of `STATUSES`.
        reason: why it failed, or why the server let it rest, else empty.
        want: what a running one was asked to do: "", "pause" or "stop".
        spec_json: what is to be done.
        attempt: how often a worker was started for it.
        worker_pid: process id of the last worker, None before the first.
        created_at: when it was created, seconds since 1970, like all times here.
        queued_at: when it was last put into the queue.
        started_at: when its last attempt began.
        ended_at: when it left the worker.
        progress: how much is done and stored.
        total: the progress when finished.
        rate: progress per second, None before the first.
        result_json: the result, None before the end.
        group_id: the group that it is a member of, None for most.
        parent_id: the job that this one continues from, None for most.
        label: how it differs from the other members of its group, such as "seed 3".
        priority: its class in the queue; see `gan_core.store.schema.QUEUE_ORDER`.
    """

    id: str
    kind: str
    owner: str
    name: str
    status: str
    reason: str
    want: str
    spec_json: str
    attempt: int
    worker_pid: int | None
    created_at: float
    queued_at: float | None
    started_at: float | None
    ended_at: float | None
    progress: int
    total: int
    rate: float | None
    result_json: str | None
    group_id: str | None
    parent_id: str | None
    label: str
    priority: int

    @property
    def shown_status(self) -> str:
        """The status shown to users."""
        return self.status

    @cached_property
    def spec(self) -> Any:  # noqa: ANN401 - of any kind
        """What to do."""
        return json.loads(self.spec_json)

    @cached_property
    def result(self) -> Any:  # noqa: ANN401 - of any kind
        """The result, None before the end."""
        return json.loads(self.result_json) if self.result_json else None

    @property
    def is_active(self) -> bool:
        """Whether it is being worked on or waiting."""
        return self.status in ACTIVE

    @property
    def can_resume(self) -> bool:
        """Whether it can continue from its last checkpoint."""
        return self.status in RESUMABLE

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to the end, None if not known."""
        if self.status != RUNNING or not self.rate:
            return None
        return (self.total - self.progress) / self.rate


@dataclass(frozen=True, kw_only=True)
class Run(Job):
    """One stored training, or a group of them seen as one (see `gan_core.store.groups`).

    Its progress is counted in steps; its result is the scores of the generated rows.

    Attributes:
        steps_per_epoch: steps in one pass over the rows.
        device: where it was computed.
        engine: what computed it.
        d_loss: last D loss.
        g_loss: last G loss.
        until_step: where to pause again while it is advanced by a few steps, else None.
        parent_step: the parent's step after which it was forked.
        unbroken_from: the first attempt since which no stored step has been undone.
        labels: for a group, those of its members.
    """

    steps_per_epoch: int
    device: str | None
    engine: str | None
    d_loss: float | None
    g_loss: float | None
    until_step: int | None
    parent_step: int | None
    unbroken_from: int
    labels: tuple[str, ...] = ()

    @property
    def members(self) -> int:
        """The number of members of a group; 1 for a training."""
        return max(1, len(self.labels))

    @property
    def differs_in_seed(self) -> bool:
        """Whether it is a group whose members differ only in their seeds."""
        return self.is_group and all(re.fullmatch(r"seed \d+", label) for label in self.labels)

    @property
    def step(self) -> int:
        """Steps done and stored."""
        return self.progress

    @property
    def total_steps(self) -> int:
        """Steps when finished."""
        return self.total

    @property
    def is_group(self) -> bool:
        """Whether it stands for several trainings."""
        return self.kind == GROUP

    @cached_property
    def config(self) -> ExperimentConfig:
        """The experiment; for a group, its first member's."""
        return ExperimentConfig.from_json(self.spec_json)

    @cached_property
    def edits(self) -> list[dict[str, Any]]:
        """The changes made while it trained: ``{"step": n, "set": {...}}`` each.

        Does not build the whole config, because live views need it several times a second.
        """
        return json.loads(self.spec_json).get("schedule", [])

    @property
    def is_stepping(self) -> bool:
        """Whether it does a few steps and pauses again; shown as paused."""
        return self.until_step is not None and self.is_active

    @property
    def shown_status(self) -> str:
        """The status shown to users: a run between single steps is paused."""
        return PAUSED if self.is_stepping else self.status

    @cached_property
    def scores(self) -> ScoreReport | None:
        """Scores of the generated rows, None before the end."""
        return ScoreReport.from_dict(self.result) if self.result else None

    @property
    def epoch(self) -> int:
        """The epoch that `step` belongs to, counted from 1; 0 before the first step."""
        return -(-self.step // self.steps_per_epoch)


def check_id(job_id: object) -> str:
    """Refuse what cannot be an id, as found in a link.

    Raises:
        RunNotFoundError: it cannot.
    """
    if not isinstance(job_id, str) or not re.fullmatch(r"[A-Za-z0-9_-]{12}", job_id):
        shown = str(job_id)[:30]
        raise RunNotFoundError(
            f"{shown!r} is not the id of a run: an id is 12 letters, digits, - or _. "
            "Check the link, or choose a run on the Runs page."
        )
    return job_id
