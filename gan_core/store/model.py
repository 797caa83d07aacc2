"""A job as everybody sees it: the server, the pages, the dispatcher."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gan_core.config import ExperimentConfig
from gan_core.errors import ConfigError, RunNotFoundError
from gan_core.metrics import ScoreReport

QUEUED, RUNNING, PAUSED = "queued", "running", "paused"
STOPPED, FINISHED, FAILED = "stopped", "finished", "failed"
STATUSES = (QUEUED, RUNNING, PAUSED, STOPPED, FINISHED, FAILED)
ACTIVE = (QUEUED, RUNNING)
RESUMABLE = (PAUSED, STOPPED, FAILED)
OF_MEMBERS = "members"  # stored as the status of a group, whose members determine it

TRAINING, GROUP = "training", "group"  # the kinds that the store itself treats specially

AWAY_SECONDS = 180.0  # without a request for steps, after which a player counts as away


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something that is, was or will be worked on."""

    id: str  # random and unguessable; part of its link
    kind: str  # which of `gan_core.jobs.JOBS`
    owner: str
    name: str  # shown on the pages; can be changed
    status: str  # one of `STATUSES`
    reason: str  # why it failed, or why the server let it rest, else empty
    want: str  # what a running one was asked to do: "", "pause" or "stop"
    spec_json: str  # what is to be done
    attempt: int  # how often a worker was started for it
    worker_pid: int | None  # of the last worker
    created_at: float  # seconds since 1970, like all times here
    queued_at: float | None  # when it was last put into the queue
    started_at: float | None  # when its last attempt began
    ended_at: float | None  # when it left the worker
    progress: int  # how much is done and stored
    total: int  # the progress when finished
    rate: float | None  # progress per second
    result_json: str | None  # None before the end
    group_id: str | None  # the group that it is a member of
    parent_id: str | None  # the job that this one continues from
    label: str  # how it differs from the other members of its group, such as "seed 3"
    priority: int  # its class in the queue; see `gan_core.store.schema.QUEUE_ORDER`
    deleted_at: float | None = None  # when it was discarded; it can be restored for a day

    @property
    def shown_status(self) -> str:
        return self.status

    @cached_property
    def spec(self) -> Any:  # noqa: ANN401 - of any kind
        return json.loads(self.spec_json)

    @cached_property
    def result(self) -> Any:  # noqa: ANN401 - of any kind
        return json.loads(self.result_json) if self.result_json else None

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def can_resume(self) -> bool:
        return self.status in RESUMABLE

    def player_at(self, now: float) -> str | None:
        """Who plays it at a time, so that others only watch; only runs can be played."""
        return None

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to the end, None if not known."""
        if self.status != RUNNING or not self.rate:
            return None
        return (self.total - self.progress) / self.rate


@dataclass(frozen=True, kw_only=True)
class Run(Job):
    """One stored training, or a group of them seen as one (see `gan_core.store.groups`).

    Its progress is counted in steps; its result is the scores of the generated rows, of which a
    group has none of its own.
    """

    steps_per_epoch: int
    device: str | None  # where it was computed
    engine: str | None  # what computed it
    d_loss: float | None  # the last one
    g_loss: float | None
    until_step: int | None  # where to pause again while it is advanced by a few steps
    parent_step: int | None  # the parent's step after which it was forked
    unbroken_from: int  # the first attempt since which no stored step has been undone
    speed: int | None  # updates per second; None: as fast as possible
    player: str | None  # who plays it, or did last
    is_played: bool  # in slow motion, as long as the player's browser asks for steps
    asked_at: float | None  # when the last steps that he asked for were due
    labels: tuple[str, ...] = ()  # those of a group's members
    member_results: tuple[str, ...] = ()  # the `result_json` of those that have one

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
        return self.progress

    @property
    def total_steps(self) -> int:
        return self.total

    @property
    def is_group(self) -> bool:
        return self.kind == GROUP

    @cached_property
    def config(self) -> ExperimentConfig:
        """The experiment; for a group, its first member's."""
        return ExperimentConfig.from_json(self.spec_json)

    @cached_property
    def fault(self) -> str:
        """Why its settings cannot be read here, such as a loss that is gone; empty if they can."""
        try:
            _ = self.config
        except ConfigError as error:
            return str(error)
        return ""

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
    def in_slow_motion(self) -> bool:
        """Whether it goes on whenever its player's browser asks for steps."""
        return self.is_played and self.status not in (STOPPED, FINISHED, FAILED)

    def player_at(self, now: float) -> str | None:
        """Who plays it, or has just paused it; nobody once he is away or it has ended."""
        if self.asked_at is None or self.status in (STOPPED, FINISHED, FAILED):
            return None
        # Nearness, not age: a clock that is set back must not keep everybody out.
        return self.player if abs(now - self.asked_at) < AWAY_SECONDS else None

    @property
    def shown_status(self) -> str:
        """The status shown to users: a run between single steps is paused."""
        return PAUSED if self.is_stepping else self.status

    @cached_property
    def scores(self) -> ScoreReport | None:
        """Scores of the generated rows, None before the end."""
        return ScoreReport.from_dict(self.result) if self.result else None

    @cached_property
    def reports(self) -> tuple[ScoreReport, ...]:
        """The scores of the training, or of each member of the group, as far as they have ended."""
        found = self.member_results if self.is_group else filter(None, [self.result_json])
        return tuple(ScoreReport.from_dict(json.loads(result)) for result in found)

    @property
    def epoch(self) -> int:
        """The epoch that `step` belongs to, counted from 1; 0 before the first step."""
        return -(-self.step // self.steps_per_epoch)

    @property
    def epochs(self) -> int:
        return self.total // self.steps_per_epoch


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
