"""Searching and matching: indexes with every column that they filter by, and full text over `listing.search_text`, on each database in its own way.

SQLite keeps the words in an FTS5 table without content, followed by triggers (a later migration that copies the table `listing` must make them
again); PostgreSQL in a generated column with a GIN index. Neither is in the models: `migrations/env.py` leaves them out of `db check`.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PLACE = ["status", "material_id", "public_lat", "public_lon", "public_x_m", "public_y_m", "public_z_m"]
FILTERS = [
    "organisation_id",
    "condition",
    "available_from",
    "available_until",
    "confirmed_on",
    "region_from",
    "published_at",
    "id",
]
EXACT = ["status", "material_id", "lat", "lon", "x_m", "y_m", "z_m"]
MATCHED = [
    *("condition", "available_from", "available_until", "confirmed_on", "region_from", "partners_from"),
    *("organisation_id", "hazards_unknown", "id"),
]
# the material is a word too, one that nobody can type: 0m12
ALL = "INSERT INTO listing_fts (rowid, words) SELECT id, search_text || ' 0m' || material_id FROM listing"
INTO = "INSERT INTO listing_fts (rowid, words) VALUES (new.id, new.search_text || ' 0m' || new.material_id)"
OUT_OF = (
    "INSERT INTO listing_fts (listing_fts, rowid, words) VALUES ('delete', old.id, old.search_text || ' 0m' || old.material_id)"
)
CHANGED = "old.search_text <> new.search_text OR old.material_id <> new.material_id OR old.id <> new.id"
FTS5 = "content='', detail=none, columnsize=0, prefix='2 3 4 5 6 7 8 9 10', tokenize='ascii'"


def upgrade() -> None:
    op.drop_index("ix_listing_catalogue", table_name="listing")
    op.create_index("ix_listing_catalogue", "listing", PLACE + FILTERS)
    op.drop_index("ix_listing_match", table_name="listing")
    op.create_index("ix_listing_match", "listing", EXACT + MATCHED)
    op.create_index("ix_listing_free", "listing", ["status", "available_from", "id"])
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "ALTER TABLE listing ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED"
        )
        op.create_index("ix_listing_search", "listing", ["search_vector"], postgresql_using="gin")
        return
    op.execute(f"CREATE VIRTUAL TABLE listing_fts USING fts5(words, {FTS5})")
    op.execute(ALL)
    op.execute(f"CREATE TRIGGER listing_words_in AFTER INSERT ON listing BEGIN {INTO}; END")
    op.execute(f"CREATE TRIGGER listing_words_out AFTER DELETE ON listing BEGIN {OUT_OF}; END")
    op.execute(
        "CREATE TRIGGER listing_words_changed AFTER UPDATE OF id, search_text, material_id ON listing "
        f"WHEN {CHANGED} BEGIN {OUT_OF}; {INTO}; END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("listing_words_in", "listing_words_out", "listing_words_changed"):
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE listing_fts")
    else:
        op.drop_index("ix_listing_search", table_name="listing")
        op.drop_column("listing", "search_vector")
    op.drop_index("ix_listing_free", table_name="listing")
    op.drop_index("ix_listing_catalogue", table_name="listing")
    op.create_index("ix_listing_catalogue", "listing", PLACE)
    op.drop_index("ix_listing_match", table_name="listing")
    op.create_index("ix_listing_match", "listing", EXACT)
