"""What the book says: rows, totals from the roll-ups, and whether the chain holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.ledger.models import (
    KEYS,
    LATE,
    ROLLUP_PAIR,
    ROLLUP_SIDE,
    ROLLUPS,
    EarlierRow,
    Exchange,
    LedgerHead,
    counted,
    counts_in,
    month_booked,
)
from marketplace.ledger.rules import (
    ENTRY_FIELDS,
    FIELDS_OF_VERSION,
    FIRST_HASH,
    FREEZES_FACTORS,
    Entry,
    Lack,
    ReplacesPurchase,
    RowKind,
    canonical,
    chained,
    misplaced,
)
from marketplace.notices.queries import list_records

CHUNK = 1000
FIRST_MONTH, LAST_MONTH = "0001-01", "9999-12"
HEAD_LOGGED = "ledger.head"
BEFORE_ALL = -(2**31)  # a forged row may carry any number


@dataclass(frozen=True, slots=True)
class Link:
    """How far the chain was walked: the last row that fits, and its hash. Before the first row: 0."""

    seq: int = 0
    hash: str = FIRST_HASH


@dataclass(frozen=True, slots=True)
class Breach:
    """The first row that does not fit, and why."""

    seq: int
    reason: str


def _visible(actor: Actor) -> Select[Exchange]:
    require(actor, Can.READ_EXCHANGES)
    rows = select(Exchange)
    if not may(actor, Can.READ_ALL_EXCHANGES):
        rows = rows.where((Exchange.from_slug == actor.organisation_slug) | (Exchange.to_slug == actor.organisation_slug))
    return rows


_back = aliased(Exchange)
is_taken_back = Exchange.quantity == -(
    select(func.coalesce(func.sum(_back.quantity), 0)).where(_back.reverses == Exchange.seq).correlate(Exchange).scalar_subquery()
)
_LACKING: dict[Lack, ColumnElement[bool]] = {
    Lack.FACTOR: Exchange.carbon_factor.is_(None),
    Lack.USE: func.coalesce(Exchange.replaces_purchase, ReplacesPurchase.NOT_SAID.value) == ReplacesPurchase.NOT_SAID.value,
    Lack.PRICE: Exchange.purchase_cents.is_(None) & (func.coalesce(Exchange.replaces_purchase, "") != ReplacesPurchase.NO.value),
    Lack.WEIGHT: (Exchange.kg_basis == "taxonomy") & Exchange.unit.not_in((Unit.TONNE.value, Unit.KG.value)),
}


def stands_in(word: str, materials: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether a word stands in the name of one side of a row, or names its material."""
    named = (func.lower(name).contains(word, autoescape=True) for name in (Exchange.from_name, Exchange.to_name))
    return or_(*named, Exchange.material_slug.in_(materials))


@dataclass(frozen=True, slots=True)
class ExchangeFilter:
    """Which rows are asked for: of a period, of either side, of materials, of lots.

    A municipality is one side too, and both of these have to fit. `words` stand in the names of the two sides or of the material.
    `first` and `last` are days on which something happened, the months those in which it counts. `through`: direct or depot; `is_within`:
    whether it stayed within one organisation; `without_bulk`: no sand and soil; `lacks`: transfers that still count and lack any of these;
    `is_late`: only what counts in a later month than that in which it happened.
    """

    first: date | None = None
    last: date | None = None
    organisations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    listing_ids: Select[int] | None = None
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    givers: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    first_month: str = ""
    last_month: str = ""
    through: str = ""
    is_within: bool | None = None
    without_bulk: bool = False
    lacks: tuple[Lack, ...] = ()
    is_late: bool = False

    def narrow(self, rows: Select[Exchange]) -> Select[Exchange]:
        """The rows that this leaves."""
        if self.first is not None:
            rows = rows.where(Exchange.happened_on >= self.first)
        if self.last is not None:
            rows = rows.where(Exchange.happened_on <= self.last)
        if self.first_month or self.last_month:
            rows = rows.where(counts_in(self.first_month or FIRST_MONTH, self.last_month or LAST_MONTH))
        for slugs, side in ((self.givers, Exchange.from_slug), (self.receivers, Exchange.to_slug)):
            rows = rows.where(side.in_(slugs)) if slugs else rows
        for slugs in filter(None, (self.organisations, self.municipalities)):
            rows = rows.where(Exchange.from_slug.in_(slugs) | Exchange.to_slug.in_(slugs))
        if self.kinds:
            rows = rows.where(Exchange.kind.in_(self.kinds))
        if self.listing_ids is not None:
            rows = rows.where(Exchange.listing_id.in_(self.listing_ids))
        for word, materials in self.words:
            rows = rows.where(stands_in(word, materials))
        if self.lacks:
            rows = rows.where(Exchange.kind == RowKind.TRANSFER, or_(*(_LACKING[lack] for lack in self.lacks)), ~is_taken_back)
        if self.groups:
            rows = rows.where(Exchange.group_slug.in_(self.groups))
        if self.materials:
            rows = rows.where(Exchange.material_slug.in_(self.materials))
        return self._by_kind(rows)

    def _by_kind(self, rows: Select[Exchange]) -> Select[Exchange]:
        """Of these the rows that went so, between whom, and of what."""
        if self.through:
            rows = rows.where(KEYS["through"] == self.through)
        if self.is_within is not None:
            rows = rows.where((Exchange.from_slug == Exchange.to_slug) == self.is_within)
        if self.is_late:
            rows = rows.where(LATE)
        if self.without_bulk:
            rows = rows.outerjoin(EarlierRow, EarlierRow.seq == Exchange.seq).where(KEYS["is_bulk"].is_(False))
        return rows


EVERY_EXCHANGE = ExchangeFilter()


def list_exchanges(
    session: Session, actor: Actor, *, page: int, page_size: int, wanted: ExchangeFilter = EVERY_EXCHANGE
) -> tuple[list[Exchange], int]:
    """List exchanges, newest first, with their number.

    The actor's own organisation's rows, or all for reviewer and administrator.
    """
    rows = wanted.narrow(_visible(actor))
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    result = session.scalars(rows.order_by(Exchange.seq.desc()).limit(page_size).offset((page - 1) * page_size))
    return list(result), total


def get_exchanged_mass(session: Session, actor: Actor, wanted: ExchangeFilter = EVERY_EXCHANGE) -> Decimal:
    """The mass of these rows together."""
    rows = wanted.narrow(_visible(actor)).subquery()
    return session.scalar(select(func.sum(rows.c.mass_kg))) or Decimal(0)


def get_exchange(session: Session, actor: Actor, *, seq: int) -> Exchange:
    """The row with this number, for its two sides, the reviewer and the administrator."""
    row = session.scalars(_visible(actor).where(Exchange.seq == seq)).one_or_none()
    if row is None:
        raise Missing(_("This row of the ledger does not exist, or you may not see it. Check the number."))
    return row


def list_of_same_reservation(session: Session, row: Exchange) -> list[Exchange]:
    """List every row that was booked of one reservation, this one among them, oldest first. A leg of a lot has none: it stands alone."""
    if row.reservation_id is None:
        return [row]
    rows = select(Exchange).where(Exchange.reservation_id == row.reservation_id)
    return list(session.scalars(rows.order_by(Exchange.seq)))


def find_exchange(session: Session, *, reservation_id: int) -> Exchange | None:
    """The transfer row of a reservation, where it has come to one."""
    return session.scalars(
        select(Exchange).where(Exchange.reservation_id == reservation_id, Exchange.kind == RowKind.TRANSFER)
    ).one_or_none()


def entry_of(session: Session, row: Exchange) -> Entry:
    """What a row says, with what rows of its version did not freeze as far as that is known."""
    entry = Entry(**{name: getattr(row, name) for name in ENTRY_FIELDS})
    earlier = session.get(EarlierRow, row.seq) if row.row_version < FREEZES_FACTORS else None
    if earlier is None:
        return entry
    names = ("carbon_confidence", "carbon_low", "carbon_high", "avoided_low_kgco2e", "avoided_high_kgco2e", "is_bulk")
    return replace(entry, **{name: getattr(earlier, name) for name in names})


def list_later_rows(session: Session, *, reservation_id: int) -> list[Exchange]:
    """List what was booked of a reservation later: what came back, and the ways back."""
    rows = select(Exchange).where(Exchange.reservation_id == reservation_id, Exchange.kind != RowKind.TRANSFER)
    return list(session.scalars(rows.order_by(Exchange.seq)))


def list_by_demand(session: Session, demand_id: int) -> list[Exchange]:
    """The rows that moved something to a demand, or took it back."""
    rows = select(Exchange).where(Exchange.demand_id == demand_id, Exchange.kind != RowKind.HAUL)
    return list(session.scalars(rows.order_by(Exchange.seq)))


def each_exchange(session: Session, actor: Actor, wanted: ExchangeFilter = EVERY_EXCHANGE) -> Iterator[Exchange]:
    """Every row that the actor may see, oldest first, read in chunks by key: for exports."""
    rows, last = wanted.narrow(_visible(actor)).order_by(Exchange.seq), 0
    while chunk := list(session.scalars(rows.where(Exchange.seq > last).limit(CHUNK))):
        yield from chunk
        last = chunk[-1].seq
        session.expunge_all()


def list_months(session: Session) -> list[str]:
    """Every month that stands in the ledger or in a roll-up, in order."""
    statement = select(month_booked).union(select(ROLLUP_SIDE.c.month), select(ROLLUP_PAIR.c.span))
    spans = set(session.scalars(statement))
    months = {span for span in spans if "-" in span}
    years = {month[:4] for month in months}
    return sorted(months | {f"{span}-01" for span in spans - months - years})


def count_exchanges(session: Session, *, month: str) -> int:
    """How many rows of the ledger fall in a month."""
    return session.scalar(select(func.count()).select_from(Exchange).where(counts_in(month, month))) or 0


def find_rollup_breach(session: Session) -> str | None:
    """The first roll-up row that is not the sum of its ledger rows, in words; None when all fit."""
    for name, strays in _strays().items():
        wrong = [month for rows in strays if (month := session.scalar(rows)) is not None]
        if wrong:
            return f"{name} of {min(wrong)} is not the sum of the ledger"
    return None


@cache
def _strays() -> dict[str, list[Select[Any]]]:
    """By roll-up: the first month that only it has, and that only its ledger rows have."""
    strays: dict[str, list[Select[Any]]] = {}
    for table in ROLLUPS:
        when, booked = "month" if table is ROLLUP_SIDE else "span", counted(table)
        stored = select(*(table.c[str(column.key)] for column in booked.selected_columns))
        sides = (rows.except_(others).subquery() for rows, others in ((booked, stored), (stored, booked)))
        strays[table.name] = [select(func.min(side.c[when])) for side in sides]
    return strays


def get_head(session: Session) -> tuple[int, str]:
    """The last seq and its hash."""
    row = session.execute(select(LedgerHead.seq, LedgerHead.hash)).one()
    return row.seq, row.hash


def lock_head(session: Session) -> tuple[int, str]:
    """The last seq and its hash, and nobody adds a row until this is committed."""
    row = session.execute(select(LedgerHead.seq, LedgerHead.hash).with_for_update()).one()
    return row.seq, row.hash


def find_breach(session: Session) -> Breach | None:
    """Walk the chain from the first row and find the first breach.

    Every seq in turn, every hash over the one before, every column as it was hashed, and every logged head where it was.
    """
    walked: Link | Breach | None = Link()
    while isinstance(walked, Link):
        walked = walk_chain(session, walked)
    return walked


def walk_chain(session: Session, link: Link) -> Link | Breach | None:
    """Walk on for one chunk: how far it holds, or the first row that does not fit. None at the end, where the head is that row."""
    head = session.execute(select(LedgerHead.seq, LedgerHead.hash)).one_or_none()  # before the rows: one may be added meanwhile
    previous, expected = link.hash, link.seq + 1
    chunk = _rows_after(session, link.seq or BEFORE_ALL)
    for seq, row in chunk:
        reason = _misfit(row, expected, previous) if row is not None else "a column cannot be read"
        if row is None or reason:
            return Breach(min(seq, expected), str(reason))
        previous, expected = row.hash, expected + 1
    for _seq, row in chunk:
        if row is not None:
            session.expunge(row)
    if chunk:
        return Link(expected - 1, previous)
    if head is None or (head.seq, head.hash) != (link.seq, link.hash):
        return Breach(expected, "the head of the ledger names another last row")
    return find_lost_head(session, list_logged_heads(session))


def list_logged_heads(session: Session) -> list[tuple[int, str]]:
    """Every head that was ever logged, oldest first.

    The audit keeps them, outside the table that they guard.
    """
    return [(row.object_id or 0, row.facts["hash"]) for row in list_records(session, action=HEAD_LOGGED, object_type="ledger")]


def find_lost_head(session: Session, heads: Sequence[tuple[int, str]]) -> Breach | None:
    """The first of these heads that the ledger does not have any more.

    It became shorter, or was written anew.
    """
    for start in range(0, len(heads), CHUNK):
        chunk = heads[start : start + CHUNK]
        rows = select(Exchange.seq, Exchange.hash).where(Exchange.seq.in_([seq for seq, _digest in chunk]))
        hashes = {0: FIRST_HASH, **{row.seq: row.hash for row in session.execute(rows)}}
        for seq, digest in chunk:
            if seq not in hashes:
                return Breach(seq, "the chain is shorter than the head that was logged: this row is gone")
            if hashes[seq] != digest:
                return Breach(seq, "the row is another than the head that was logged")
    return None


def _rows_after(session: Session, last: int) -> list[tuple[int, Exchange | None]]:
    """The next rows with their numbers. SQLite stores any text in any column: a row that is no longer one comes as None."""
    rows, numbers = select(Exchange).order_by(Exchange.seq), select(Exchange.seq).order_by(Exchange.seq)
    try:
        return [(row.seq, row) for row in session.scalars(rows.where(Exchange.seq > last).limit(CHUNK))]
    except (ValueError, TypeError):
        return [(seq, _read(session, seq)) for seq in session.scalars(numbers.where(Exchange.seq > last).limit(CHUNK)).all()]


def _read(session: Session, seq: int) -> Exchange | None:
    try:
        return session.scalars(select(Exchange).where(Exchange.seq == seq)).one()
    except (ValueError, TypeError):
        return None


def _misfit(row: Exchange, expected: int, previous: str) -> str | None:
    if row.seq != expected:
        return "a row is missing here" if row.seq > expected else "a row stands out of order"
    if row.row_version not in FIELDS_OF_VERSION:
        return "its version is not known"
    entry = Entry(**{name: getattr(row, name) for name in ENTRY_FIELDS})
    if misplaced(entry) or row.canonical != canonical(entry, seq=row.seq, booked_at=row.booked_at):
        return "a column differs from what was hashed"
    if row.previous_hash != previous:
        return "it does not hold on to the row before it"
    if row.hash != chained(previous, row.canonical):
        return "the hash is not that of the row"
    return None
