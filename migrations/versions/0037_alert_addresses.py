"""Where a recall was mailed beside the people of an adviser: kept with the recall, whatever the address becomes later.

Of recalls of before it is not known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037_alert_addresses"
down_revision = "0034_depot_feeds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "recall_party",
        sa.Column(
            "alert_email", sa.String(length=254), nullable=True, comment="of an adviser: where it was mailed beside its people"
        ),
    )


def downgrade() -> None:
    op.drop_column("recall_party", "alert_email")
