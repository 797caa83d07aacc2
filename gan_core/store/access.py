"""Who may see and touch which job. The one place that decides it; the store asks it."""

from gan_core.store.model import Job

EVERYBODY = "everybody"  # the user, and so the owner of jobs, on a server that knows no users


class Rule:
    """Decides for a user and a job. This one: everybody on this server may do everything."""

    def may_see(self, user: str, job: Job) -> bool:
        """Whether a user may look at a job. One who may not is told that there is none."""
        return True

    def may_change(self, user: str, job: Job) -> bool:
        """Whether a user who sees it may steer, rename or delete it."""
        return True


RULE = Rule()
