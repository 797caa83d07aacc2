"""Groups of runs that differ in their seeds, both players live, and snapshots."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns to runs and two tables."""
    op.add_column("runs", sa.Column("group_id", sa.String(40)))
    op.add_column("runs", sa.Column("members", sa.Integer, nullable=False, server_default="1"))
    op.add_column("runs", sa.Column("watched_at", sa.Float))
    op.create_index("ix_runs_group", "runs", ["group_id"])
    op.create_table(
        "players",
        _run_id(),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "snapshots",
        _run_id(),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _run_id() -> sa.Column[str]:
    parent = sa.ForeignKey("runs.id", ondelete="CASCADE")
    return sa.Column("run_id", sa.String(40), parent, primary_key=True)
