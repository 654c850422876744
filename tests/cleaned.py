"""A database of PostgreSQL that is brought back to what it was: a test takes half the time that it takes on a new copy.

What a test has written is looked for and taken away, past every trigger; connections, their prepared statements and their caches stay. A
test that changed more than rows (a table, a trigger, a right) or left somebody at work gets its database dropped instead.
"""

from typing import Any

import psycopg

PUBLIC = "'public'::regnamespace"
SWEPT_AFTER = 20  # resets, until the room of what was taken away is given back
CATALOGS = (
    "pg_class",
    "pg_attribute",
    "pg_attrdef",
    "pg_constraint",
    "pg_trigger",
    "pg_proc",
    "pg_namespace",
    "pg_db_role_setting",
)
STRUCTURE = f"SELECT {', '.join(f'(SELECT (count(*), max(xmin::text::bigint))::text FROM {catalog})' for catalog in CATALOGS)}"
AT_WORK = """SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
UNION ALL SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE locktype = 'advisory' AND datname = current_database()"""


class Cleaned:
    """One database, to be made before anybody writes in it."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("SET session_replication_role = replica")  # no trigger stands in the way
        self.connection.execute("SET lock_timeout = '1s'")
        self.structure = self.ask(STRUCTURE)
        self.sequences = dict(self.ask("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"))
        tables = [name for (name,) in self.ask(f"SELECT relname FROM pg_class WHERE relnamespace = {PUBLIC} AND relkind = 'r'")]
        filled = {name: self.rows(name) for name in tables if self.ask(f'SELECT FROM "{name}" LIMIT 1')}
        self.at_first = {name: filled.get(name) for name in tables}
        self.resets = 0
        self.xid = self.last_xid()

    @property
    def written(self) -> str:
        """The question in which tables something stands that was not there, or does not stand that was."""
        return " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")"
            if rows is None
            else f"SELECT '{name}' FROM \"{name}\" HAVING count(*) <> {len(rows)} OR max(xmin::text::bigint) > %(xid)s"
            for name, rows in self.at_first.items()
        )

    def clean(self) -> bool:
        """Bring everything back. False: it cannot be done here, and nothing may have been done."""
        try:
            if self.ask(STRUCTURE) != self.structure or self.ask(AT_WORK):
                return False
            written = [name for (name,) in self.ask(self.written, xid=self.xid)]
            with self.connection.transaction():
                for name in written:
                    self.connection.execute(f'DELETE FROM "{name}"'.encode())
                    self.put_back(name, self.at_first[name] or [])
                for name, value in self.ask("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"):
                    if value != (first := self.sequences[name]):
                        self.ask(
                            "SELECT setval(%(name)s::regclass, %(value)s, %(called)s)",
                            name=name,
                            value=first or 1,
                            called=bool(first),
                        )
            self.resets += 1
            if self.resets % SWEPT_AFTER == 0:
                self.connection.execute("VACUUM")
            self.xid = self.last_xid()
        except psycopg.Error:
            return False
        return True

    def ask(self, question: str, **values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(question.encode(), values or None, prepare=True).fetchall()

    def last_xid(self) -> int:
        return int(self.ask("SELECT txid_current()")[0][0])

    def rows(self, name: str) -> list[bytes]:
        """The rows of a table as COPY writes them."""
        with self.connection.cursor().copy(f'COPY "{name}" TO STDOUT'.encode()) as copy:
            return [bytes(row) for row in copy]

    def put_back(self, name: str, rows: list[bytes]) -> None:
        if rows:
            with self.connection.cursor().copy(f'COPY "{name}" FROM STDIN'.encode()) as copy:
                for row in rows:
                    copy.write(row)
