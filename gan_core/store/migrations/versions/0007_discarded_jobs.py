"""When a job was discarded: it can be brought back for a day."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add a column, which is empty: nothing that is stored was discarded."""
    op.add_column("jobs", sa.Column("deleted_at", sa.Float))
