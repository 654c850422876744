"""What people are still telling of a demand too: the sketches of lots become sketches of either."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEPT = "id, organisation_id, person_id, listing_id, listing_version, is_settled, answers, updated_at"


def _move(old: str, new: str, *, demands: bool) -> None:
    own = [
        sa.Column("kind", sa.String(length=7), nullable=False, comment="listing or demand"),
        sa.Column("demand_id", sa.Integer(), nullable=True, comment="the demand that is being changed; empty for a new one"),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f(f"fk_{new}_demand_id_demand"), ondelete="CASCADE"),
        sa.CheckConstraint("kind IN ('listing', 'demand')", name=op.f(f"ck_{new}_kind")),
    ]
    op.create_table(
        new,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=True),
        sa.Column(
            "listing_version",
            sa.Integer(),
            nullable=True,
            comment="of the draft when it was settled; another one is newer than the answers",
        ),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False, comment="name of the field to what was typed"),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        *(own if demands else []),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f(f"fk_{new}_listing_id_listing"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{new}_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{new}_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{new}")),
    )
    if demands:
        op.execute(f"INSERT INTO {new} ({KEPT}, kind) SELECT {KEPT}, 'listing' FROM {old}")  # noqa: S608 - names of this file only
    else:
        op.execute(f"INSERT INTO {new} ({KEPT}) SELECT {KEPT} FROM {old} WHERE kind = 'listing'")  # noqa: S608
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT setval(pg_get_serial_sequence('{new}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {new}), false)")  # noqa: S608
    op.drop_table(old)
    for column in ("person_id", "listing_id", *(("demand_id",) if demands else ())):
        op.create_index(op.f(f"ix_{new}_{column}"), new, [column])


def upgrade() -> None:
    _move("listing_sketch", "sketch", demands=True)


def downgrade() -> None:
    _move("sketch", "listing_sketch", demands=False)
