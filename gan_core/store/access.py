"""Who may see and change which job. Decided only here; the store calls it."""

from gan_core.store.model import Job

EVERYBODY = "everybody"  # the user, and so the owner of jobs, on a server without users


class Rule:
    """Decides for a user and a job. This rule: everybody on this server may do everything."""

    def may_see(self, user: str, job: Job) -> bool:
        """Whether a user may see a job. To others it does not exist."""
        return True

    def may_change(self, user: str, job: Job) -> bool:
        """Whether a user who sees it may steer, rename or delete it."""
        return True


RULE = Rule()
