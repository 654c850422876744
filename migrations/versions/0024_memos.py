"""Memos of a search before something is bought. A search, its conclusion and its demand never change or go: triggers refuse it."""

import sqlalchemy as sa
from alembic import op

revision = "0024_memos"
down_revision = "0021_documents"
branch_labels = None
depends_on = None

APPEND_ONLY = ("memo", "memo_conclusion", "memo_demand")


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


def upgrade() -> None:
    op.create_table(
        "memo_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_memo_year")),
    )
    op.create_table(
        "memo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, 3 … of this year, without gaps"),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_name", sa.String(length=120), nullable=False, comment="as it was called that day"),
        sa.Column("created_by_id", sa.Integer(), nullable=True, comment="person who searched"),
        sa.Column("searched_at", sa.DateTime(), nullable=False),
        sa.Column("searched_on", sa.Date(), nullable=False, comment="the day of the search in Amsterdam"),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("group_slug", sa.String(length=60), nullable=False, comment="of the material that day"),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False, comment="of what was searched, by the weights of that day"),
        sa.Column("fitting", sa.Integer(), nullable=False, comment="how many lots fitted"),
        sa.Column("nearly", sa.Integer(), nullable=False, comment="how many lots fitted but for one thing"),
        sa.Column("catalogue_revision", sa.Integer(), nullable=False, comment="of the catalogue that was searched"),
        sa.Column("factor_version", sa.Integer(), nullable=False, comment="of the list of materials that was used"),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="SHA-256 of what was searched: the same search has the same"
        ),
        sa.Column("search", sa.Text(), nullable=False, comment="what was searched, with the names of that day"),
        sa.Column("found", sa.Text(), nullable=False, comment="what fitted and nearly fitted, the best of both"),
        sa.Column("stock", sa.Text(), nullable=False, comment="what lay in the region of the material and of its group"),
        sa.CheckConstraint("number > 0", name=op.f("ck_memo_number_positive")),
        sa.CheckConstraint("fitting >= 0 AND nearly >= 0", name=op.f("ck_memo_found_not_negative")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_memo_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_memo_material_id_material")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_memo_year_number")),
    )
    op.create_index("ix_memo_organisation", "memo", ["organisation_id", "id"])
    op.create_index("ix_memo_same", "memo", ["created_by_id", "searched_on", "digest"])
    op.create_table(
        "memo_conclusion",
        sa.Column("memo_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=True, comment="why it was bought new; empty: nobody had to say"),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("purchase_reference", sa.String(length=200), nullable=False, comment="number or link of the purchase"),
        sa.Column("bought", sa.BigInteger(), nullable=True, comment="how much was bought new; empty: not said"),
        sa.Column("bought_unit", sa.String(length=5), nullable=True),
        sa.Column("bought_kg", sa.BigInteger(), nullable=True, comment="by the weights of that day"),
        sa.Column("concluded_at", sa.DateTime(), nullable=False),
        sa.Column("concluded_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("decision IN ('from_bank', 'bought_new', 'waits')", name=op.f("ck_memo_conclusion_decision")),
        sa.CheckConstraint(
            "reason IN ('too_far', 'quality', 'too_late', 'too_little', 'price', 'papers', 'other')",
            name=op.f("ck_memo_conclusion_reason"),
        ),
        sa.CheckConstraint(
            "decision = 'bought_new' OR (reason IS NULL AND bought IS NULL)", name=op.f("ck_memo_conclusion_only_bought_new")
        ),
        sa.CheckConstraint("(bought IS NULL) = (bought_unit IS NULL)", name=op.f("ck_memo_conclusion_bought_has_unit")),
        sa.ForeignKeyConstraint(["memo_id"], ["memo.id"], name=op.f("fk_memo_conclusion_memo_id_memo")),
        sa.PrimaryKeyConstraint("memo_id", name=op.f("pk_memo_conclusion")),
    )
    op.create_table(
        "memo_demand",
        sa.Column("memo_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_memo_demand_demand_id_demand")),
        sa.ForeignKeyConstraint(["memo_id"], ["memo.id"], name=op.f("fk_memo_demand_memo_id_memo")),
        sa.PrimaryKeyConstraint("memo_id", name=op.f("pk_memo_demand")),
        sa.UniqueConstraint("demand_id", name=op.f("uq_memo_demand_demand_id")),
    )
    for table in APPEND_ONLY:
        refuse_changes(table)


def downgrade() -> None:
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
        if not is_sqlite():
            op.execute(f"DROP FUNCTION {table}_append_only")
    op.drop_table("memo_year")
