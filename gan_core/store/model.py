"""What a run is, as everybody sees it: the server, the pages, the dispatcher."""

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


@dataclass(frozen=True)
class Run:
    """One kept training.

    Attributes:
        id: random and unguessable; part of its link.
        owner: who started it.
        name: for people; can be changed.
        status: one of `STATUSES`.
        reason: why it failed, else empty.
        want: what a running one was asked to do: "", "pause" or "stop".
        config_json: the experiment.
        attempt: how often a worker was started for it.
        worker_pid: process id of the last worker, None before the first.
        created_at: when it was made, seconds since 1970; the other times likewise.
        queued_at: when it was last put into the queue.
        started_at: when its last attempt began.
        ended_at: when it left the worker.
        step: steps done and stored.
        total_steps: steps when finished.
        steps_per_epoch: steps in one pass over the rows.
        rate: steps a second, None before the first.
        device: where it was computed.
        engine: what computed it.
        d_loss: last D loss.
        g_loss: last G loss.
        scores_json: quality of the generated rows, None before the end.
        group_id: the run that this one repeats with another seed, None if it stands for itself.
        members: runs in its group with itself; 1 if nothing repeats it. Of a run with more the
            status, progress and losses are those of the group (see `gan_core.store.groups`).
        until_step: where it is to rest again while it is advanced by a few steps, else None.
        parent_id: the run that this one was forked from, None for most.
        parent_step: after which of that run's steps it was forked.
        unbroken_from: the first attempt since which no stored step was undone.
    """

    id: str
    owner: str
    name: str
    status: str
    reason: str
    want: str
    config_json: str
    attempt: int
    worker_pid: int | None
    created_at: float
    queued_at: float | None
    started_at: float | None
    ended_at: float | None
    step: int
    total_steps: int
    steps_per_epoch: int
    rate: float | None
    device: str | None
    engine: str | None
    d_loss: float | None
    g_loss: float | None
    scores_json: str | None
    group_id: str | None = None
    members: int = 1
    until_step: int | None = None
    parent_id: str | None = None
    parent_step: int | None = None
    unbroken_from: int = 0

    @cached_property
    def config(self) -> ExperimentConfig:
        """The experiment."""
        return ExperimentConfig.from_json(self.config_json)

    @cached_property
    def edits(self) -> list[dict[str, Any]]:
        """What was changed while it trained: ``{"step": n, "set": {...}}`` each.

        Without making the whole config, because live views ask for it several times a second.
        """
        return json.loads(self.config_json).get("schedule", [])

    @property
    def is_stepping(self) -> bool:
        """Whether it does a few steps, to rest again at once; people call that paused."""
        return self.until_step is not None and self.is_active

    @property
    def shown_status(self) -> str:
        """The status as people see it: a run that stands between single steps is paused."""
        return PAUSED if self.is_stepping else self.status

    @cached_property
    def scores(self) -> ScoreReport | None:
        """Quality of the generated rows, None before the end."""
        return ScoreReport.from_dict(json.loads(self.scores_json)) if self.scores_json else None

    @property
    def epoch(self) -> int:
        """The epoch that `step` belongs to, counted from 1; 0 before the first step."""
        return -(-self.step // self.steps_per_epoch)

    @property
    def is_active(self) -> bool:
        """Whether it trains or waits to."""
        return self.status in ACTIVE

    @property
    def can_resume(self) -> bool:
        """Whether it can go on from its last checkpoint."""
        return self.status in RESUMABLE

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to the end, None when not known."""
        if self.status != RUNNING or not self.rate:
            return None
        return (self.total_steps - self.step) / self.rate


def check_id(run_id: object) -> str:
    """Refuse what cannot be an id, as found in a link.

    Raises:
        RunNotFoundError: it cannot.
    """
    if not isinstance(run_id, str) or not re.fullmatch(r"[A-Za-z0-9_-]{12}", run_id):
        shown = str(run_id)[:30]
        raise RunNotFoundError(
            f"{shown!r} is not the id of a run: an id is 12 letters, digits, - or _. "
            "Check the link, or choose a run on the Runs page."
        )
    return run_id
