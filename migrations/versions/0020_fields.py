"""Fields of the materials: what is said of a lot and asked by a demand, and more kinds of reference rows."""

import sqlalchemy as sa
from alembic import op

revision = "0020_fields"
down_revision = "0024_memos"
branch_labels = None
depends_on = None

KINDS = "kind IN ('group', 'material', 'hazard', 'transport')"
MORE_KINDS = "kind IN ('group', 'material', 'hazard', 'transport', 'field_set', 'field', 'gate', 'paper_kind', 'notification')"
VERSION = "the version that types them; empty: nothing was asked yet"
SAID = "what is said of the material's fields, by their slugs"
ASKED = "what is asked of the material's fields: min, max or oneOf by their slugs"
EARLIER = "the fields without a column of their own, by name"


def is_sqlite() -> bool:
    """Which of the two databases this is."""
    return op.get_bind().dialect.name == "sqlite"


def set_kinds(kinds: str, before: int, after: int, *, only_those: bool = False) -> None:
    """Say which kinds of rows there are, and with `only_those` keep no others.

    The table is kept as it is by triggers. SQLite copies it to change it, and leaves them behind.
    """
    if is_sqlite():
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER reference_row_no_{verb}")
    else:
        op.execute("ALTER TABLE reference_row DISABLE TRIGGER reference_row_no_change")
    if only_those:
        op.execute("DELETE FROM reference_row WHERE kind NOT IN ('group', 'material', 'hazard', 'transport')")
    with op.batch_alter_table("reference_row") as table:
        table.drop_constraint(op.f("ck_reference_row_kind"), type_="check")
        table.alter_column("kind", existing_type=sa.String(length=before), type_=sa.String(length=after), existing_nullable=False)
        table.create_check_constraint(op.f("ck_reference_row_kind"), kinds)
    if is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER reference_row_no_{verb.lower()} BEFORE {verb} ON reference_row "
                "BEGIN SELECT RAISE(ABORT, 'reference_row is append-only'); END"
            )
    else:
        op.execute("ALTER TABLE reference_row ENABLE TRIGGER reference_row_no_change")


def version_column() -> sa.Column:
    """The version of the taxonomy that types the fields of a row."""
    return sa.Column("fields_version", sa.Integer(), nullable=True, comment=VERSION)


def tell(comment: str, before: str) -> None:
    """What the fields of a listing are. SQLite keeps no comments."""
    if not is_sqlite():
        op.alter_column(
            "listing", "fields", existing_type=sa.Text(), existing_nullable=False, comment=comment, existing_comment=before
        )


def upgrade() -> None:
    set_kinds(MORE_KINDS, 10, 20)
    tell(SAID, EARLIER)
    op.add_column("listing", version_column())
    op.add_column("demand", sa.Column("fields", sa.Text(), nullable=False, server_default="{}", comment=ASKED))
    op.add_column("demand", version_column())


def downgrade() -> None:
    op.drop_column("demand", "fields_version")
    op.drop_column("demand", "fields")
    op.drop_column("listing", "fields_version")
    tell(EARLIER, SAID)
    set_kinds(KINDS, 20, 10, only_those=True)
