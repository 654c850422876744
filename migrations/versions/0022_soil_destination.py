"""Where soil goes: the class of the receiving soil and of the function of the place, as whoever reserved said."""

import sqlalchemy as sa
from alembic import op

revision = "0022_soil_destination"
down_revision = "0026_answers_in_memory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "reservation",
        sa.Column("receiving_soil", sa.String(length=20), nullable=True, comment="of soil: class of the soil where it goes"),
    )
    op.add_column(
        "reservation",
        sa.Column("function_class", sa.String(length=20), nullable=True, comment="of soil: class of the function of that place"),
    )


def downgrade() -> None:
    op.drop_column("reservation", "function_class")
    op.drop_column("reservation", "receiving_soil")
