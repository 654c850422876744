"""When an owner last changed what rules look at: what was judged of a lot before that is of another lot."""

import sqlalchemy as sa
from alembic import op

revision = "0044_answered_at"
down_revision = "0042_passport_sheets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing", sa.Column("answered_at", sa.DateTime(), nullable=True, comment="last change of what rules look at"))


def downgrade() -> None:
    op.drop_column("listing", "answered_at")
