"""The store of jobs: the only thing that the web server, the viewer and the workers share."""

import sqlalchemy as sa

from gan_core.store.access import Rule
from gan_core.store.creation import Creation
from gan_core.store.database import Database, database_url
from gan_core.store.discarding import Discarding
from gan_core.store.trainings import Trainings


class Store(Creation, Trainings, Discarding):
    """Jobs as users handle them: create, read, steer, delete."""

    @classmethod
    def open(cls, url: str | sa.URL | None = None) -> "Store":
        """Open the store, creating or migrating its tables.

        Raises:
            StoreError: it cannot be used; the message says why.
        """
        database = Database(url or database_url())
        database.prepare()
        return cls(database)

    def for_user(self, user: str, rule: Rule | None = None) -> "Store":
        """The store for a user: each verb refuses what the rule, by default its own, forbids."""
        return type(self)(self.database, self.limits, user, rule or self._rule)
