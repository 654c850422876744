"""A schema as text: a line for each column, constraint, index and trigger, in one order."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection

OWN_TABLES = "alembic_version"
WORDS_OF_SQLITE = "listing_fts_"  # tables that FTS5 makes for itself
COLUMNS = """
    SELECT concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                     a.attgenerated, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
    SELECT concat_ws(' ', c.relname, k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.connamespace = 'public'::regnamespace AND k.contype <> 'n'
"""
INDEXES = "SELECT concat_ws(' ', tablename, indexdef) FROM pg_indexes WHERE schemaname = 'public'"
TRIGGERS = """
    SELECT concat_ws(' ', c.relname, pg_get_triggerdef(t.oid)) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal
"""
FUNCTIONS = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
SEQUENCES = (
    "SELECT concat_ws(' ', sequencename, data_type, start_value, increment_by) FROM pg_sequences WHERE schemaname = 'public'"
)


def describe(connection: Connection) -> list[str]:
    """Every line of a schema, sorted. Which version it is at is left out."""
    lines = sqlite_lines(connection) if connection.dialect.name == "sqlite" else postgresql_lines(connection)
    return sorted(" ".join(line.split()) for line in lines if not line.startswith(OWN_TABLES))


def sqlite_lines(connection: Connection) -> Iterator[str]:
    """What SQLite keeps of each statement, a table by its columns and constraints."""
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    for kind, name, table, statement in rows:
        if kind != "table":
            yield f"{table} {statement}"
        elif statement.startswith("CREATE VIRTUAL"):
            yield f"{name} {statement}"
        elif not name.startswith(WORDS_OF_SQLITE):
            yield from (f"{name} {part}" for part in parts(statement))


def parts(statement: str) -> list[str]:
    """Columns and constraints of a CREATE TABLE. Commas in a text or in parentheses separate nothing."""
    body = statement[statement.index("(") + 1 : statement.rindex(")")]
    clauses, depth = [""], 0
    for piece in re.findall(r"'(?:[^']|'')*'|[^']", body):
        depth += (piece == "(") - (piece == ")")
        if piece == "," and depth == 0:
            clauses.append("")
        else:
            clauses[-1] += piece
    return clauses


def postgresql_lines(connection: Connection) -> Iterator[str]:
    """What the catalogue of PostgreSQL says. A restored dump casts the texts of a CHECK at another place; casts are left out."""
    for question in (COLUMNS, CONSTRAINTS, INDEXES, TRIGGERS, FUNCTIONS, SEQUENCES):
        for line in connection.exec_driver_sql(question).scalars():
            yield re.sub(r"[()]|::[a-z ]+(\[\])?", "", line) if " = ANY " in line else line
