"""A whole database as files and back again, while others write: every row of one moment.

SQLite gives its one file by the online backup. PostgreSQL gives a file of COPY for each table, all from one REPEATABLE READ snapshot
and in the order of the foreign keys; no program of PostgreSQL is needed. Going back, the tables are made by the migrations, so that
every constraint and trigger stands before the first row comes in.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, column, delete, func, inspect, make_url, select, table, text

from marketplace.kernel import health
from marketplace.kernel.archive import damaged
from marketplace.kernel.db import Base, Database, Session
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _

Write = Callable[[str, Iterable[bytes]], None]
Read = Callable[[str], Iterator[bytes]]
FILE = "database.sqlite3"
TABLES = "tables"
VERSION_TABLE = "alembic_version"
NOT_KEPT = ("huey_", VERSION_TABLE)  # notes that only wake a worker, and what the migrations write themselves
BLOCK_BYTES = 1 << 20
UNHURRIED = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def kind_of(database: Database) -> str:
    """The kind of a database, as an archive names it."""
    return "sqlite" if database.is_sqlite else "postgresql"


@contextmanager
def copied(database: Database, write: Write, scratch: Path) -> Iterator[tuple[Session, dict[str, Any]]]:
    """Write every row of one moment.

    Gives a session that reads the same moment, and what `load` must know.

    `scratch` is an empty folder for SQLite's copy.
    """
    with (_copied_file if database.is_sqlite else _copied_tables)(database, write, scratch) as copy:
        yield copy


@contextmanager
def _copied_file(database: Database, write: Write, scratch: Path) -> Iterator[tuple[Session, dict[str, Any]]]:
    file = scratch / FILE
    source = database.engine.raw_connection()
    try:
        with closing(sqlite3.connect(file)) as target:
            source.driver_connection.backup(target)  # type: ignore[union-attr]
    finally:
        source.close()
    copy = Database(url_of_file(file))
    try:
        with copy.read() as session:
            write(FILE, _blocks_of(file))
            yield session, {"kind": kind_of(database), "version": health.version(copy)}
    finally:
        copy.dispose()


@contextmanager
def _copied_tables(database: Database, write: Write, scratch: Path) -> Iterator[tuple[Session, dict[str, Any]]]:
    version = health.version(database)
    with database.read(one_moment=True) as session:
        connection = session.connection()
        _take_time(connection)
        tables = [_copy_out(connection, name, columns, write) for name, columns in _columns(connection).items()]
        yield session, {"kind": kind_of(database), "version": version, "tables": tables}


def _copy_out(connection: Connection, name: str, columns: list[str], write: Write) -> dict[str, Any]:
    """Write one table. Returns its columns, its number of rows and how far its sequences are."""
    cursor = _driver(connection).cursor()
    with closing(cursor):

        def rows() -> Iterator[bytes]:
            with cursor.copy(f"COPY {_quoted(connection, name, columns)} TO STDOUT".encode()) as copy:
                for block in copy:
                    yield bytes(block)

        write(f"{TABLES}/{name}", rows())
        return {"name": name, "columns": columns, "rows": cursor.rowcount, "sequences": _sequences(connection, name)}


def load(database: Database, tables: list[dict[str, Any]], read: Read) -> None:
    """Fill the tables that migrations have just made, in one transaction. Refuses tables with other columns.

    Triggers that write more when a row comes in rest meanwhile, because what they wrote comes in too. Those that refuse changes do not.
    """
    with database.transaction() as session:
        connection = session.connection()
        _take_time(connection)
        stored = _columns(connection)
        if {name: set(columns) for name, columns in stored.items()} != {entry["name"]: set(entry["columns"]) for entry in tables}:
            raise other_schema()
        triggers = _insert_triggers(connection)
        for trigger, name in triggers:
            connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER {trigger}"))
        for name in reversed(stored):  # the first rows of a new installation
            connection.execute(delete(table(name)))
        for entry in tables:
            _copy_in(connection, entry, read(f"{TABLES}/{entry['name']}"))
        for trigger, name in triggers:
            connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER {trigger}"))


def _copy_in(connection: Connection, facts: dict[str, Any], content: Iterator[bytes]) -> None:
    name = facts["name"]
    with closing(_driver(connection).cursor()) as cursor:
        with cursor.copy(f"COPY {_quoted(connection, name, facts['columns'])} FROM STDIN".encode()) as copy:
            for block in content:
                copy.write(block)
        if cursor.rowcount != facts["rows"]:
            raise damaged(f"{TABLES}/{name}")
    for counting, last in facts["sequences"].items():
        highest = connection.scalar(select(func.max(column(counting))).select_from(table(name)))
        if number := max(last or 0, highest or 0):
            connection.execute(select(func.setval(func.pg_get_serial_sequence(_quoted(connection, name), counting), number)))


def is_empty(database: Database) -> bool:
    """Whether a database holds no table yet, but for that of the migrations."""
    if database.is_sqlite and not file_of(database.url).exists():
        return True
    return set(inspect(database.engine).get_table_names()) <= {VERSION_TABLE}


def check_schema(database: Database) -> None:
    """Refuse a database that lacks a column which this version of the program reads."""
    inspector = inspect(database.engine)
    columns = {
        table: {column["name"] for column in reflected} for (_schema, table), reflected in inspector.get_multi_columns().items()
    }
    if any(set(table.columns.keys()) - columns.get(table.name, set()) for table in Base.metadata.sorted_tables):
        raise other_schema()


def find_corruption(database: Database) -> str | None:
    """What SQLite itself says of a damaged file. PostgreSQL looks at each row as it comes in."""
    if not database.is_sqlite:
        return None
    with database.read() as session:
        answer = str(session.execute(text("PRAGMA integrity_check(1)")).scalar_one())
    return None if answer == "ok" else answer


def other_schema() -> Conflict:
    """Refuse rows that do not fit the tables of this program."""
    return Conflict(_("The tables of this backup are not those of this program. Restore it with the program that made it."))


def file_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(make_url(url).database or "")


def url_of_file(file: Path) -> str:
    """The address of a SQLite database in this file."""
    return URL.create("sqlite", database=str(file)).render_as_string()


def _columns(connection: Connection) -> dict[str, list[str]]:
    """The stored columns of every table that is kept, in the order of the foreign keys."""
    inspector = inspect(connection)
    reflected = inspector.get_multi_columns()
    names = [name for name, _keys in inspector.get_sorted_table_and_fkc_names() if name and not name.startswith(NOT_KEPT)]
    return {name: [column["name"] for column in reflected[None, name] if not column.get("computed")] for name in names}


def _sequences(connection: Connection, name: str) -> dict[str, int | None]:
    """The last number of each column that counts by itself. None: no number yet, or not readable."""
    counting = text(
        "SELECT a.attname, (SELECT s.last_value FROM pg_sequences s WHERE format('%I.%I', s.schemaname, s.sequencename)"
        " = pg_get_serial_sequence(:table, a.attname)) AS last_value FROM pg_attribute a WHERE a.attrelid = CAST(:table AS regclass)"
        " AND a.attnum > 0 AND NOT a.attisdropped AND pg_get_serial_sequence(:table, a.attname) IS NOT NULL"
    )
    return {row.attname: row.last_value for row in connection.execute(counting, {"table": _quoted(connection, name)})}


def _insert_triggers(connection: Connection) -> list[tuple[str, str]]:
    """The triggers of our own that run when a row comes in, each with its table, both quoted."""
    statement = text(
        "SELECT quote_ident(t.tgname) AS name, quote_ident(c.relname) AS of_table FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND (t.tgtype & 4) <> 0 AND c.relnamespace = CAST(current_schema() AS regnamespace)"
    )
    return [(row.name, row.of_table) for row in connection.execute(statement)]


def _take_time(connection: Connection) -> None:
    for setting in UNHURRIED:
        connection.execute(text(f"SET LOCAL {setting} = 0"))


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _quote(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _quoted(connection: Connection, table: str, columns: list[str] | None = None) -> str:
    listed = f" ({', '.join(_quote(connection, column) for column in columns)})" if columns else ""
    return _quote(connection, table) + listed


def _blocks_of(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while block := content.read(BLOCK_BYTES):
            yield block
