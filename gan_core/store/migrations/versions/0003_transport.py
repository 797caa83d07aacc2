"""Runs that are advanced by a few steps, edited while they train, and forked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns to runs."""
    op.add_column("runs", sa.Column("until_step", sa.Integer))
    op.add_column("runs", sa.Column("edit", sa.Text))
    op.add_column("runs", sa.Column("parent_id", sa.String(40)))
    op.add_column("runs", sa.Column("parent_step", sa.Integer))
    op.add_column(
        "runs", sa.Column("unbroken_from", sa.Integer, nullable=False, server_default="0")
    )
    op.execute("UPDATE runs SET unbroken_from = attempt")
