"""The tables of the store. Change them only together with a new migration."""

import sqlalchemy as sa

HEAD = "0007"  # the newest migration in migrations/versions

metadata = sa.MetaData()

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("want", sa.String(10), nullable=False, server_default=""),  # "", "pause", "stop"
    sa.Column("want_at", sa.Float),
    sa.Column("spec", sa.Text, nullable=False),  # JSON; for a training, its config
    sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
    sa.Column("dispatcher", sa.String(40)),
    sa.Column("worker_pid", sa.Integer),
    sa.Column("created_at", sa.Float, nullable=False),  # seconds since 1970, as all times here
    sa.Column("queued_at", sa.Float),
    sa.Column("started_at", sa.Float),
    sa.Column("ended_at", sa.Float),
    sa.Column("progress", sa.Integer, nullable=False, server_default="0"),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("rate", sa.Float),  # progress per second
    sa.Column("result", sa.Text),  # JSON; for a training, its scores
    sa.Column("group_id", sa.String(40)),  # the group that it is a member of
    sa.Column("parent_id", sa.String(40)),  # the job that this one continues from
    sa.Column("kind", sa.String(40), nullable=False, server_default="training"),
    sa.Column("label", sa.String(120), nullable=False, server_default=""),  # of a member
    sa.Column("priority", sa.Integer, nullable=False, server_default="1"),  # the lowest first
    sa.Column("heartbeat_at", sa.Float),  # when its worker last reported that it is alive
    sa.Column("deleted_at", sa.Float),  # since when nobody sees it; erased a day later
    sa.Index("ix_jobs_queue", "status", "priority", "queued_at", "id"),
    sa.Index("ix_jobs_group", "group_id"),
)

# Single steps jump the queue: someone is waiting in front of the screen. Then come jobs in the
# order in which they were put into it, and the later members of groups when nobody else waits.
SINGLE_STEPS, ALONE, MEMBER = 0, 1, 2
QUEUE_ORDER = (jobs.c.priority, jobs.c.queued_at, jobs.c.id)  # among one owner's, see `turns`

trainings = sa.Table(
    "trainings",
    metadata,
    sa.Column("job_id", sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("steps_per_epoch", sa.Integer, nullable=False),
    sa.Column("device", sa.String(80)),
    sa.Column("engine", sa.String(20)),
    sa.Column("d_loss", sa.Float),
    sa.Column("g_loss", sa.Float),
    sa.Column("watched_at", sa.Float),  # when somebody last looked at its networks
    sa.Column("until_step", sa.Integer),  # where an advance by a few steps pauses again
    sa.Column("edit", sa.Text),  # requested changes of settings, as JSON
    sa.Column("parent_step", sa.Integer),
    # The first attempt since which no stored step was undone.
    sa.Column("unbroken_from", sa.Integer, nullable=False, server_default="0"),
    sa.Column("speed", sa.Integer),  # updates per second; NULL: as fast as possible
    sa.Column("player", sa.String(80)),  # who plays it in slow motion or by single steps
    sa.Column("is_played", sa.Boolean, nullable=False, server_default=sa.false()),  # in slow motion
    sa.Column("asked_at", sa.Float),  # when the last steps that the player asked for were due
)

chunks = sa.Table(
    "chunks",
    metadata,
    sa.Column("run_id", sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("first_step", sa.Integer, nullable=False),
    sa.Column("last_step", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),  # little-endian float32, (n_steps, columns)
    sa.Index("ix_chunks_run_step", "run_id", "last_step"),
)

# For a history of more than a few thousand steps: extremes and sums of buckets of 2^level steps.
history_levels = sa.Table(
    "history_levels",
    metadata,
    sa.Column("run_id", sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("index", sa.Integer, primary_key=True),  # of a page of buckets
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("n_columns", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),  # of `levels.bucket_type`
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("run_id", sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),  # safetensors
)

previews = sa.Table(
    "previews",
    metadata,
    sa.Column("run_id", sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("n_rows", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),  # float32 little-endian, original units
)

players = sa.Table(
    "players",
    metadata,
    sa.Column("run_id", sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),  # safetensors: weights of both networks
)

snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("run_id", sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),  # a whole checkpoint, safetensors
)

# Tables that refer to a job, and are deleted with it.
OF_A_JOB = (trainings, chunks, history_levels, checkpoints, previews, players, snapshots)

dispatchers = sa.Table(
    "dispatchers",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("device", sa.String(80), nullable=False),
    sa.Column("torch_version", sa.String(40), nullable=False),
    sa.Column("seen_at", sa.Float, nullable=False),
)
