"""People's phone numbers, questions about lots and demands, and the conversation of a transfer.

A message is never changed or removed: triggers refuse it, as they do for the audit and the ledger.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011_talk"
down_revision = "0010_matching"
branch_labels = None
depends_on = None

SHOWN = "phone_shown IN ('never', 'transfer', 'members')"


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


def upgrade() -> None:
    number = sa.Column("phone", sa.String(length=16), nullable=False, server_default="", comment="+31655551234; empty: none")
    op.add_column("person", number)
    # with its CHECK in one statement: SQLite adds none to a table that is there
    op.execute(
        "ALTER TABLE person ADD COLUMN phone_shown VARCHAR(8) DEFAULT 'never' NOT NULL "
        f"CONSTRAINT ck_person_phone_shown CHECK ({SHOWN})"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("COMMENT ON COLUMN person.phone_shown IS 'to whom'")
    create_question()
    create_message()


def key(table: str, column: str, to: str, **options: Any) -> sa.ForeignKeyConstraint:
    """A foreign key under its usual name."""
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), **options)


def create_question() -> None:
    """A question about a lot or a demand, and its one answer."""
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=True),
        sa.Column("demand_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False, comment="whose lot or demand it is: who answers"),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="who asks"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who asks, shown within the own organisation only"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="empty: not answered"),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True, comment="person"),
        sa.Column("words", sa.Text(), nullable=False, comment="folded and stemmed words of question and answer, to search"),
        sa.CheckConstraint("(listing_id IS NULL) <> (demand_id IS NULL)", name=op.f("ck_question_about_one")),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name=op.f("ck_question_answered_whole")),
        key("question", "listing_id", "listing", ondelete="CASCADE"),
        key("question", "demand_id", "demand", ondelete="CASCADE"),
        key("question", "owner_id", "organisation"),
        key("question", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_listing_id"), "question", ["listing_id"])
    op.create_index(op.f("ix_question_demand_id"), "question", ["demand_id"])
    op.create_index("ix_question_unanswered", "question", ["owner_id", "answered_at"])
    op.create_index("ix_question_asker", "question", ["person_id", "asked_at"])


def create_message() -> None:
    """What the two sides of a transfer write to each other, and the files of its photos."""
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="which side wrote it"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who wrote it, shown within the own organisation only"),
        sa.Column("text", sa.Text(), nullable=False, comment="empty: a photo alone"),
        sa.Column("files", sa.Text(), nullable=True, comment="of its photo: variant to name, width and height"),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("text <> '' OR files IS NOT NULL", name=op.f("ck_message_says_something")),
        key("message", "reservation_id", "reservation"),
        key("message", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_reservation_id"), "message", ["reservation_id"])
    op.create_index("ix_message_writer", "message", ["person_id", "sent_at"])
    refuse_changes("message")
    op.create_table(
        "message_file",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False, autoincrement=False),
        key("message_file", "message_id", "message"),
        sa.PrimaryKeyConstraint("name", "message_id", name=op.f("pk_message_file")),
    )
    op.create_index(op.f("ix_message_file_message_id"), "message_file", ["message_id"])
    refuse_changes("message_file")


def downgrade() -> None:
    drop_append_only("message_file")
    drop_append_only("message")
    op.drop_table("question")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_person_phone_shown", "person")
    op.drop_column("person", "phone_shown")
    op.drop_column("person", "phone")
