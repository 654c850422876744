"""What a demand asks of the fields, in the index that answers matching: only what is too long for it is looked up in its row."""

import sqlalchemy as sa
from alembic import op

revision = "0057_demand_wishes"
down_revision = "0056_demand_asks"
branch_labels = None
depends_on = None

COLUMNS = [
    *("status", "material_id", "lat", "lon", "x_m", "y_m", "z_m", "min_condition", "needed_from", "needed_until"),
    *("confirmed_on", "organisation_id", "quantity", "fulfilled", "unit", "reach_chord2_m2", "max_distance_km"),
    *("accepts_hazards", "accepts_unknown_hazards", "asks", "id"),
]
WHAT = "CASE WHEN fields = '{}' THEN NULL WHEN length(fields) <= 240 THEN fields ELSE '' END"
WHETHER = "fields <> '{}'"


def upgrade() -> None:
    replace(sa.String(), WHAT, "the same in the index; empty: it is longer")


def downgrade() -> None:
    replace(sa.Boolean(), WHETHER, "whether it asks anything")


def replace(kind: sa.types.TypeEngine, rule: str, comment: str) -> None:
    stored = op.get_bind().dialect.name == "postgresql"  # SQLite adds only what it works out when it is asked, and indexes that
    if stored:  # it changes no table before what waits for the end of the transaction has run
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.drop_index("ix_demand_match", "demand")
    op.execute("ALTER TABLE demand DROP COLUMN asks")
    op.add_column("demand", sa.Column("asks", kind, sa.Computed(rule, persisted=stored), comment=comment))
    op.create_index("ix_demand_match", "demand", COLUMNS)
