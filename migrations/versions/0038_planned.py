"""Supply that is not there yet: between which days it comes free, how sure that is, and every time that those days move.

A reservation of such a lot remembers the days that its holder counts on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038_planned"
down_revision = "0039_passports"
branch_labels = None
depends_on = None

HELD_BEFORE = (
    *("status", "material_id", "condition", "organisation_id"),
    *("public_lat", "public_lon", "public_x_m", "public_y_m", "public_z_m"),
    *("available_from", "available_until", "region_from", "confirmed_on", "published_at", "search_text", "fields"),
)
HELD = (*HELD_BEFORE, "planned")
NOTE = (
    "INSERT INTO listing_change (listing_id, revision) VALUES (NEW.id, 2147483647) "
    "ON CONFLICT (listing_id) DO UPDATE SET revision = 2147483647"
)
HOW_SURE = "'idea', 'budgeted', 'tendered', 'in_execution'"
CERTAINTY = f"certainty IN ({HOW_SURE})"
PLANNED = (
    "(planned AND certainty IS NOT NULL AND earliest IS NOT NULL AND latest IS NOT NULL AND available_from = earliest "
    "AND available_until IS NOT NULL AND available_until = latest AND lot_id IS NULL AND depot_id IS NULL AND transferred = 0) "
    "OR (NOT planned AND certainty IS NULL AND earliest IS NULL AND latest IS NULL)"
)
COUNTS_ON = "(agreed_earliest IS NULL) = (agreed_latest IS NULL)"
ASKED = "confirm_until IS NULL OR agreed_earliest IS NOT NULL"
LET_GO = "NOT dates_declined OR status NOT IN ('offered', 'requested', 'approved', 'handed_over', 'disputed', 'completed')"


def is_sqlite() -> bool:
    """Which of the two databases this is."""
    return op.get_bind().dialect.name == "sqlite"


def note_changes_of(held: tuple[str, ...]) -> None:
    """Write a note of every listing in which one of these changes."""
    op.execute("DROP TRIGGER listing_changed" if is_sqlite() else "DROP TRIGGER listing_changed ON listing")
    differs = "IS NOT" if is_sqlite() else "IS DISTINCT FROM"
    when = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in held)
    event = f"CREATE TRIGGER listing_changed AFTER UPDATE OF {', '.join(held)} ON listing"
    if is_sqlite():
        op.execute(f"{event} WHEN ({when}) BEGIN {NOTE}; END")
    else:
        op.execute(f"{event} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION listing_changed()")


def refuse_changes(table: str) -> None:
    """Refuse updates and deletes. On PostgreSQL TRUNCATE too; on SQLite `recursive_triggers` guards against REPLACE."""
    if is_sqlite():
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


def add_plan() -> None:
    """The columns of a listing. SQLite copies no table for it, so its rules stand with the last column; which is dropped first."""
    op.add_column(
        "listing",
        sa.Column(
            "planned",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="it comes free between earliest and latest",
        ),
    )
    op.add_column("listing", sa.Column("earliest", sa.Date(), nullable=True, comment="of what is planned: the first day"))
    op.add_column("listing", sa.Column("latest", sa.Date(), nullable=True, comment="of what is planned: the last day"))
    if is_sqlite():
        op.execute(
            f"ALTER TABLE listing ADD COLUMN certainty VARCHAR(12) CONSTRAINT ck_listing_certainty CHECK ({CERTAINTY}) "
            f"CONSTRAINT ck_listing_planned CHECK ({PLANNED})"
        )
        return
    op.add_column("listing", sa.Column("certainty", sa.String(length=12), nullable=True, comment="how sure those days are"))
    op.create_check_constraint(op.f("ck_listing_certainty"), "listing", CERTAINTY)
    op.create_check_constraint(op.f("ck_listing_planned"), "listing", PLANNED)


def add_agreed() -> None:
    """What a holder counts on. Here too the rules stand with the last column on SQLite."""
    op.add_column(
        "reservation",
        sa.Column("agreed_earliest", sa.Date(), nullable=True, comment="of what is planned: the first day that the holder knows"),
    )
    op.add_column("reservation", sa.Column("agreed_latest", sa.Date(), nullable=True, comment="and the last"))
    op.add_column(
        "reservation",
        sa.Column("confirm_until", sa.DateTime(), nullable=True, comment="until when its holder may agree with other days"),
    )
    if is_sqlite():
        op.execute(
            "ALTER TABLE reservation ADD COLUMN dates_declined BOOLEAN DEFAULT 0 NOT NULL "
            f"CONSTRAINT ck_reservation_counts_on CHECK ({COUNTS_ON}) CONSTRAINT ck_reservation_asked_again CHECK ({ASKED}) "
            f"CONSTRAINT ck_reservation_let_go CHECK ({LET_GO})"
        )
        return
    op.add_column(
        "reservation",
        sa.Column(
            "dates_declined", sa.Boolean(), server_default=sa.false(), nullable=False, comment="waits for other days than these"
        ),
    )
    op.create_check_constraint(op.f("ck_reservation_counts_on"), "reservation", COUNTS_ON)
    op.create_check_constraint(op.f("ck_reservation_asked_again"), "reservation", ASKED)
    op.create_check_constraint(op.f("ck_reservation_let_go"), "reservation", LET_GO)


def create_date_change() -> None:
    """Every time that the days of a planned lot move, and the day on which it was there."""
    op.create_table(
        "date_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("old_earliest", sa.Date(), nullable=False),
        sa.Column("old_latest", sa.Date(), nullable=False),
        sa.Column("old_certainty", sa.String(length=12), nullable=False),
        sa.Column("new_earliest", sa.Date(), nullable=True, comment="empty: it came"),
        sa.Column("new_latest", sa.Date(), nullable=True),
        sa.Column("new_certainty", sa.String(length=12), nullable=True),
        sa.Column("came_on", sa.Date(), nullable=True, comment="the day from which it was there"),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="whose lot it is"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who said so"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(f"old_certainty IN ({HOW_SURE})", name=op.f("ck_date_change_old_certainty")),
        sa.CheckConstraint(f"new_certainty IN ({HOW_SURE})", name=op.f("ck_date_change_new_certainty")),
        sa.CheckConstraint("old_earliest <= old_latest", name=op.f("ck_date_change_old_order")),
        sa.CheckConstraint("new_earliest <= new_latest", name=op.f("ck_date_change_new_order")),
        sa.CheckConstraint(
            "(new_earliest IS NULL) = (came_on IS NOT NULL) AND (new_latest IS NULL) = (came_on IS NOT NULL) "
            "AND (new_certainty IS NULL) = (came_on IS NOT NULL)",
            name=op.f("ck_date_change_moved_or_came"),
        ),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_date_change_listing_id_listing")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_date_change_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_change")),
    )
    op.create_index(op.f("ix_date_change_listing_id"), "date_change", ["listing_id"])
    op.create_index(op.f("ix_date_change_organisation_id"), "date_change", ["organisation_id"])
    refuse_changes("date_change")


def upgrade() -> None:
    if not is_sqlite():
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what migrations before this one changed is noted before the table changes
    add_plan()
    note_changes_of(HELD)
    add_agreed()
    create_date_change()


def downgrade() -> None:
    if not is_sqlite():
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what migrations before this one changed is noted before the table changes
    op.drop_table("date_change")
    if not is_sqlite():
        op.execute("DROP FUNCTION date_change_append_only()")
        for name in ("let_go", "asked_again", "counts_on"):
            op.drop_constraint(op.f(f"ck_reservation_{name}"), "reservation", type_="check")
        for name in ("planned", "certainty"):
            op.drop_constraint(op.f(f"ck_listing_{name}"), "listing", type_="check")
    for name in ("dates_declined", "confirm_until", "agreed_latest", "agreed_earliest"):
        op.drop_column("reservation", name)
    note_changes_of(HELD_BEFORE)
    for name in ("certainty", "latest", "earliest", "planned"):
        op.drop_column("listing", name)
