"""What the book says: rows, totals from the roll-ups, and whether the chain holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Select, String, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.kernel.units import THOUSANDTH
from marketplace.ledger.models import Exchange, LedgerHead, MonthMaterial, MonthPair
from marketplace.ledger.rules import (
    ENTRY_FIELDS,
    FIELDS_OF_VERSION,
    FIRST_HASH,
    Entry,
    ReplacesPurchase,
    RowKind,
    canonical,
    chained,
    misplaced,
)
from marketplace.notices.queries import list_records

CHUNK = 1000
HEAD_LOGGED = "ledger.head"
BEFORE_ALL = -(2**31)  # a forged row may carry any number
month_happened = func.substr(cast(Exchange.happened_on, String), 1, 7)
month_booked = func.coalesce(Exchange.period, month_happened).label("month")
SUMS = (
    *("exchanges", "mass_kg", "tonne_km", "avoided_kgco2e", "transport_kgco2e", "unknown_factor_mass_kg"),
    *("processing_kgco2e", "unknown_processing_mass_kg", "late_mass_kg", "late_rows"),
    *("moved_mass_kg", "avoided_replacing_kgco2e", "avoided_not_replacing_kgco2e"),
)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the book. `avoided_kgco2e` is of the mass whose factor is known; the rest is `unknown_factor_mass_kg`. Processing likewise.

    `late_mass_kg` and `late_rows`: of what counts in a later month than that in which it happened. `moved_mass_kg`: of the transfers, with what
    came back later. `avoided_replacing_kgco2e`: the part of the avoided that replaced a purchase, as was said; `avoided_not_replacing_kgco2e`:
    the part that did not.
    """

    exchanges: int = 0
    mass_kg: Decimal = Decimal(0)
    tonne_km: Decimal = Decimal(0)
    avoided_kgco2e: Decimal = Decimal(0)
    transport_kgco2e: Decimal = Decimal(0)
    unknown_factor_mass_kg: Decimal = Decimal(0)
    processing_kgco2e: Decimal = Decimal(0)
    unknown_processing_mass_kg: Decimal = Decimal(0)
    late_mass_kg: Decimal = Decimal(0)
    late_rows: int = 0
    moved_mass_kg: Decimal = Decimal(0)
    avoided_replacing_kgco2e: Decimal = Decimal(0)
    avoided_not_replacing_kgco2e: Decimal = Decimal(0)

    @property
    def avoided_not_said_kgco2e(self) -> Decimal:
        """The part of the avoided of which nobody said whether it replaces a purchase."""
        return self.avoided_kgco2e - self.avoided_replacing_kgco2e - self.avoided_not_replacing_kgco2e

    @property
    def net_kgco2e(self) -> Decimal:
        """Avoided less all transport and all processing that is known."""
        return self.avoided_kgco2e - self.transport_kgco2e - self.processing_kgco2e

    @classmethod
    def of(cls, sums: Sequence[Any]) -> "Totals":
        """Sums as a database gives them, in the order of `SUMS`.

        Counts are whole numbers on both databases.
        """
        values = dict(zip(SUMS, sums, strict=True))
        return cls(**values | {name: int(values[name]) for name in ("exchanges", "late_rows")})

    @property
    def driven_tonnes(self) -> Decimal:
        """All that was on the road: what moved, and what came back once more."""
        return (self.moved_mass_kg * 2 - self.mass_kg) / 1000

    @property
    def average_km(self) -> Decimal | None:
        """How far a tonne was driven on the average; None where nothing was."""
        return self.tonne_km / self.driven_tonnes if self.driven_tonnes > 0 else None

    def in_whole_km(self) -> "Totals":
        """The same with an average distance in whole kilometres.

        Over all that was driven. For whoever may not know exact ones, since of a single transfer the distance could be worked back.
        """
        tonnes = self.driven_tonnes
        if not self.tonne_km or tonnes <= 0:
            return self
        coarse = (self.tonne_km / tonnes).quantize(Decimal(1), rounding=ROUND_HALF_UP) * tonnes
        transport = self.transport_kgco2e * coarse / self.tonne_km
        return replace(
            self,
            tonne_km=coarse.quantize(THOUSANDTH, rounding=ROUND_HALF_UP),
            transport_kgco2e=transport.quantize(THOUSANDTH, rounding=ROUND_HALF_UP),
        )


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


@dataclass(frozen=True, slots=True)
class ExchangeFilter:
    """Which rows are asked for: of a period, of either side, of materials, of lots.

    A municipality is one side too, and both of these have to fit. `words` stand in the names of the two sides or of the material.
    `first` and `last` are days on which something happened, the months those in which it counts.
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

    def narrow(self, rows: Select[Exchange]) -> Select[Exchange]:
        """The rows that this leaves."""
        if self.first is not None:
            rows = rows.where(Exchange.happened_on >= self.first)
        if self.last is not None:
            rows = rows.where(Exchange.happened_on <= self.last)
        if self.first_month:
            rows = rows.where(month_booked >= self.first_month)
        if self.last_month:
            rows = rows.where(month_booked <= self.last_month)
        for slugs, side in ((self.givers, Exchange.from_slug), (self.receivers, Exchange.to_slug)):
            rows = rows.where(side.in_(slugs)) if slugs else rows
        for slugs in filter(None, (self.organisations, self.municipalities)):
            rows = rows.where(Exchange.from_slug.in_(slugs) | Exchange.to_slug.in_(slugs))
        if self.kinds:
            rows = rows.where(Exchange.kind.in_(self.kinds))
        if self.listing_ids is not None:
            rows = rows.where(Exchange.listing_id.in_(self.listing_ids))
        for word, materials in self.words:
            named = (func.lower(name).contains(word, autoescape=True) for name in (Exchange.from_name, Exchange.to_name))
            rows = rows.where(or_(*named, Exchange.material_slug.in_(materials)))
        if self.groups:
            rows = rows.where(Exchange.group_slug.in_(self.groups))
        return rows.where(Exchange.material_slug.in_(self.materials)) if self.materials else rows


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


def find_exchange(session: Session, *, reservation_id: int) -> Exchange | None:
    """The transfer row of a reservation, where it has come to one."""
    return session.scalars(
        select(Exchange).where(Exchange.reservation_id == reservation_id, Exchange.kind == RowKind.TRANSFER)
    ).one_or_none()


def list_later_rows(session: Session, *, reservation_id: int) -> list[Exchange]:
    """List what was booked of a reservation later: what came back, and the ways back."""
    rows = select(Exchange).where(Exchange.reservation_id == reservation_id, Exchange.kind != RowKind.TRANSFER)
    return list(session.scalars(rows.order_by(Exchange.seq)))


def list_by_demand(session: Session, demand_id: int) -> list[Exchange]:
    """The rows that moved something to a demand, or took it back."""
    rows = select(Exchange).where(Exchange.demand_id == demand_id, Exchange.kind != RowKind.HAUL)
    return list(session.scalars(rows.order_by(Exchange.seq)))


def each_exchange(session: Session, actor: Actor) -> Iterator[Exchange]:
    """Every row that the actor may see, oldest first, read in chunks by key: for exports."""
    rows, last = _visible(actor).order_by(Exchange.seq), 0
    while chunk := list(session.scalars(rows.where(Exchange.seq > last).limit(CHUNK))):
        yield from chunk
        last = chunk[-1].seq
        session.expunge_all()


def list_totals_by_material(session: Session) -> list[tuple[str, str, str, Totals]]:
    """(month, material, group, sums), from the roll-up."""
    table = MonthMaterial
    rows = session.execute(select(table.month, table.material_slug, table.group_slug, *(getattr(table, name) for name in SUMS)))
    return [(row[0], row[1], row[2], Totals.of(row[3:])) for row in rows]


def list_totals_by_pair(session: Session) -> list[tuple[str, str, str, Totals]]:
    """(month, giver, receiver, sums), from the roll-up."""
    table = MonthPair
    rows = session.execute(select(table.month, table.from_slug, table.to_slug, *(getattr(table, name) for name in SUMS)))
    return [(row[0], row[1], row[2], Totals.of(row[3:])) for row in rows]


def list_months(session: Session) -> list[str]:
    """Every month that stands in the ledger or in a roll-up, in order."""
    months = select(month_booked).union(select(MonthMaterial.month), select(MonthPair.month))
    return sorted(session.scalars(months))


def count_exchanges(session: Session, *, month: str) -> int:
    """How many rows of the ledger fall in a month."""
    return session.scalar(select(func.count()).select_from(Exchange).where(month_booked == month)) or 0


def grouped(keys: tuple[str, ...], *, month: str | None = None) -> Select[Any]:
    """The book itself, summed by period and these columns: what a roll-up must equal. Of one month only, where one is given."""
    columns = [getattr(Exchange, key) for key in keys]
    nothing = literal(Decimal(0), Exchange.mass_kg.type)
    is_late = Exchange.period > month_happened
    sums = select(
        month_booked,
        *columns,
        func.sum(case((Exchange.kind == RowKind.TRANSFER, 1), else_=0)).label("exchanges"),
        func.sum(Exchange.mass_kg).label("mass_kg"),
        func.sum(Exchange.tonne_km).label("tonne_km"),
        func.sum(func.coalesce(Exchange.avoided_kgco2e, nothing)).label("avoided_kgco2e"),
        func.sum(Exchange.transport_kgco2e).label("transport_kgco2e"),
        func.sum(case((Exchange.carbon_factor.is_(None), Exchange.mass_kg), else_=nothing)).label("unknown_factor_mass_kg"),
        func.sum(func.coalesce(Exchange.processing_kgco2e, nothing)).label("processing_kgco2e"),
        func.sum(case((Exchange.processing_factor.is_(None), Exchange.mass_kg), else_=nothing)).label(
            "unknown_processing_mass_kg"
        ),
        func.sum(case((is_late, Exchange.mass_kg), else_=nothing)).label("late_mass_kg"),
        func.sum(case((is_late, 1), else_=0)).label("late_rows"),
        func.sum(case((Exchange.kind == RowKind.TRANSFER, Exchange.mass_kg), else_=nothing)).label("moved_mass_kg"),
        *(
            func.sum(
                case((Exchange.replaces_purchase == answer, func.coalesce(Exchange.avoided_kgco2e, nothing)), else_=nothing)
            ).label(label)
            for answer, label in (
                (ReplacesPurchase.YES, "avoided_replacing_kgco2e"),
                (ReplacesPurchase.NO, "avoided_not_replacing_kgco2e"),
            )
        ),
    ).group_by(month_booked, *columns)
    return sums if month is None else sums.where(month_booked == month)


def find_rollup_breach(session: Session) -> str | None:
    """The first roll-up row that is not the sum of its ledger rows, in words; None when all fit."""
    for table, keys in ((MonthMaterial, ("material_slug", "group_slug")), (MonthPair, ("from_slug", "to_slug"))):
        names = ("month", *keys, *SUMS)
        booked = {tuple(row[name] for name in names) for row in session.execute(grouped(keys)).mappings()}
        stored = {tuple(getattr(row, name) for name in names) for row in session.scalars(select(table))}
        if booked != stored:
            month = min(row[0] for row in booked ^ stored)
            return f"{table.__tablename__} of {month} is not the sum of the ledger"
    return None


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
        found = {0: FIRST_HASH, **{row.seq: row.hash for row in session.execute(rows)}}
        for seq, digest in chunk:
            if seq not in found:
                return Breach(seq, "the chain is shorter than the head that was logged: this row is gone")
            if found[seq] != digest:
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
