"""How often a client wrote, counted for all workers of a machine together.

The counts stand in a small file of their own in the instance folder, behind flask-limiter's interface: they hold over every worker,
never wait for the bank's own database, and need no thread. (The memory storage of `limits` 5.8.0 starts a timer without a lock; under
many threads it starts one twice, and the process dies.) A write keeps its way back in memory and makes no second file: what a process
that is killed halfway leaves behind may be torn, and is then thrown away.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from flask import Flask
from limits.storage import Storage

FILE = "counts.sqlite3"
WAIT_S = 2
FORGOTTEN_EVERY = 500
_TABLE = "CREATE TABLE IF NOT EXISTS hits (key TEXT PRIMARY KEY, hits INTEGER NOT NULL, until REAL NOT NULL) WITHOUT ROWID"
_COUNT = """
    INSERT INTO hits (key, hits, until) VALUES (:key, :amount, :until)
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN hits.until <= :now THEN 0 ELSE hits.hits END + :amount,
        until = CASE WHEN hits.until <= :now THEN :until ELSE hits.until END
    RETURNING hits
"""


class SharedCounts(Storage):
    """Counts in fixed windows, in a file that every worker of this machine opens."""

    STORAGE_SCHEME = ["shared"]

    def __init__(self, uri: str | None = None, *, app: Flask, wrap_exceptions: bool = False) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self.app = app

    @property
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    @property
    def file(self) -> Path:
        """Where the counts stand; they may be thrown away at any time."""
        path: Path = self.app.extensions["settings"].instance_path / FILE
        return path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, timeout=WAIT_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("PRAGMA synchronous=OFF")  # what a crash of the machine loses is a minute of counting
            try:
                yield connection
            except sqlite3.OperationalError as error:
                if "no such table" not in str(error):
                    raise
                connection.execute(_TABLE)
                raise _Unmade from error

    def _ask(self, statement: str, **values: object) -> tuple[float, ...] | None:
        for _attempt in range(3):
            try:
                with self._open() as connection:
                    row: tuple[float, ...] | None = connection.execute(statement, values).fetchone()
                    return row
            except _Unmade:
                continue
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self.file.unlink(missing_ok=True)  # torn by a crash of the machine: counting begins anew
        return None

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and give the count of this window."""
        now = time.time()
        row = self._ask(_COUNT, key=key, amount=amount, now=now, until=now + expiry)
        if row is not None and row[0] == 1 and hash(key) % FORGOTTEN_EVERY == 0:
            self._ask("DELETE FROM hits WHERE until <= :now", now=now)
        return int(row[0]) if row else amount

    def get(self, key: str) -> int:
        """The count of this window."""
        row = self._ask("SELECT hits FROM hits WHERE key = :key AND until > :now", key=key, now=time.time())
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """When the window of this count ends, in seconds of the clock."""
        row = self._ask("SELECT until FROM hits WHERE key = :key", key=key)
        return float(row[0]) if row else time.time()

    def check(self) -> bool:
        """Whether the file can be used."""
        self._ask("SELECT 1")
        return True

    def reset(self) -> int | None:
        """Forget every count; how many is not known."""
        self.file.unlink(missing_ok=True)
        return None

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._ask("DELETE FROM hits WHERE key = :key", key=key)


class _Unmade(Exception):
    """The table was not there; now it is."""
