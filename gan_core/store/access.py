"""Who may see and change which job. Decided only here; the store calls it."""

import time
from collections.abc import Callable

from gan_core.store.model import Job

EVERYBODY = "everybody"  # the user, and so the owner of jobs, on a server without users


class Rule:
    """Decides for a user and a job.

    This rule: everybody on this server may do everything, but a run that somebody plays, in slow
    motion or by single steps, is his and its owner's until he has been away for
    `model.AWAY_SECONDS`.
    """

    clock: Callable[[], float] = staticmethod(time.time)

    def may_see(self, user: str, job: Job) -> bool:
        """Whether a user may see a job. To others it does not exist."""
        return True

    def may_change(self, user: str, job: Job) -> bool:
        """Whether a user who sees it may steer, rename or delete it, if nobody else plays it."""
        return True

    def is_played_by_another(self, user: str, job: Job) -> bool:
        """Whether somebody else plays it, so that the user, who is not its owner, only watches."""
        return job.player_at(self.clock()) not in (None, user) and user != job.owner


RULE = Rule()
