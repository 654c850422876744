"""Requests for an opinion, and lots that were published before a rule came."""

import sqlalchemy as sa
from alembic import op

revision = "0023_advice"
down_revision = "0022_soil_destination"
branch_labels = None
depends_on = None


def create_opinion_request() -> None:
    op.create_table(
        "opinion_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="who asks: the owner"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who asks, shown within the own organisation only"),
        sa.Column("text", sa.Text(), nullable=False, comment="what the adviser should know; may be empty"),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True, comment="when an opinion came; empty: it waits"),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_opinion_request_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_opinion_request_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_request")),
    )
    op.create_index(
        "uq_opinion_request_waiting",
        "opinion_request",
        ["listing_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index("ix_opinion_request_listing", "opinion_request", ["listing_id"])
    op.create_index("ix_opinion_request_organisation", "opinion_request", ["organisation_id", "asked_at"])


def create_gate_check() -> None:
    op.create_table(
        "gate_check",
        sa.Column("listing_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_gate_check_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["version_id"], ["taxonomy_version.id"], name=op.f("fk_gate_check_version_id_taxonomy_version")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_gate_check")),
    )


def create_requirement() -> None:
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="whose lot it is"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="of which the rules came"),
        sa.Column("rules", sa.Text(), nullable=False, comment="slugs of the gates that stood in the way when it was found"),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False, comment="last day on which it stays without being mended"),
        sa.Column("told_at", sa.DateTime(), nullable=True, comment="when the owner heard of it; empty: not yet"),
        sa.Column("ended_at", sa.DateTime(), nullable=True, comment="empty: it is open"),
        sa.Column("ending", sa.String(length=9), nullable=True, comment="how it ended"),
        sa.CheckConstraint("ending IN ('mended', 'withdrawn', 'left')", name=op.f("ck_requirement_ending")),
        sa.CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name=op.f("ck_requirement_ended_whole")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_requirement_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_requirement_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["taxonomy_version.id"], name=op.f("fk_requirement_version_id_taxonomy_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
    )
    op.create_index(
        "uq_requirement_open",
        "requirement",
        ["listing_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_requirement_owner", "requirement", ["organisation_id", "ended_at", "told_at"])


def upgrade() -> None:
    create_opinion_request()
    create_gate_check()
    create_requirement()


def downgrade() -> None:
    op.drop_table("requirement")
    op.drop_table("gate_check")
    op.drop_table("opinion_request")
