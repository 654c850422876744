"""European thresholds of procurement: one more kind of reference rows."""

from alembic import op

revision = "0054_thresholds"
down_revision = "0052_item_papers"
branch_labels = None
depends_on = None

KINDS = "kind IN ('group', 'material', 'hazard', 'transport', 'field_set', 'field', 'gate', 'paper_kind', 'notification')"
MORE_KINDS = "kind IN ('group', 'material', 'hazard', 'transport', 'field_set', 'field', 'gate', 'paper_kind', 'notification', 'threshold')"


def set_kinds(kinds: str, *, no_thresholds: bool = False) -> None:
    """Say which kinds of rows there are.

    The table is kept as it is by triggers. SQLite copies it to change it, and leaves them behind.
    """
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER reference_row_no_{verb}")
    else:
        op.execute("ALTER TABLE reference_row DISABLE TRIGGER reference_row_no_change")
    if no_thresholds:
        op.execute("DELETE FROM reference_row WHERE kind = 'threshold'")
    with op.batch_alter_table("reference_row") as table:
        table.drop_constraint(op.f("ck_reference_row_kind"), type_="check")
        table.create_check_constraint(op.f("ck_reference_row_kind"), kinds)
    if is_sqlite:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER reference_row_no_{verb.lower()} BEFORE {verb} ON reference_row "
                "BEGIN SELECT RAISE(ABORT, 'reference_row is append-only'); END"
            )
    else:
        op.execute("ALTER TABLE reference_row ENABLE TRIGGER reference_row_no_change")


def upgrade() -> None:
    set_kinds(MORE_KINDS)


def downgrade() -> None:
    set_kinds(KINDS, no_thresholds=True)
