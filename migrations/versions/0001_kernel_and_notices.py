"""Turns of jobs, long tasks, the audit, and notices with their deliveries.

The audit is append-only by trigger. The tables of Huey's queue on PostgreSQL are made here, so that the worker's role need not make tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_kernel_and_notices"
down_revision = None
branch_labels = None
depends_on = None

HUEY = (
    "CREATE TABLE huey_kv (queue text NOT NULL, key text NOT NULL, value bytea NOT NULL, PRIMARY KEY (queue, key))",
    "CREATE TABLE huey_schedule (id bigserial PRIMARY KEY, queue text NOT NULL, data bytea NOT NULL, timestamp float8 NOT NULL)",
    "CREATE INDEX huey_schedule_queue_timestamp ON huey_schedule (queue, timestamp)",
    "CREATE TABLE huey_task (id bigserial PRIMARY KEY, queue text NOT NULL, data bytea NOT NULL, priority float8 NOT NULL DEFAULT 0)",
    "CREATE INDEX huey_task_queue_priority_id ON huey_task (queue, priority DESC, id)",
    "CREATE TABLE huey_counter (queue text NOT NULL, key text NOT NULL, value bigint NOT NULL DEFAULT 0, PRIMARY KEY (queue, key))",
)
HUEY_TABLES = ("huey_counter", "huey_task", "huey_schedule", "huey_kv")


def refuse_changes(table: str) -> None:
    """Refuse updates and deletes. On PostgreSQL TRUNCATE too; on SQLite `recursive_triggers` guards against REPLACE."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def drop_append_only(table: str) -> None:
    """Drop the table with its triggers, and on PostgreSQL the function that they call."""
    op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {table}_append_only")


def bridge() -> None:
    """Add to a database of commit c986f87 what came since."""
    create_task()


def create_task() -> None:
    """Create the table of long tasks."""
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who started it; empty: the operator"),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False, comment="steps that were taken"),
        sa.Column("total", sa.Integer(), nullable=True, comment="steps that there are; empty: not known yet"),
        sa.Column("checkpoint", sa.Text(), nullable=True, comment="from where it goes on after an interruption"),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False, comment="why it failed; empty: it did not"),
        sa.Column("worker", sa.String(length=80), nullable=True, comment="machine, process and a word of its own"),
        sa.Column("leased_until", sa.DateTime(), nullable=True, comment="after this the worker is taken for dead"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="workers that began with it since its last step"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True, comment="when a worker first began with it"),
        sa.Column("cancel_requested_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_task_state")),
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name=op.f("ck_task_done_within_total")),
        sa.CheckConstraint(
            "(state = 'running') = (worker IS NOT NULL AND leased_until IS NOT NULL)", name=op.f("ck_task_running_has_worker")
        ),
        sa.CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name=op.f("ck_task_over_is_finished")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_person", "task", ["person_id", "id"])
    op.create_index("ix_task_state", "task", ["state", "id"])


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
    create_task()
    if op.get_bind().dialect.name == "postgresql":
        for statement in HUEY:
            op.execute(statement)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=False, comment="done or refused"),
        sa.Column("origin", sa.String(length=10), nullable=False, comment="web, api, cli or job"),
        sa.Column(
            "person_id",
            sa.Integer(),
            nullable=True,
            comment="an id and no name: erasing a person empties the person's own row only",
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_index("ix_audit_object", "audit", ["object_type", "object_id"])
    refuse_changes("audit")
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False, comment="ids and plain values for the template; no secret"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="recipient"),
        sa.Column(
            "organisation_id",
            sa.Integer(),
            nullable=True,
            comment="recipient organisation: everyone who works on transfers there",
        ),
        sa.Column("email", sa.String(length=254), nullable=True, comment="recipient without an account: an invitation"),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("spread_at", sa.DateTime(), nullable=True, comment="when its deliveries were made; empty: not yet"),
        sa.Column(
            "is_history",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="loaded from before: counts as read, and nobody wants mail about it",
        ),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR organisation_id IS NOT NULL OR email IS NOT NULL", name=op.f("ck_notice_has_recipient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_organisation", "notice", ["organisation_id", "id"])
    op.create_index("ix_notice_person", "notice", ["person_id", "id"])
    op.create_index("ix_notice_spread", "notice", ["spread_at", "id"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True, comment="reader without an account"),
        sa.Column("cadence", sa.String(length=7), nullable=False),
        sa.Column("digest", sa.Integer(), nullable=True, comment="first delivery of the digest that this one belongs to"),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False, comment="from when it should have gone out"),
        sa.Column("next_try_at", sa.DateTime(), nullable=False),
        sa.Column("leased_until", sa.DateTime(), nullable=True, comment="a worker is busy with it until then"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("dead_at", sa.DateTime(), nullable=True, comment="given up: an administrator looks at it"),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.CheckConstraint("cadence IN ('at_once', 'daily', 'weekly')", name=op.f("ck_delivery_cadence")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dead', 'dropped')", name=op.f("ck_delivery_state")),
        sa.CheckConstraint("person_id IS NOT NULL OR email IS NOT NULL", name=op.f("ck_delivery_has_reader")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id_notice"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("notice_id", "email", name="uq_delivery_email"),
        sa.UniqueConstraint("notice_id", "person_id", name="uq_delivery_person"),
    )
    op.create_index("ix_delivery_digest", "delivery", ["digest"])
    op.create_index("ix_delivery_due", "delivery", ["state", "next_try_at"])
    op.create_index("ix_delivery_reader", "delivery", ["person_id", "state"])
    op.create_table(
        "notice_reader",
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("read_until", sa.Integer(), nullable=False, comment="id of a notice: it and everything before it is read"),
        sa.Column("read_until_at", sa.DateTime(), nullable=True),
        sa.Column("digest_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_reader")),
    )
    op.create_table(
        "notice_read",
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("notice_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_read_notice_id_notice"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "notice_id", name=op.f("pk_notice_read")),
    )
    op.create_index("ix_notice_read_notice_id", "notice_read", ["notice_id"])
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("cadence", sa.String(length=7), nullable=False),
        sa.CheckConstraint("cadence IN ('at_once', 'daily', 'weekly', 'never')", name=op.f("ck_notice_preference_cadence")),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_preference")),
    )


def downgrade() -> None:
    op.drop_table("notice_preference")
    op.drop_table("notice_read")
    op.drop_table("notice_reader")
    op.drop_table("delivery")
    op.drop_table("notice")
    drop_append_only("audit")
    if op.get_bind().dialect.name == "postgresql":
        for table in HUEY_TABLES:
            op.execute(f"DROP TABLE {table}")
    op.drop_table("task")
    op.drop_table("job_run")
