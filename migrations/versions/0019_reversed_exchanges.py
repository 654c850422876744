"""What the AO CE took back of a transfer in the ledger, and an index on the rows that take back."""

import sqlalchemy as sa
from alembic import op

revision = "0019_reversed_exchanges"
down_revision = "0016_ledger_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "reservation",
        sa.Column(
            "reversed",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="of what was transferred, taken back in the ledger by the AO CE",
        ),
    )
    op.create_index(op.f("ix_exchange_reverses"), "exchange", ["reverses"])


def downgrade() -> None:
    op.drop_index(op.f("ix_exchange_reverses"), "exchange")
    op.drop_column("reservation", "reversed")
