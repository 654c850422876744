"""Goals are rows, and what each asks is a decision: by whom, when, in which document. No version ever changes or goes."""

import sqlalchemy as sa
from alembic import op

revision = "0015_goal_decisions"
down_revision = "0013_favourites"
branch_labels = None
depends_on = None

VERSIONS = "goal_version"
GOALS = (
    (1, "renewable_share", "Volledig circulair", "Fully circular"),
    (2, "renewable_share", "De helft minder uit eindige bronnen", "Half as much from finite sources"),
    (3, "valued_share", "Weten wat het waard is", "Know what it is worth"),
)
BODY, DOCUMENT = "Bestuurlijk overleg", "Koersdocument Circulaire Economie Twente"
"""Who decided about the goals of the region, and where that stands. On which day is not known."""


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


def upgrade() -> None:
    op.execute("CREATE TABLE goal_of_before AS SELECT * FROM goal")
    op.drop_table("goal")
    goal = op.create_table(
        "goal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False, comment="what it measures: renewable_share or valued_share"),
        sa.Column("name_nl", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_goal")),
    )
    op.create_table(
        VERSIONS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="empty: the region's"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("target_percent", sa.BigInteger(), nullable=False),
        sa.Column("target_year", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=120), nullable=True, comment="who decided; empty: not known"),
        sa.Column("decided_on", sa.Date(), nullable=True, comment="empty: not known"),
        sa.Column("document", sa.String(length=300), nullable=True, comment="where the decision stands; empty: not known"),
        sa.Column("text", sa.Text(), nullable=False, comment="why, in the words of whoever set it"),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("target_percent > 0 AND target_percent <= 100000", name=op.f("ck_goal_version_percent")),
        sa.ForeignKeyConstraint(["number"], ["goal.number"], name=op.f("fk_goal_version_number_goal")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_goal_version_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_version")),
        sa.UniqueConstraint("number", "organisation_id", "version", name=op.f("uq_goal_version_number_organisation_id_version")),
    )
    op.create_index(
        "uq_goal_version_of_region",
        VERSIONS,
        ["number", "version"],
        unique=True,
        sqlite_where=sa.text("organisation_id IS NULL"),
        postgresql_where=sa.text("organisation_id IS NULL"),
    )
    known = {row.number for row in op.get_bind().execute(sa.text("SELECT DISTINCT number FROM goal_of_before"))}
    names = ("number", "indicator", "name_nl", "name_en")
    op.bulk_insert(goal, [dict(zip(names, row, strict=True)) for row in GOALS if row[0] in known])
    columns = "number, organisation_id, version, target_percent, target_year, set_at, set_by_id"
    op.get_bind().execute(
        sa.text(
            f"INSERT INTO goal_version ({columns}, body, document, text) SELECT {columns}, "  # noqa: S608  nobody's words
            "CASE WHEN organisation_id IS NULL AND version = 1 THEN :body END, "
            "CASE WHEN organisation_id IS NULL AND version = 1 THEN :document END, '' FROM goal_of_before ORDER BY id"
        ),
        {"body": BODY, "document": DOCUMENT},
    )
    op.drop_table("goal_of_before")
    refuse_changes(VERSIONS)


def downgrade() -> None:
    op.execute("CREATE TABLE goal_of_after AS SELECT * FROM goal_version")
    op.drop_table(VERSIONS)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION goal_version_append_only")
    op.drop_table("goal")
    op.create_table(
        "goal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1 circular, 2 half the primary material, 3 valued"),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="empty: the region's"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("target_percent", sa.BigInteger(), nullable=False),
        sa.Column("target_year", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number IN (1, 2, 3)", name=op.f("ck_goal_number")),
        sa.CheckConstraint("target_percent > 0 AND target_percent <= 100000", name=op.f("ck_goal_percent")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_goal_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("number", "organisation_id", "version", name=op.f("uq_goal_number_organisation_id_version")),
    )
    columns = "number, organisation_id, version, target_percent, target_year, set_at, set_by_id"
    op.execute(f"INSERT INTO goal ({columns}) SELECT {columns} FROM goal_of_after ORDER BY id")  # noqa: S608
    op.drop_table("goal_of_after")
