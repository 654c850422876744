"""Pairs of listing and demand that were told or proposed, so that nobody hears of one twice.

And the list of changes, for systems that keep a copy. Its triggers stand on tables of several rooms, so it comes last.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_matching"
down_revision = "0009_exchange"
branch_labels = None
depends_on = None

# whose change is whose: table, what has changed, by which column, and the column that names its organisation
NOTED = (
    ("listing", "listing", "id", "organisation_id"),
    ("photo", "listing", "listing_id", ""),
    ("demand", "demand", "id", "organisation_id"),
    ("reservation", "reservation", "id", ""),
    ("reservation", "listing", "listing_id", ""),  # who may know the exact spot
    ("appointment", "reservation", "reservation_id", ""),
    ("terms_version", "reservation", "reservation_id", ""),
)
COLUMNS = "kind, object_id, organisation_id, number, changed_at"
NEXT_NUMBER = "(SELECT coalesce(max(number), 0) + 1 FROM object_change)"
AGAIN = (
    "ON CONFLICT (kind, object_id) DO UPDATE SET number = excluded.number, changed_at = excluded.changed_at, "
    "organisation_id = coalesce(excluded.organisation_id, object_change.organisation_id)"
)
NOTE = f"INSERT INTO object_change ({COLUMNS}) VALUES ('{{kind}}', {{key}}, {{owner}}, {NEXT_NUMBER}, {{now}}) {AGAIN}"  # noqa: S608  nobody's words
SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"
POSTGRESQL_NOW = "clock_timestamp() AT TIME ZONE 'UTC'"
NOTE_CHANGE = f"""
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
    PERFORM pg_advisory_xact_lock(7346211841);
    INSERT INTO object_change ({COLUMNS}) VALUES (
        TG_ARGV[0], (changed ->> TG_ARGV[1])::integer, (changed ->> TG_ARGV[2])::integer, {NEXT_NUMBER}, {POSTGRESQL_NOW}
    ) {AGAIN};
    RETURN NULL;
END $$
"""  # noqa: S608  nobody's words


def bridge() -> None:
    """Add to a database of commit c986f87 what came since."""
    create_changes()
    note_what_is_there()


def upgrade() -> None:
    op.create_table(
        "match_told",
        sa.Column("listing_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("demand_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_match_told_demand_id_demand"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_match_told_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", "demand_id", name=op.f("pk_match_told")),
    )
    op.create_index(op.f("ix_match_told_demand_id"), "match_told", ["demand_id"])
    op.create_table(
        "proposal_made",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="the broker; empty after leaving"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_proposal_made_demand_id_demand"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_proposal_made_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_made")),
        sa.UniqueConstraint("listing_id", "demand_id", name=op.f("uq_proposal_made_listing_id_demand_id")),
    )
    op.create_index(op.f("ix_proposal_made_demand_id"), "proposal_made", ["demand_id"])
    create_changes()


def create_changes() -> None:
    """Create the list of changes, and have the database write it.

    Every change of a listing, a demand or a reservation gets a number that rises as transactions end. SQLite has one writer at a
    time, so the number is taken at once. PostgreSQL takes it when the transaction commits, under a lock that it keeps until that is
    done: what is committed later has a higher number, whenever it began. A later migration that changes rows and then the table says
    SET CONSTRAINTS ALL IMMEDIATE in between; one that copies a table makes its triggers again.
    """
    op.create_table(
        "object_change",
        sa.Column("kind", sa.String(length=11), nullable=False, comment="listing, demand or reservation"),
        sa.Column("object_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="of the last change; higher than any that was committed"),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="whose it is, known also when the row is gone"),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "object_id", name=op.f("pk_object_change")),
        sa.UniqueConstraint("number", name=op.f("uq_object_change_number")),
    )
    op.create_index(op.f("ix_object_change_changed_at"), "object_change", ["changed_at"])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(NOTE_CHANGE)
    for table, kind, key, owner in NOTED:
        if is_postgresql:
            op.execute(
                f"CREATE CONSTRAINT TRIGGER {table}_changes_{kind} AFTER INSERT OR UPDATE OR DELETE ON {table} "
                f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('{kind}', '{key}', '{owner}')"
            )
            continue
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            note = NOTE.format(kind=kind, key=f"{row}.{key}", owner=f"{row}.{owner}" if owner else "NULL", now=SQLITE_NOW)
            op.execute(f"CREATE TRIGGER {table}_changes_{kind}_{event.lower()} AFTER {event} ON {table} BEGIN {note}; END")


def note_what_is_there() -> None:
    """Number what an older database holds, so that whoever copies it from the beginning gets all of it."""
    now = POSTGRESQL_NOW if op.get_bind().dialect.name == "postgresql" else SQLITE_NOW
    for table, kind, key, owner in NOTED:
        if table == kind:
            op.execute(
                f"INSERT INTO object_change ({COLUMNS}) SELECT '{kind}', {key}, {owner or 'NULL'}, "  # noqa: S608  nobody's words
                f"row_number() OVER (ORDER BY {key}) + (SELECT coalesce(max(number), 0) FROM object_change), {now} FROM {table}"
            )


def downgrade() -> None:
    for table, kind, _key, _owner in NOTED:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_changes_{kind} ON {table}")
        else:
            for event in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_changes_{kind}_{event}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION note_change")
    op.drop_table("object_change")
    op.drop_table("proposal_made")
    op.drop_table("match_told")
