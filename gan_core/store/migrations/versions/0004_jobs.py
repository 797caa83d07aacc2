"""Jobs of any kind with trainings beside them; a group is a job of its own."""

import json
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

RENAMED = {"config": "spec", "step": "progress", "total_steps": "total", "scores": "result"}
OF_A_TRAINING = (
    "steps_per_epoch",
    "device",
    "engine",
    "d_loss",
    "g_loss",
    "watched_at",
    "until_step",
    "edit",
    "parent_step",
    "unbroken_from",
)
DATA = ("chunks", "checkpoints", "previews", "players", "snapshots")


def upgrade() -> None:
    """Rename in place, so that references to runs stay valid; then divide."""
    op.drop_index("ix_runs_status_queued", "runs")
    op.drop_index("ix_runs_group", "runs")
    op.rename_table("runs", "jobs")
    for old, new in RENAMED.items():
        op.alter_column("jobs", old, new_column_name=new)
    kind = sa.Column("kind", sa.String(40), nullable=False, server_default="training")
    op.add_column("jobs", kind)
    op.add_column("jobs", sa.Column("label", sa.String(120), nullable=False, server_default=""))
    op.add_column("jobs", sa.Column("priority", sa.Integer, nullable=False, server_default="1"))
    op.add_column("jobs", sa.Column("heartbeat_at", sa.Float))
    _divide_groups(op.get_bind())
    _create_trainings()
    op.execute("UPDATE jobs SET priority = 0 WHERE until_step IS NOT NULL")
    columns = ", ".join(OF_A_TRAINING)
    op.execute(
        f"INSERT INTO trainings (job_id, {columns}) "
        f"SELECT id, {columns} FROM jobs WHERE kind = 'training'"
    )
    for column in (*OF_A_TRAINING, "members"):
        op.drop_column("jobs", column)
    op.create_index("ix_jobs_queue", "jobs", ["status", "priority", "queued_at", "id"])
    op.create_index("ix_jobs_group", "jobs", ["group_id"])
    if op.get_bind().dialect.name == "postgresql":
        _notify()


def _create_trainings() -> None:
    job = sa.ForeignKey("jobs.id", ondelete="CASCADE")
    op.create_table(
        "trainings",
        sa.Column("job_id", sa.String(40), job, primary_key=True),
        sa.Column("steps_per_epoch", sa.Integer, nullable=False),
        sa.Column("device", sa.String(80)),
        sa.Column("engine", sa.String(20)),
        sa.Column("d_loss", sa.Float),
        sa.Column("g_loss", sa.Float),
        sa.Column("watched_at", sa.Float),
        sa.Column("until_step", sa.Integer),
        sa.Column("edit", sa.Text),
        sa.Column("parent_step", sa.Integer),
        sa.Column("unbroken_from", sa.Integer, nullable=False, server_default="0"),
    )


def _divide_groups(db: sa.Connection) -> None:
    """The first member stood for its group: the group keeps its id, the member gets a new one."""
    jobs = sa.Table("jobs", sa.MetaData(), autoload_with=db)
    for lead in db.execute(sa.select(jobs).where(jobs.c.members > 1)).all():
        others = jobs.select().where(jobs.c.group_id == lead.id).order_by(jobs.c.created_at)
        specs = [lead.spec, *(row.spec for row in db.execute(others))]
        member = {**lead._mapping, "id": secrets.token_urlsafe(9), "group_id": lead.id}
        seed = json.loads(lead.spec)["seed"]
        member["name"] = f"{lead.name} · seed {seed}"[:120]
        db.execute(jobs.insert().values(**member))
        for name in DATA:
            data = sa.Table(name, sa.MetaData(), sa.Column("run_id"))
            mine = data.c.run_id == lead.id
            db.execute(data.update().where(mine).values(run_id=member["id"]))
        whole = {"kind": "group", "spec": json.dumps({"configs": [json.loads(s) for s in specs]})}
        whole |= {"status": "members", "want": "", "result": None}
        db.execute(jobs.update().where(jobs.c.id == lead.id).values(**whole))
    for row in db.execute(jobs.select().where(jobs.c.group_id.is_not(None))).all():
        first = row.members > 1  # it waits like a single run, the others after everything else
        label = f"seed {json.loads(row.spec)['seed']}"
        change = {"label": label, "priority": 1 if first else 2}
        db.execute(jobs.update().where(jobs.c.id == row.id).values(**change))


def _notify() -> None:
    """A change of status wakes the dispatchers, at the commit."""
    op.execute(
        "CREATE FUNCTION gan_forge_wake() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_notify('gan_forge', ''); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER gan_forge_wake AFTER INSERT OR UPDATE OF status ON jobs "
        "FOR EACH STATEMENT EXECUTE FUNCTION gan_forge_wake()"
    )
