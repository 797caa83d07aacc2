"""Speed of a run, and who plays it, kept with the run."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add columns beside the training. Stored runs go at full speed, as they did."""
    op.add_column("trainings", sa.Column("speed", sa.Integer))
    op.add_column("trainings", sa.Column("player", sa.String(80)))
    op.add_column(
        "trainings",
        sa.Column("is_played", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.add_column("trainings", sa.Column("asked_at", sa.Float))
