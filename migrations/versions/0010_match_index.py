"""Matching is answered from its index alone: what is left of a lot and the hazards that it holds are in it too."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = [
    *("status", "material_id", "lat", "lon", "x_m", "y_m", "z_m", "condition", "available_from", "available_until"),
    *("confirmed_on", "region_from", "partners_from", "organisation_id", "hazards_unknown", "id"),
]
ADDED = ["quantity", "held", "transferred", "hazards_yes"]


def upgrade() -> None:
    op.drop_index("ix_listing_match", table_name="listing")
    op.create_index("ix_listing_match", "listing", BEFORE[:-1] + ADDED + BEFORE[-1:])


def downgrade() -> None:
    op.drop_index("ix_listing_match", table_name="listing")
    op.create_index("ix_listing_match", "listing", BEFORE)
