"""Reports that are submitted, reviewed and adopted; years as they were adopted; settings of the region's figures.

Every report that is there becomes a concept: nobody has adopted any. What a version says, a remark, an adopted year and a setting never
change: triggers refuse it on both databases.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_reports"
down_revision = "0015_goal_decisions"
branch_labels = None
depends_on = None

ORIGINS = "origin IN ('primary', 'biobased', 'reused', 'recycled')"
SAID = ("id", "organisation_id", "year", "version", "scope", "includes_bank_kg", "includes_bank_as_of", "explanation")
SAID_AND_BY_WHOM = ", ".join((*SAID, "reported_at", "reported_by_id"))
APPEND_ONLY = ("material_use", "material_use_remark", "adopted_year", "figure_setting")


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


def guard_reports() -> None:
    """Refuse to delete a report, to change what it says, and to change anything of an adopted one."""
    table = "material_use_report"
    if not is_sqlite():
        op.execute(
            f"CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'a report says what it said'; END $$"
        )
    for name, event, condition in (
        ("no_delete", "DELETE", ""),
        ("no_rewrite", f"UPDATE OF {SAID_AND_BY_WHOM}", ""),
        ("adopted", "UPDATE", "WHEN (OLD.status = 'adopted')"),
    ):
        action = "BEGIN SELECT RAISE(ABORT, 'a report says what it said'); END"
        if not is_sqlite():
            action = f"EXECUTE FUNCTION {table}_stays()"
        op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH ROW {condition} {action}")
    if not is_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays()"
        )


def drop_guards() -> None:
    """Drop what guards reports and their rows, and on PostgreSQL the functions."""
    if is_sqlite():
        names = [f"material_use_{verb}" for verb in ("no_update", "no_delete")]
        for name in (*names, *(f"material_use_report_{end}" for end in ("no_delete", "no_rewrite", "adopted"))):
            op.execute(f"DROP TRIGGER {name}")
        return
    op.execute("DROP FUNCTION material_use_append_only CASCADE")
    op.execute("DROP FUNCTION material_use_report_stays CASCADE")


def upgrade() -> None:
    with op.batch_alter_table("material_use_report") as table:
        table.add_column(
            sa.Column(
                "scope",
                sa.String(length=12),
                nullable=False,
                server_default="organisation",
                comment="whose use counts for the goals",
            )
        )
        table.add_column(sa.Column("status", sa.String(length=10), nullable=False, server_default="concept"))
        table.add_column(sa.Column("explanation", sa.Text(), nullable=False, server_default="", comment="of what looks odd"))
        table.add_column(sa.Column("submitted_at", sa.DateTime(), nullable=True, comment="for the last time"))
        table.add_column(sa.Column("submitted_by_id", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column("findings", sa.Text(), nullable=True, comment="what looked odd when it was submitted; empty: not submitted")
        )
        table.add_column(sa.Column("review_began_at", sa.DateTime(), nullable=True))
        table.add_column(sa.Column("review_began_by_id", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_material_use_report_scope"), "scope IN ('organisation', 'territory')")
        table.create_check_constraint(
            op.f("ck_material_use_report_status"),
            "status IN ('concept', 'submitted', 'in_review', 'sent_back', 'adopted', 'superseded')",
        )
        table.create_check_constraint(
            op.f("ck_material_use_report_was_submitted"), "status = 'concept' OR submitted_at IS NOT NULL"
        )
    op.create_index(
        "uq_material_use_report_one_at_the_reviewer",
        "material_use_report",
        ["organisation_id", "year"],
        unique=True,
        sqlite_where=sa.text("status IN ('submitted', 'in_review')"),
        postgresql_where=sa.text("status IN ('submitted', 'in_review')"),
    )
    with op.batch_alter_table("material_use") as table:
        table.add_column(
            sa.Column(
                "scope",
                sa.String(length=12),
                nullable=False,
                server_default="organisation",
                comment="own organisation or whole territory",
            )
        )
        table.add_column(
            sa.Column("flow", sa.String(length=5), nullable=False, server_default="in", comment="comes in, stays or leaves")
        )
        table.alter_column(
            "origin",
            existing_type=sa.String(length=10),
            existing_nullable=False,
            comment="unknown only of what stays or leaves",
        )
        table.drop_constraint(op.f("ck_material_use_origin"), type_="check")
        table.drop_constraint(op.f("uq_material_use_report_id_group_slug_origin"), type_="unique")
        table.create_check_constraint(op.f("ck_material_use_origin"), f"{ORIGINS} OR (origin = 'unknown' AND flow <> 'in')")
        table.create_check_constraint(op.f("ck_material_use_scope"), "scope IN ('organisation', 'territory')")
        table.create_check_constraint(op.f("ck_material_use_flow"), "flow IN ('in', 'stock', 'out')")
        table.create_unique_constraint(
            op.f("uq_material_use_report_id_scope_flow_group_slug_origin"),
            ["report_id", "scope", "flow", "group_slug", "origin"],
        )
    create_remark()
    create_adopted_year()
    op.create_table(
        "figure_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False, comment="a decimal number"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_setting")),
    )
    op.create_index(op.f("ix_figure_setting_key"), "figure_setting", ["key"])
    for table_name in APPEND_ONLY:
        refuse_changes(table_name)
    guard_reports()


def key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """A foreign key under its usual name."""
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def create_remark() -> None:
    """What the two sides of a review write to each other."""
    op.create_table(
        "material_use_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="whose side says it"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who wrote it"),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="question: with it the report was sent back"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('question', 'remark')", name=op.f("ck_material_use_remark_kind")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_material_use_remark_says_something")),
        key("material_use_remark", "report_id", "material_use_report"),
        key("material_use_remark", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use_remark")),
    )
    op.create_index(op.f("ix_material_use_remark_report_id"), "material_use_remark", ["report_id"])


def create_adopted_year() -> None:
    """A municipality's year with everything that its figures came from."""
    op.create_table(
        "adopted_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_slug", sa.String(length=60), nullable=False, comment="as its rows of the ledger name it"),
        sa.Column("organisation_name", sa.String(length=120), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        *(
            sa.Column(f"{name}_kg", sa.BigInteger(), nullable=False)
            for name in ("primary", "biobased", "reused", "recycled", "includes_bank")
        ),
        sa.Column("bank_biobased_kg", sa.BigInteger(), nullable=False, comment="received through the bank, as the ledger stood"),
        sa.Column("bank_reused_kg", sa.BigInteger(), nullable=False),
        sa.Column("bank_recycled_kg", sa.BigInteger(), nullable=False),
        sa.Column("inhabitants", sa.Integer(), nullable=False),
        sa.Column("factor_version", sa.Integer(), nullable=False),
        sa.Column("ledger_seq", sa.Integer(), nullable=False, comment="the last row of the ledger at that moment"),
        sa.Column("ledger_hash", sa.String(length=64), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False, comment="the goals in force, of the municipality and of the region"),
        sa.Column("body", sa.String(length=120), nullable=False, comment="who decided: college, raad"),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(), nullable=False),
        sa.Column("adopted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("scope IN ('organisation', 'territory')", name=op.f("ck_adopted_year_scope")),
        key("adopted_year", "organisation_id", "organisation"),
        key("adopted_year", "report_id", "material_use_report"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adopted_year")),
        sa.UniqueConstraint("organisation_id", "year", name=op.f("uq_adopted_year_organisation_id_year")),
        sa.UniqueConstraint("organisation_slug", "year", name=op.f("uq_adopted_year_organisation_slug_year")),
        sa.UniqueConstraint("report_id", name=op.f("uq_adopted_year_report_id")),
    )


def downgrade() -> None:
    drop_guards()
    for table_name in reversed(APPEND_ONLY[1:]):
        op.drop_table(table_name)
        if not is_sqlite():
            op.execute(f"DROP FUNCTION {table_name}_append_only")
    op.execute("DELETE FROM material_use WHERE scope <> 'organisation' OR flow <> 'in'")
    with op.batch_alter_table("material_use") as table:
        table.drop_constraint(op.f("uq_material_use_report_id_scope_flow_group_slug_origin"), type_="unique")
        for name in ("origin", "scope", "flow"):
            table.drop_constraint(op.f(f"ck_material_use_{name}"), type_="check")
        table.alter_column("origin", existing_type=sa.String(length=10), existing_nullable=False, comment=None)
        table.drop_column("flow")
        table.drop_column("scope")
        table.create_check_constraint(op.f("ck_material_use_origin"), ORIGINS)
        table.create_unique_constraint(op.f("uq_material_use_report_id_group_slug_origin"), ["report_id", "group_slug", "origin"])
    op.drop_index("uq_material_use_report_one_at_the_reviewer", table_name="material_use_report")
    with op.batch_alter_table("material_use_report") as table:
        for name in ("scope", "status", "was_submitted"):
            table.drop_constraint(op.f(f"ck_material_use_report_{name}"), type_="check")
        for name in (
            *("review_began_by_id", "review_began_at", "findings", "submitted_by_id", "submitted_at"),
            *("explanation", "status", "scope"),
        ):
            table.drop_column(name)
