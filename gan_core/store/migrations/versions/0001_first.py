"""The first schema: runs, their chunks of history, checkpoints, previews, and dispatchers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables. Written out, because `schema.py` keeps changing."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("want", sa.String(10), nullable=False, server_default=""),
        sa.Column("want_at", sa.Float),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("dispatcher", sa.String(40)),
        sa.Column("worker_pid", sa.Integer),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("queued_at", sa.Float),
        sa.Column("started_at", sa.Float),
        sa.Column("ended_at", sa.Float),
        sa.Column("step", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total_steps", sa.Integer, nullable=False),
        sa.Column("steps_per_epoch", sa.Integer, nullable=False),
        sa.Column("rate", sa.Float),
        sa.Column("device", sa.String(80)),
        sa.Column("engine", sa.String(20)),
        sa.Column("d_loss", sa.Float),
        sa.Column("g_loss", sa.Float),
        sa.Column("scores", sa.Text),
    )
    op.create_index("ix_runs_status_queued", "runs", ["status", "queued_at", "id"])
    _create_results()


def _create_results() -> None:
    op.create_table(
        "chunks",
        _run_id(),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("first_step", sa.Integer, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_chunks_run_step", "chunks", ["run_id", "last_step"])
    op.create_table(
        "checkpoints",
        _run_id(),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "previews",
        _run_id(),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("n_rows", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "dispatchers",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("device", sa.String(80), nullable=False),
        sa.Column("torch_version", sa.String(40), nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
    )


def _run_id() -> sa.Column[str]:
    parent = sa.ForeignKey("runs.id", ondelete="CASCADE")
    return sa.Column("run_id", sa.String(40), parent, primary_key=True)
