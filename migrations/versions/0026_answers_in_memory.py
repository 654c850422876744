"""What owners answer to a material's fields is held in memory by the catalogue: a change of it is noted too."""

from alembic import op

revision = "0026_answers_in_memory"
down_revision = "0025_factor_lists"
branch_labels = None
depends_on = None

HELD_BEFORE = (
    *("status", "material_id", "condition", "organisation_id"),
    *("public_lat", "public_lon", "public_x_m", "public_y_m", "public_z_m"),
    *("available_from", "available_until", "region_from", "confirmed_on", "published_at", "search_text"),
)
HELD = (*HELD_BEFORE, "fields")
NOTE = (
    "INSERT INTO listing_change (listing_id, revision) VALUES (NEW.id, 2147483647) "
    "ON CONFLICT (listing_id) DO UPDATE SET revision = 2147483647"
)


def note_changes_of(held: tuple[str, ...]) -> None:
    """Write a note of every listing in which one of these changes."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute("DROP TRIGGER listing_changed ON listing" if is_postgresql else "DROP TRIGGER listing_changed")
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    when = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in held)
    event = f"CREATE TRIGGER listing_changed AFTER UPDATE OF {', '.join(held)} ON listing"
    if is_postgresql:
        op.execute(f"{event} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION listing_changed()")
    else:
        op.execute(f"{event} WHEN ({when}) BEGIN {NOTE}; END")


def upgrade() -> None:
    note_changes_of(HELD)


def downgrade() -> None:
    note_changes_of(HELD_BEFORE)
