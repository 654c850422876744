"""Whether a demand asks anything of the fields, in the index that answers matching: what asks nothing is not looked up."""

import sqlalchemy as sa
from alembic import op

revision = "0056_demand_asks"
down_revision = "0053_plan_journeys"
branch_labels = None
depends_on = None

BEFORE = [
    *("status", "material_id", "lat", "lon", "x_m", "y_m", "z_m", "min_condition", "needed_from", "needed_until"),
    *("confirmed_on", "organisation_id", "quantity", "fulfilled", "unit", "reach_chord2_m2", "max_distance_km"),
    *("accepts_hazards", "accepts_unknown_hazards", "id"),
]
ASKS = "fields <> '{}'"


def finish_triggers() -> None:
    """Run what waits for the end of the transaction. PostgreSQL changes no table before."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")


def upgrade() -> None:
    finish_triggers()
    stored = op.get_bind().dialect.name == "postgresql"  # SQLite adds only what it works out when it is asked, and indexes that
    op.drop_index("ix_demand_match", "demand")
    op.add_column(
        "demand",
        sa.Column("asks", sa.Boolean(), sa.Computed(ASKS, persisted=stored), comment="whether it asks anything"),
    )
    op.create_index("ix_demand_match", "demand", [*BEFORE[:-1], "asks", "id"])


def downgrade() -> None:
    finish_triggers()
    op.drop_index("ix_demand_match", "demand")
    op.execute("ALTER TABLE demand DROP COLUMN asks")
    op.create_index("ix_demand_match", "demand", BEFORE)
