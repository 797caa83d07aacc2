"""Who may see and touch which job. The one place that decides it; the store asks it."""

from typing import Protocol

from gan_core.store.model import Job

EVERYBODY = "everybody"  # the user, and so the owner of jobs, on a server that knows no users


class Rule(Protocol):
    """Decides for a user and a job."""

    def may_see(self, user: str, job: Job) -> bool:
        """Whether a user may look at a job. One who may not is told that there is none."""
        ...

    def may_change(self, user: str, job: Job) -> bool:
        """Whether a user who sees it may steer, rename or delete it."""
        ...


class Everybody:
    """Everybody on this server sees and changes every job."""

    def may_see(self, user: str, job: Job) -> bool:
        """Yes, for now."""
        return True

    def may_change(self, user: str, job: Job) -> bool:
        """Yes, for now."""
        return True


RULE: Rule = Everybody()
