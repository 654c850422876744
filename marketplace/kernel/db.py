"""The database: base class, column types, engine, and the only commit and rollback.

SQLite is the embedded default, PostgreSQL the production database. On SQLite the driver's own transactions are off: a writer says
`BEGIN IMMEDIATE` and so waits its turn, a reader says `BEGIN` and sees one moment; without this concurrent updates vanish
silently.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Engine, MetaData, Table, Text, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as Session
from sqlalchemy.types import TypeDecorator

from marketplace.kernel import patience, writers
from marketplace.kernel.language import Text as Sentence
from marketplace.kernel.language import _

T = TypeVar("T")
BUSY_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 10_000
TRIES = 4
STATEMENTS_KEPT = 2_000  # as compiled: more than the usual 500, for compiling one takes longer than running it
UNDEFINED_TABLE = "42P01"
_in_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock detected


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Fixed(TypeDecorator[Decimal]):
    """An exact decimal, stored as a whole number of 10⁻ᵖˡᵃᶜᵉˢ.

    A value with more decimals or not finite is refused, never rounded.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.places)
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has no exact form with {self.places} decimals")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in storage on both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """A small JSON value as text with sorted keys, the same bytes on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _in_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class _NamingTheIndex(SQLiteCompiler):
    """A SQLite compiler that writes `with_hint(table, "INDEXED BY …", "sqlite")`.

    SQLAlchemy leaves the hint out, and SQLite without statistics often guesses wrong.
    """

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def _in_lower_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _tune_sqlite(engine: Engine, waiters: Path) -> None:
    engine.dialect.statement_compiler = _NamingTheIndex

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.create_function("lower", 1, _in_lower_case, deterministic=True)  # SQLite's own knows A to Z alone
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "cache_size=-65536",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("write"):
            connection.exec_driver_sql("BEGIN")
            return
        with writers.waiting(waiters), patience.waiting(BUSY_TIMEOUT_MS / 1000) as most:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(most * 1000)}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _tune_postgresql(engine: Engine) -> None:
    patient, ping = patience.patient_connection(), engine.dialect.do_ping

    def is_alive(connection: Any) -> bool:
        """Ask the server only where a connection has rested. One that was used a moment ago says by itself that it was closed."""
        return connection.is_quiet() or ping(connection)

    engine.dialect.do_ping = is_alive  # type: ignore[method-assign, assignment]

    @event.listens_for(engine, "checkin")
    def _rest(connection: Any, _record: Any) -> None:
        if connection is not None:
            connection.rested_at = time.monotonic()

    @event.listens_for(engine, "do_connect")
    def _open(_dialect: Any, _record: Any, arguments: Any, options: dict[str, Any]) -> Any:
        return patient.opened(*arguments, **options)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
            cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
            cursor.execute("SET idle_in_transaction_session_timeout = 60000")
            cursor.execute("SET TIME ZONE 'UTC'")
        connection.commit()


def is_retryable(error: BaseException) -> bool:
    """Whether PostgreSQL says that the same transaction may simply be tried again."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _RETRYABLE


def is_unavailable(error: BaseException) -> bool:
    """Whether the database is busy, stopped or out of connections. Worth another try later, and nobody's mistake."""
    return isinstance(error, OperationalError | PoolTimeout) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def explain(error: BaseException) -> Sentence | None:
    """Explain what an operator can do about a database that does not answer. One sentence; None for any other error."""
    if isinstance(error, ArgumentError):
        return _(
            "DATABASE_URL is not an address of a database. Write it as postgresql+psycopg://user:password@host/name, or leave it empty."
        )
    if isinstance(error, DBAPIError) and (
        "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", None) == UNDEFINED_TABLE
    ):
        return _("The database has no tables yet, or not all of them. Run this first: python3 -m marketplace db upgrade.")
    if is_unavailable(error):
        return _("The database cannot be reached or is busy. Check that it runs and what DATABASE_URL says, and try again.")
    return None


class ReadingSession(Session):
    """A session that refuses to write.

    On PostgreSQL what it wrote would stay, for it has no transaction to roll back.
    """

    def execute(self, statement: Any, *args: Any, **options: Any) -> Any:
        """Execute what only reads."""
        return super().execute(_only_reads(statement), *args, **options)

    def scalars(self, statement: Any, *args: Any, **options: Any) -> Any:
        """The first column of what only reads."""
        return super().scalars(_only_reads(statement), *args, **options)

    def scalar(self, statement: Any, *args: Any, **options: Any) -> Any:
        """One value of what only reads."""
        return super().scalar(_only_reads(statement), *args, **options)


def _only_reads(statement: Any) -> Any:
    if getattr(statement, "is_dml", False):
        _refuse_to_write()
    return statement


@event.listens_for(ReadingSession, "before_flush")
def _refuse_to_write(*_of: Any) -> None:
    raise RuntimeError("a reading session was asked to write")


class Database:
    """One engine and the three ways to open a session: to read, to write, and aside."""

    def __init__(self, url: str, pool_size: int = 20) -> None:
        parsed = make_url(url)
        self.url = url
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": 20,
            "pool_timeout": 10,
            "query_cache_size": STATEMENTS_KEPT,
        }
        if not self.is_sqlite:  # most of what is asked only reads, and so needs no transaction
            options |= {"pool_pre_ping": True, "isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
        self.engine = create_engine(parsed, **options)
        self._moment = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )
        isolated: dict[str, Any] = {} if self.is_sqlite else {"isolation_level": "READ COMMITTED"}
        self.writing = self.engine.execution_options(write=True, **isolated)
        self._driver: Any = self.engine.dialect.dbapi
        self._waiters = Path(f"{parsed.database}-waiting") if self.is_sqlite else None
        if self._waiters is None:
            _tune_postgresql(self.engine)
        else:
            _tune_sqlite(self.engine, self._waiters)

    @property
    def dsn(self) -> str:
        """The address as PostgreSQL's own programs read it, password included."""
        return make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)

    def session(self, *, write: bool, one_moment: bool = False) -> Session:
        """Open a session whose first statement opens a reading or a writing transaction. The caller settles and closes it.

        A reader of PostgreSQL opens none: READ COMMITTED gives each statement a moment of its own in one as well, and its
        BEGIN and ROLLBACK cost two of a page's seven turns to and fro. `one_moment`: a reader whose figures have to agree
        with each other sees the bank as it was at the first statement, as every reader of SQLite does.
        """
        reading = self._moment if one_moment else self.engine
        kind, bind = (Session, self.writing) if write else (ReadingSession, reading)
        return kind(bind, expire_on_commit=False, autoflush=True, info={"write": write})

    def fetch_one(self, question: str) -> tuple[Any, ...]:
        """Fetch one row without a transaction of its own, for what every request asks.

        `question` is SQL from our own source, never a user's words.
        """
        try:
            with closing(self.engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute(question)
                row = cursor.fetchone()
                cursor.close()
                return tuple(row or ())
        except self._driver.Error as error:  # SQLAlchemy leaves it as the driver raised it
            raise DBAPIError.instance(question, None, error, self._driver.Error, dialect=self.engine.dialect) from error

    @contextmanager
    def read(self, *, one_moment: bool = False) -> Iterator[Session]:
        """Read; nothing is written. `one_moment`: every statement sees the bank as the first one did."""
        session = self.session(write=False, one_moment=one_moment)
        try:
            yield session
        finally:
            settle(session, keep=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Write: committed at the end of the block, rolled back when it raises."""
        session = self.session(write=True)
        try:
            yield session
            settle(session, keep=True)
        except BaseException:
            settle(session, keep=False)
            raise

    aside = transaction
    """A short transaction of its own, for the two facts that outlive a refusal: failed attempts and refusals in the audit."""

    def run(self, verb: Callable[[Session], T]) -> T:
        """Run a verb in its own transaction, again when PostgreSQL asks for that (40001, 40P01)."""
        for attempt in range(TRIES):
            try:
                with self.transaction() as session:
                    return verb(session)
            except DBAPIError as error:
                if attempt == TRIES - 1 or not is_retryable(error):
                    raise
        raise AssertionError("unreachable")

    def give_way(self, most_s: float) -> None:
        """Let whoever waits to write have their turn, for so long at most. On PostgreSQL nobody waits for the whole database."""
        if self._waiters is not None:
            writers.give_way(self._waiters, most_s)

    def dispose(self) -> None:
        """Close every connection of the pool, before a fork and after a test."""
        self.engine.dispose()


def settle(session: Session, *, keep: bool) -> None:
    """Commit or roll back, and close: the only place that does. What only read is closed."""
    try:
        if not isinstance(session, ReadingSession):
            session.commit() if keep else session.rollback()
    finally:
        session.close()


def insert_or(session: Session, table: type[Base] | Table) -> sqlite.Insert | postgresql.Insert:
    """Build an INSERT that can say what happens where the row exists already.

    `.on_conflict_do_nothing()` or `.on_conflict_do_update(…)`.
    """
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)
