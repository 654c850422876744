"""What two sides agree about collecting, and the photos that they take at the gate."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False, comment="whose proposal it is"),
        sa.Column("times", sa.Text(), nullable=False, comment="moments in UTC, ISO 8601, in order"),
        sa.Column("place", sa.String(length=200), nullable=False, comment="where to meet; empty: where the lot lies"),
        sa.Column("notes", sa.Text(), nullable=False, comment="what to know at the gate"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("agreed_time", sa.DateTime(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["organisation.id"], name=op.f("fk_appointment_proposed_by_id_organisation")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_appointment_reservation_id_reservation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_reservation_id"), "appointment", ["reservation_id"])
    op.create_table(
        "gate_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="which side added it"),
        sa.Column("moment", sa.String(length=12), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("files", sa.Text(), nullable=False, comment="variant (webp-480 … jpeg-1200) to name, width and height"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("moment IN ('hand_over', 'confirmation')", name=op.f("ck_gate_photo_moment")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_gate_photo_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_gate_photo_reservation_id_reservation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_photo")),
    )
    op.create_index(op.f("ix_gate_photo_reservation_id"), "gate_photo", ["reservation_id"])
    op.create_table(
        "gate_photo_file",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("gate_photo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_photo_id"], ["gate_photo.id"], name=op.f("fk_gate_photo_file_gate_photo_id_gate_photo"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", "gate_photo_id", name=op.f("pk_gate_photo_file")),
    )
    op.create_index(op.f("ix_gate_photo_file_gate_photo_id"), "gate_photo_file", ["gate_photo_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_gate_photo_file_gate_photo_id"), table_name="gate_photo_file")
    op.drop_table("gate_photo_file")
    op.drop_index(op.f("ix_gate_photo_reservation_id"), table_name="gate_photo")
    op.drop_table("gate_photo")
    op.drop_index(op.f("ix_appointment_reservation_id"), table_name="appointment")
    op.drop_table("appointment")
