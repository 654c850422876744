"""A photo may stand at an unfinished lot, and one that was taken away can be put back. Numbers of unfinished work are used once."""

import sqlalchemy as sa
from alembic import op

revision = "0012_photos_first"
down_revision = "0011_talk"
branch_labels = None
depends_on = None

COLUMNS = "kind, object_id, organisation_id, number, changed_at"
NOTE = (
    f"INSERT INTO object_change ({COLUMNS}) VALUES ('listing', {{row}}.listing_id, NULL, "  # noqa: S608  nobody's words
    "(SELECT coalesce(max(number), 0) + 1 FROM object_change), strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') "
    "ON CONFLICT (kind, object_id) DO UPDATE SET number = excluded.number, changed_at = excluded.changed_at, "
    "organisation_id = coalesce(excluded.organisation_id, object_change.organisation_id)"
)
EVENTS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
TRIGGER = (
    "CREATE CONSTRAINT TRIGGER {name} AFTER {events} ON photo DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {when}"
    "EXECUTE FUNCTION note_change('listing', 'listing_id', '')"
)


def upgrade() -> None:
    drop_triggers()
    # SQLite gives the number of a row that is gone to the next one, unless the table is made to count on
    with op.batch_alter_table("sketch", recreate=anew(), table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(
            sa.Column(
                "version", sa.Integer(), server_default="1", nullable=False, comment="raised by every change of the answers"
            )
        )
    with op.batch_alter_table("photo") as table:
        table.alter_column("listing_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(
            sa.Column("sketch_id", sa.Integer(), nullable=True, comment="until the unfinished lot is a draft listing")
        )
        table.add_column(sa.Column("removed_at", sa.DateTime(), nullable=True, comment="taken away; can be put back for a day"))
        table.create_foreign_key(op.f("fk_photo_sketch_id_sketch"), "sketch", ["sketch_id"], ["id"], ondelete="CASCADE")
        table.create_index(op.f("ix_photo_sketch_id"), ["sketch_id"])
        table.create_check_constraint(op.f("ck_photo_one_owner"), "(listing_id IS NULL) <> (sketch_id IS NULL)")
    if op.get_bind().dialect.name == "postgresql":
        for name, events, row in (
            ("photo_changes_listing", "INSERT OR UPDATE", "NEW"),
            ("photo_leaves_listing", "DELETE", "OLD"),
        ):
            op.execute(TRIGGER.format(name=name, events=events, when=f"WHEN ({row}.listing_id IS NOT NULL) "))
        return
    for event, row in EVENTS:
        op.execute(
            f"CREATE TRIGGER photo_changes_listing_{event.lower()} AFTER {event} ON photo WHEN {row}.listing_id IS NOT NULL "
            f"BEGIN {NOTE.format(row=row)}; END"
        )


def anew() -> str:
    """Whether a table is copied to change it: only on SQLite."""
    return "always" if op.get_bind().dialect.name == "sqlite" else "never"


def drop_triggers() -> None:
    """Take the triggers off the photos: on SQLite a table that is copied leaves them behind."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER photo_changes_listing ON photo")
        return
    for event, _row in EVENTS:
        op.execute(f"DROP TRIGGER photo_changes_listing_{event.lower()}")


def downgrade() -> None:
    drop_triggers()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER photo_leaves_listing ON photo")
    op.execute("DELETE FROM photo WHERE listing_id IS NULL OR removed_at IS NOT NULL")
    op.execute("DELETE FROM photo_file WHERE photo_id NOT IN (SELECT id FROM photo)")
    with op.batch_alter_table("photo") as table:
        table.drop_constraint(op.f("ck_photo_one_owner"), type_="check")
        table.drop_index(op.f("ix_photo_sketch_id"))
        table.drop_constraint(op.f("fk_photo_sketch_id_sketch"), type_="foreignkey")
        table.drop_column("removed_at")
        table.drop_column("sketch_id")
        table.alter_column("listing_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("sketch", recreate=anew(), table_kwargs={"sqlite_autoincrement": False}) as table:
        table.drop_column("version")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(TRIGGER.format(name="photo_changes_listing", events="INSERT OR UPDATE OR DELETE", when=""))
        return
    for event, row in EVENTS:
        op.execute(
            f"CREATE TRIGGER photo_changes_listing_{event.lower()} AFTER {event} ON photo BEGIN {NOTE.format(row=row)}; END"
        )
