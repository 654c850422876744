"""The catalogue's search: a covering index, and full text over `listing.search_text`, on each database in its own way.

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
INTO = "INSERT INTO listing_fts (rowid, words) VALUES (new.id, new.search_text)"
OUT_OF = "INSERT INTO listing_fts (listing_fts, rowid, words) VALUES ('delete', old.id, old.search_text)"


def upgrade() -> None:
    op.drop_index("ix_listing_catalogue", table_name="listing")
    op.create_index("ix_listing_catalogue", "listing", PLACE + FILTERS)
    op.create_index("ix_listing_free", "listing", ["status", "available_from", "id"])
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "ALTER TABLE listing ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED"
        )
        op.create_index("ix_listing_search", "listing", ["search_vector"], postgresql_using="gin")
        return
    op.execute("CREATE VIRTUAL TABLE listing_fts USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')")
    op.execute("INSERT INTO listing_fts (rowid, words) SELECT id, search_text FROM listing")
    op.execute(f"CREATE TRIGGER listing_words_in AFTER INSERT ON listing BEGIN {INTO}; END")
    op.execute(f"CREATE TRIGGER listing_words_out AFTER DELETE ON listing BEGIN {OUT_OF}; END")
    op.execute(
        "CREATE TRIGGER listing_words_changed AFTER UPDATE OF id, search_text ON listing "
        f"WHEN old.search_text <> new.search_text OR old.id <> new.id BEGIN {OUT_OF}; {INTO}; END"
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
