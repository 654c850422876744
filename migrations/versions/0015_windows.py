"""What an organisation agreed about turns; and the index of matching holds the circle and the smallest part, so that it still answers by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

PLACE = ("status", "material_id", "lat", "lon", "x_m", "y_m", "z_m", "condition", "available_from", "available_until")
BEFORE = (
    *PLACE,
    *("confirmed_on", "region_from", "partners_from", "organisation_id", "hazards_unknown"),
    *("quantity", "held", "transferred", "hazards_yes"),
)


def upgrade() -> None:
    op.create_table(
        "window_default",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("circle", sa.String(length=400), nullable=False, comment="municipalities as |almelo|borne|"),
        sa.Column("circle_days", sa.Integer(), nullable=False, comment="from publication until the circle's turn"),
        sa.Column(
            "region_days",
            sa.Integer(),
            nullable=False,
            comment="from the circle's turn, or without one from publication, until the region's",
        ),
        sa.Column("partners_days", sa.Integer(), nullable=False, comment="from the region's turn until the partners'"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why a ring does not wait"),
        sa.CheckConstraint(
            "circle_days >= 0 AND region_days >= 0 AND partners_days >= 0", name=op.f("ck_window_default_days_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_window_default_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_window_default")),
    )
    op.add_column(
        "listing",
        sa.Column("turns_told_on", sa.Date(), nullable=True, comment="up to which day the matches that a turn brings were told"),
    )
    op.drop_index("ix_listing_match", table_name="listing")
    op.create_index("ix_listing_match", "listing", [*BEFORE, "circle", "circle_from", "minimum_part", "unit", "id"])


def downgrade() -> None:
    op.drop_index("ix_listing_match", table_name="listing")
    op.create_index("ix_listing_match", "listing", [*BEFORE, "id"])
    op.drop_column("listing", "turns_told_on")
    op.drop_table("window_default")
