"""Where a lot comes from and where its parts went: present and former owners and holders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Depot, Lot, Movement
from marketplace.depots.queries.lots import lots_with_parts, tree_of
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.recalls.models import Recall, RecallLot, RecallTransfer
from marketplace.recalls.queries.trees import depot_owners, lots_above, lots_of
from marketplace.recalls.rules import Days, Period, Step, find_periods

_Side = tuple[int, int, int | None, date, date | None]  # owner, holder, depot, from, until


@dataclass(frozen=True, slots=True)
class Traced:
    """A lot, and who traces it beside those who read it, as the policy asks it.

    `had_by`: organisations whose it was or that had it, it or what it came from, and those that have some without having confirmed.
    """

    lot: Lot
    had_by: frozenset[int]


def get_traced(session: Session, actor: Actor, lot_id: int) -> Traced:
    """A lot for whoever has or once had any of it, or Missing. What the actor reads of it is what a trace says."""
    lot = session.scalars(lots_with_parts().where(Lot.id == lot_id)).unique().one_or_none()
    if lot is None:
        raise Missing(_("This lot does not exist, or you may not see it. Check the number on its label."))
    once = select(Movement.owner_id, Movement.holder_id).where(Movement.lot_id.in_(lots_above(lot_id))).distinct()
    had_by = {number for pair in session.execute(once) for number in pair}
    had_by |= {row.organisation.id for row in list_unconfirmed(session, select(Lot.id).where(Lot.id == lot_id))}
    traced = Traced(lot, frozenset(had_by))
    require(actor, Can.TRACE_LOT, traced, hidden=True)
    return traced


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """What was handed over of a lot without its receiver having confirmed.

    It lies there, and on the books it is the giver's.
    """

    lot_id: int
    reservation_id: int
    organisation: Organisation
    quantity: Decimal
    since: date | None


def list_unconfirmed(session: Session, lots: Select[int]) -> list[Unconfirmed]:
    """What was handed over of these lots and is not confirmed, by lot. Also what a recall ended, as long as that blocks the lot."""
    is_open = Reservation.status.in_(BETWEEN_SIGNATURES)
    still = (
        (RecallLot.recall_id == RecallTransfer.recall_id) & (RecallLot.lot_id == Listing.lot_id) & RecallLot.release_id.is_(None)
    )
    ended = select(RecallTransfer.recall_id).join(RecallLot, still)
    ended = ended.where(RecallTransfer.reservation_id == Reservation.id, RecallTransfer.status.in_(BETWEEN_SIGNATURES))
    rows = select(Reservation, Lot).join(Listing, Listing.id == Reservation.listing_id).join(Lot, Lot.id == Listing.lot_id)
    rows = rows.where(Lot.id.in_(lots), or_(is_open, ended.correlate(Reservation, Listing).exists()))
    rows = rows.options(joinedload(Reservation.organisation)).order_by(Lot.id, Reservation.id)
    return [
        Unconfirmed(lot.id, row.id, row.organisation, min(row.quantity, lot.quantity), row.handed_over_on)
        for row, lot in session.execute(rows)
    ]


@dataclass(frozen=True, slots=True)
class Receiver:
    """An organisation that has something of a tree: in how many lots, and how much together. A tree has one unit.

    `is_confirmed`: false for what was handed over to it and it did not confirm.
    """

    organisation: Organisation
    lots: int
    quantity: Decimal
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Had:
    """An owner and a holder of a lot, by name, from which day until which. `until` None: they still are."""

    lot_id: int
    quantity: Decimal
    since: date
    until: date | None
    owner: Organisation
    holder: Organisation
    depot: str | None


def list_had(session: Session, lots: Select[int]) -> list[Had]:
    """Everybody who owned or had one of these lots, now or before, the first ones first."""
    periods = _periods(session, lots)
    ids = {number for period in periods for number in (period.owner_id, period.holder_id)}
    organisations = {row.id: row for row in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}
    depots = dict(
        session.execute(select(Depot.id, Depot.name).where(Depot.id.in_({period.depot_id for period in periods}))).all()
    )
    return [
        Had(
            period.lot_id,
            period.quantity,
            period.since,
            period.until,
            organisations[period.owner_id],
            organisations[period.holder_id],
            depots.get(period.depot_id or 0),
        )
        for period in sorted(periods, key=lambda period: period.since)
    ]


def _periods(session: Session, lots: Select[int]) -> list[Period]:
    columns = (Movement.lot_id, Movement.quantity, Movement.happened_on, Movement.owner_id, Movement.holder_id, Movement.depot_id)
    rows = select(*columns).where(Movement.lot_id.in_(lots)).order_by(Movement.lot_id, Movement.id)
    return find_periods(Step(*row) for row in session.execute(rows))


def find_days_had(session: Session, recall: Recall) -> dict[int, Days]:
    """From when until when each organisation had any of what a recall covers, or of its origin.

    As its owner, its holder or with a depot. None: it still does. What it came from counts until the part left it.
    """
    covered = lots_of(recall.id)
    columns = (Movement.owner_id, Movement.holder_id, Movement.depot_id)
    days = (func.min(Movement.happened_on), func.max(Movement.happened_on))
    was = select(*columns, *days).where(Movement.lot_id.in_(covered)).group_by(*columns)
    now = select(Lot.owner_id, Lot.holder_id, Lot.depot_id).where(Lot.id.in_(covered), Lot.quantity > 0).distinct()
    sides: list[_Side] = [(owner, holder, depot, since, until) for owner, holder, depot, since, until in session.execute(was)]
    sides += [(owner, holder, depot, date.max, None) for owner, holder, depot in session.execute(now)]
    left_on: date | None = None
    above = sorted(_periods(session, lots_above(recall.lot_id)), key=lambda period: -period.lot_id)  # from the part up
    for _lot, rows in groupby(above, key=lambda period: period.lot_id):
        own = list(rows)
        for period in own:
            if left_on is not None and period.since <= left_on:
                sides.append(
                    (period.owner_id, period.holder_id, period.depot_id, period.since, min(period.until or left_on, left_on))
                )
        left_on = own[0].since
    return _joined(session, sides)


def _joined(session: Session, sides: list[_Side]) -> dict[int, Days]:
    """The first and the last day of each owner, each holder and whose depot it was."""
    keepers = depot_owners(session, (depot for _owner, _holder, depot, _since, _until in sides if depot is not None))
    days: dict[int, Days] = {}
    for owner, holder, depot, since, until in sides:
        for number in {owner, holder, keepers.get(depot or 0, owner)}:
            first, last = days.get(number, (since, until))
            days[number] = (min(first, since), None if last is None or until is None else max(last, until))
    return days


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a lot came from and where every part of it went. `depths`: how deep each lot stands below the origin."""

    lots: list[Lot]
    depths: dict[int, int]
    receivers: list[Receiver]
    unconfirmed: list[Unconfirmed]
    had: list[Had]

    @property
    def root(self) -> int:
        """The lot with which it begins."""
        return self.lots[0].id

    @property
    def had_by_lot(self) -> dict[int, list[Had]]:
        """Who owned and had each lot, the first ones first, by the lot's id."""
        by_lot: dict[int, list[Had]] = {}
        for had in self.had:
            by_lot.setdefault(had.lot_id, []).append(had)
        return by_lot


def trace(session: Session, actor: Actor, lot_id: int) -> Trace:
    """The whole tree of a lot, each lot after its parent, for whoever may trace the lot."""
    lot = get_traced(session, actor, lot_id).lot
    lots = {row.id: row for row in tree_of(session, lot)}
    children: dict[int | None, list[int]] = {}
    for row in lots.values():
        children.setdefault(row.parent_id, []).append(row.id)
    root = lot.origin_id or lot.id
    order, depths, waiting = [], {}, [(root, 0)]
    while waiting:
        number, depth = waiting.pop()
        order.append(lots[number])
        depths[number] = depth
        waiting.extend((child, depth + 1) for child in reversed(children.get(number, [])))
    tree = select(Lot.id).where(or_(Lot.id == root, Lot.origin_id == root))
    unconfirmed = list_unconfirmed(session, tree)
    return Trace(order, depths, _receivers(order, unconfirmed), unconfirmed, list_had(session, tree))


def _receivers(lots: Iterable[Lot], unconfirmed: Iterable[Unconfirmed]) -> list[Receiver]:
    """Who has how much. What was handed over lies with its receiver, and no more with whoever holds the lot on the books."""
    held: dict[tuple[int, bool], list[tuple[Organisation, Decimal]]] = {}
    gone: dict[int, Decimal] = {}
    for row in unconfirmed:
        gone[row.lot_id] = gone.get(row.lot_id, Decimal(0)) + row.quantity
        held.setdefault((row.organisation.id, False), []).append((row.organisation, row.quantity))
    for lot in lots:
        if (left := lot.quantity - gone.get(lot.id, Decimal(0))) > 0:
            held.setdefault((lot.holder_id, True), []).append((lot.holder, left))
    receivers = [
        Receiver(rows[0][0], len(rows), sum((amount for _who, amount in rows), Decimal(0)), is_confirmed)
        for (_id, is_confirmed), rows in held.items()
    ]
    return sorted(receivers, key=lambda receiver: (receiver.organisation.sort_key, receiver.is_confirmed))
