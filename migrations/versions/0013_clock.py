"""Turns of jobs, and on PostgreSQL the tables by which Huey wakes the worker: the worker's own role need not make tables."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WAKING = (
    "CREATE TABLE huey_kv (queue text NOT NULL, key text NOT NULL, value bytea NOT NULL, PRIMARY KEY (queue, key))",
    "CREATE TABLE huey_schedule (id bigserial PRIMARY KEY, queue text NOT NULL, data bytea NOT NULL, timestamp float8 NOT NULL)",
    "CREATE INDEX huey_schedule_queue_timestamp ON huey_schedule (queue, timestamp)",
    "CREATE TABLE huey_task (id bigserial PRIMARY KEY, queue text NOT NULL, data bytea NOT NULL, priority float8 NOT NULL DEFAULT 0)",
    "CREATE INDEX huey_task_queue_priority_id ON huey_task (queue, priority DESC, id)",
    "CREATE TABLE huey_counter (queue text NOT NULL, key text NOT NULL, value bigint NOT NULL DEFAULT 0, PRIMARY KEY (queue, key))",
)


def upgrade() -> None:
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.DateTime(), nullable=False, comment="when this turn began by the timetable"),
        sa.Column("worker", sa.String(length=80), nullable=False, comment="machine, process and a word of its own"),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(), nullable=False, comment="after this the worker is taken for dead"),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False, comment="how many things were done"),
        sa.Column("failure", sa.String(length=500), nullable=False, comment="empty: it ran to its end"),
        sa.CheckConstraint("count >= 0", name=op.f("ck_job_run_count_positive")),
        sa.PrimaryKeyConstraint("name", "slot", name=op.f("pk_job_run")),
    )
    op.create_index("ix_job_run_started_at", "job_run", ["started_at"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in WAKING:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in ("huey_counter", "huey_task", "huey_schedule", "huey_kv"):
            op.execute(f"DROP TABLE {name}")
    op.drop_index("ix_job_run_started_at", table_name="job_run")
    op.drop_table("job_run")
