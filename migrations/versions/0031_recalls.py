"""Recalls, and papers that stand with a lot itself."""

import sqlalchemy as sa
from alembic import op

revision = "0031_recalls"
down_revision = "0029_lots_of_listings"
branch_labels = None
depends_on = None

APPEND_ONLY = ("recall", "recall_release", "recall_transfer")
OWNER = "whose it is: the owner of the lot"
ONE_PLACE = "(listing_id IS NULL) <> (lot_id IS NULL)"


def is_sqlite() -> bool:
    """Which of the two databases this is."""
    return op.get_bind().dialect.name == "sqlite"


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


def create_recall() -> None:
    op.create_table(
        "recall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False, comment="in which it was found"),
        sa.Column("finding", sa.Text(), nullable=False, comment="what was found, and by whom"),
        sa.Column("found_on", sa.Date(), nullable=False, comment="in whose month the reuse figures go back"),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="for which it was blocked"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who blocked it"),
        sa.Column("blocked_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_lot_id_lot")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_recall_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
    )
    op.create_index(op.f("ix_recall_lot_id"), "recall", ["lot_id"])


def create_recall_release() -> None:
    op.create_table(
        "recall_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who said so"),
        sa.Column("released_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_release_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_recall_release_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_recall_release_paper_id_paper")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_release_recall_id_recall")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_release")),
    )
    op.create_index(op.f("ix_recall_release_recall_id"), "recall_release", ["recall_id"])


def create_recall_lot() -> None:
    op.create_table(
        "recall_lot",
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False, comment="organisation whose it was"),
        sa.Column("holder_id", sa.Integer(), nullable=False, comment="organisation that had it"),
        sa.Column("depot_id", sa.Integer(), nullable=True, comment="where it lay; empty: in no depot"),
        sa.Column(
            "listing_id", sa.Integer(), nullable=True, comment="its offer, which was withdrawn; empty: it was not on offer"
        ),
        sa.Column("release_id", sa.Integer(), nullable=True, comment="empty: this recall blocks it"),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_lot_lot_id_lot")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_lot_recall_id_recall")),
        sa.ForeignKeyConstraint(["release_id"], ["recall_release.id"], name=op.f("fk_recall_lot_release_id_recall_release")),
        sa.PrimaryKeyConstraint("recall_id", "lot_id", name=op.f("pk_recall_lot")),
    )
    op.create_index("ix_recall_lot_lot", "recall_lot", ["lot_id", "release_id"])


def create_recall_transfer() -> None:
    op.create_table(
        "recall_transfer",
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=11), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="what was reserved, or what was taken back"),
        sa.Column(
            "seq", sa.Integer(), nullable=True, comment="the row of the ledger that takes it back; empty: nothing was booked"
        ),
        sa.CheckConstraint("(status = 'completed') = (seq IS NOT NULL)", name=op.f("ck_recall_transfer_completed_is_taken_back")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_transfer_recall_id_recall")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_recall_transfer_reservation_id_reservation")
        ),
        sa.PrimaryKeyConstraint("recall_id", "reservation_id", name=op.f("pk_recall_transfer")),
    )


def create_recall_party() -> None:
    op.create_table(
        "recall_party",
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("roles", sa.String(length=60), nullable=False, comment="why it was told, as |owner|holder|"),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True, comment="empty: not yet"),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True, comment="person; shown within the own organisation only"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_recall_party_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_party_recall_id_recall")),
        sa.PrimaryKeyConstraint("recall_id", "organisation_id", name=op.f("pk_recall_party")),
    )
    op.create_index(op.f("ix_recall_party_organisation_id"), "recall_party", ["organisation_id"])


def upgrade() -> None:
    create_recall()
    with op.batch_alter_table("paper", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("lot_id", sa.Integer(), nullable=True, comment="or the lot itself that it stands with"))
        table.alter_column("listing_id", existing_type=sa.Integer(), nullable=True)
        table.alter_column(
            "organisation_id",
            existing_type=sa.Integer(),
            existing_nullable=False,
            comment="whose it is: of an offer its owner, of a lot who added it",
            existing_comment=OWNER,
        )
        table.create_foreign_key(op.f("fk_paper_lot_id_lot"), "lot", ["lot_id"], ["id"])
        table.create_check_constraint(op.f("ck_paper_one_place"), ONE_PLACE)
        table.create_index("ix_paper_lot", ["lot_id", "removed_at"])
    create_recall_release()
    create_recall_lot()
    create_recall_transfer()
    create_recall_party()
    for table_name in APPEND_ONLY:
        refuse_changes(table_name)
    op.add_column(
        "organisation",
        sa.Column(
            "alert_email",
            sa.String(length=254),
            nullable=True,
            comment="of an adviser: where a recall is mailed beside its people",
        ),
    )


def downgrade() -> None:
    op.drop_column("organisation", "alert_email")
    for table_name in ("recall_party", "recall_transfer", "recall_lot", "recall_release", "recall"):
        op.drop_table(table_name)
        if not is_sqlite() and table_name in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table_name}_append_only")
    op.execute("DELETE FROM paper WHERE lot_id IS NOT NULL")
    with op.batch_alter_table("paper", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_index("ix_paper_lot")
        table.drop_constraint(op.f("ck_paper_one_place"), type_="check")
        table.drop_constraint(op.f("fk_paper_lot_id_lot"), type_="foreignkey")
        table.alter_column("listing_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("organisation_id", existing_type=sa.Integer(), existing_nullable=False, comment=OWNER)
        table.drop_column("lot_id")
