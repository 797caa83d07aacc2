"""Extremes and sums of the intervals of a long history, kept beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add a table. Stored runs get their levels when they continue."""
    parent = sa.ForeignKey("jobs.id", ondelete="CASCADE")
    op.create_table(
        "history_levels",
        sa.Column("run_id", sa.String(40), parent, primary_key=True),
        sa.Column("index", sa.Integer, primary_key=True),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("n_columns", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
