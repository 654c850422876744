"""Adding to the book. There is no verb that changes or removes a row, and triggers refuse raw SQL that tries."""

from dataclasses import replace

from sqlalchemy import (
    ColumnElement,
    Table,
    TextClause,
    delete,
    insert,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.ledger.models import (
    COUNTS_IN_MONTH,
    ROLLUP_PAIR,
    ROLLUP_SIDE,
    ROLLUPS,
    Exchange,
    LedgerHead,
    counted,
    days_of,
    summed,
)
from marketplace.ledger.queries import HEAD_LOGGED, count_exchanges, get_head, list_months
from marketplace.ledger.rules import ENTRY_FIELDS, NEWEST_VERSION, SUM_NAMES, Entry, canonical, chained
from marketplace.notices.actions import audit

ONE: ColumnElement[int] = literal_column(":seq")
_COUNTING_ONE: dict[str, list[TextClause]] = {}  # by dialect: built once, for building costs more than running
_COUNTING_MONTH: dict[str, list[sqlite.Insert | postgresql.Insert]] = {}


def append(session: Session, entry: Entry) -> Exchange:
    """Add one row after the last, and count it in both roll-ups.

    Under the lock of the head row. The row is of the newest version. It counts in its `period`; without one in the month in which it happened.
    """
    row = write(session, entry)
    count(session, row.seq)
    return row


def write(session: Session, entry: Entry) -> Exchange:
    """Write the row itself. Nobody adds another before this transaction has ended."""
    entry = replace(entry, row_version=NEWEST_VERSION, period=entry.month)
    seq, previous = session.execute(
        update(LedgerHead)
        .values(seq=LedgerHead.seq + 1)
        .returning(LedgerHead.seq, LedgerHead.hash)
        .execution_options(synchronize_session=False)
    ).one()
    booked_at = clock.now()
    written = canonical(entry, seq=seq, booked_at=booked_at)
    row = Exchange(
        **{name: getattr(entry, name) for name in ENTRY_FIELDS},
        seq=seq,
        booked_at=booked_at,
        previous_hash=previous,
        canonical=written,
        hash=chained(previous, written),
    )
    session.add(row)
    session.flush()
    session.execute(update(LedgerHead).values(hash=row.hash).execution_options(synchronize_session=False))
    return row


def count(session: Session, seq: int) -> None:
    """Count one row of the book in both roll-ups."""
    dialect = session.get_bind().dialect.name
    if dialect not in _COUNTING_ONE:
        _COUNTING_ONE[dialect] = [_written(session, _counting(session, table, Exchange.seq == ONE)) for table in ROLLUPS]
    for statement in _COUNTING_ONE[dialect]:
        session.execute(statement, {"seq": seq})


def _written(session: Session, statement: sqlite.Insert | postgresql.Insert) -> TextClause:
    """The same as text, its constants in it: as parameters they cost more than the rest."""
    return text(str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})))


def _counting(session: Session, table: Table, *where: ColumnElement[bool]) -> sqlite.Insert | postgresql.Insert:
    """A statement that adds rows of the book to a roll-up."""
    sums = counted(table, *where)
    statement = insert_or(session, table).from_select([column.name for column in sums.selected_columns], sums)
    more = {name: table.c[name] + statement.excluded[name] for name in SUM_NAMES}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=more)


def log_head(session: Session, doer: audit.Doer) -> tuple[int, str]:
    """Write the last row's number and hash to the audit, and return them.

    A ledger that becomes shorter is found out by it.
    """
    seq, digest = get_head(session)
    audit.record(session, doer, action=HEAD_LOGGED, object_type="ledger", object_id=seq, hash=digest)
    return seq, digest


def rebuild_rollups(session: Session) -> int:
    """Count the whole book again into both roll-ups; how many rows it has. Figures do not change unless they were wrong."""
    months = list_months(session)
    rows = sum(_count_month(session, month) for month in months)
    for year in dict.fromkeys(month[:4] for month in months):
        _sum_year(session, year)
    return rows


def rebuild_month(session: Session, *, month: str) -> int:
    """Count one month of the book again into both roll-ups; how many rows it has."""
    rows = _count_month(session, month)
    _sum_year(session, month[:4])
    return rows


def _count_month(session: Session, month: str) -> int:
    session.execute(
        update(LedgerHead).values(seq=LedgerHead.seq).execution_options(synchronize_session=False)
    )  # nobody adds meanwhile
    side, pair = ROLLUP_SIDE, ROLLUP_PAIR
    session.execute(delete(side).where(side.c.month == month))
    session.execute(delete(pair).where(pair.c.span == month))
    begin, end = days_of(month, month)
    dialect = session.get_bind().dialect.name
    if dialect not in _COUNTING_MONTH:
        _COUNTING_MONTH[dialect] = [_counting(session, table, COUNTS_IN_MONTH) for table in ROLLUPS]
    for statement in _COUNTING_MONTH[dialect]:
        session.execute(statement, {"month": month, "begin": begin, "end": end})
    return count_exchanges(session, month=month)


def _sum_year(session: Session, year: str) -> None:
    """Make the year of the roll-up by pair from its months."""
    pair = ROLLUP_PAIR
    keys = [column for column in pair.primary_key if column.name != "span"]
    months = select(*keys, literal(year).label("span"), *summed(pair.c)).where(pair.c.span.between(f"{year}-01", f"{year}-12"))
    session.execute(delete(pair).where(pair.c.span == year))
    session.execute(insert(pair).from_select([column.name for column in months.selected_columns], months.group_by(*keys)))
