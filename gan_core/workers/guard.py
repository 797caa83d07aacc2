"""Sees to it that a job keeps within its server's limits while it is worked on."""

import time
from collections.abc import Callable

from gan_core.errors import LimitError
from gan_core.limits import Limits
from gan_core.store.context import Context
from gan_core.store.model import Job

MEASURED_SECONDS = 30.0  # for which a job has to be seen before its speed is known


class Guard:
    """Asks a job that passes a limit to rest, as people ask: it is stored, and can be resumed."""

    def __init__(
        self, context: Context, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._context, self._limits, self._clock = context, limits, clock
        self._began = clock()
        self._first: tuple[float, int] | None = None  # before there was progress

    def look(self, job: Job) -> None:
        """Look at the job in its current state; to be called every second or so."""
        now = self._clock()
        try:
            self._limits.check_wall(now - self._began)
            self._check_speed(job, now)
        except LimitError as error:
            self._context.ask_to_rest("stop", str(error))
            return
        try:
            self._limits.check_disk(self._context.database.free_bytes())
        except LimitError as error:
            self._context.ask_to_rest("pause", f"{error} Then resume it.")

    def _check_speed(self, job: Job, now: float) -> None:
        if self._first is None or job.progress <= self._first[1]:
            self._first = (now, job.progress)  # it is still starting, or compiled
            return
        since, before = self._first
        if now - since >= MEASURED_SECONDS:
            rate = (job.progress - before) / (now - since)
            self._limits.check_rest((job.total - job.progress) / rate)
