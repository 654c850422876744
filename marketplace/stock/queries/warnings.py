"""Depots that need somebody: more lies there than fits, lots lie too long, or never came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.rules.accounts import Role
from marketplace.depots.models import Arrival, Depot, DepotKeeper, Lot
from marketplace.depots.queries.arrivals import find_expecting
from marketplace.depots.queries.lots import lots_with_parts
from marketplace.depots.queries.stock import IS_THERE, Sums, sum_stock
from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.kernel import clock
from marketplace.kernel.units import Unit
from marketplace.stock.queries.lying import last_first_day
from marketplace.stock.rules.fill import Fill

KG_PER_TONNE = 1000


@dataclass(frozen=True, slots=True)
class Trouble:
    """One depot in which something is not as it should be.

    `over`: the kinds of which more lies there than fits. `too_long`: how many lots, the first of them since `longest`. `missing`: how
    many announced arrivals have not come.
    """

    depot: Depot
    over: tuple[Fill, ...]
    too_long: int
    longest: date | None
    missing: int

    @property
    def is_any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.over or self.too_long or self.missing)


def list_kept_depots(session: Session, actor: Actor) -> list[Depot]:
    """The depots that this person keeps, by name.

    Those that name them as a keeper; for a coordinator also those of the own organisation.
    """
    if not may(actor, Can.KEEP_DEPOT):
        return []
    named = select(DepotKeeper.depot_id).where(DepotKeeper.person_id == actor.person_id)
    conditions: list[ColumnElement[bool]] = [Depot.id.in_(named)]
    if actor.role == Role.COORDINATOR:
        conditions.append(Depot.organisation_id == actor.organisation_id)
    return list(session.scalars(_depots().where(or_(*conditions))))


def list_own_troubles(session: Session, actor: Actor) -> list[Trouble]:
    """What needs the eye of this reader: of every depot of which they read the stock."""
    require(actor, Can.READ_STOCK)
    return list_troubles(session, [depot for depot in session.scalars(_depots()) if may(actor, Can.READ_STOCK, depot)])


def get_trouble(session: Session, actor: Actor, depot: Depot) -> Trouble:
    """The same of one depot, also where nothing is wrong."""
    require(actor, Can.READ_STOCK, depot)
    return trouble_of(session, depot, sum_stock(session, [depot.id])[depot.id])


def list_over(session: Session, depot: Depot) -> list[Fill]:
    """The kinds of room of which more lies in a depot than fits."""
    return [fill for fill in fills(depot, sum_stock(session, [depot.id])[depot.id]) if fill.is_over]


def list_all_troubles(session: Session, actor: Actor) -> list[Trouble]:
    """What needs somebody's eye in the whole region: for the broker."""
    require(actor, Can.BROKER)
    return list_troubles(session, list(session.scalars(_depots())))


def trouble_of(session: Session, depot: Depot, sums: Sums) -> Trouble:
    """The same of one depot whose sums are known."""
    return _troubles([depot], {depot.id: sums}, _long(session, [depot]), _missing(session, [depot]))[0]


def fills(depot: Depot, sums: Sums) -> tuple[Fill, ...]:
    """How full this depot is, for each kind that it counts."""
    return tuple(Fill(Kind(capacity.kind), _taken(Kind(capacity.kind), sums), capacity.amount) for capacity in depot.capacities)


def _taken(kind: Kind, sums: Sums) -> Decimal:
    """How much of one kind of room is taken. Tonnes are the mass of everything, whatever its unit."""
    if kind is Kind.TONNE:
        return sums.mass_kg / KG_PER_TONNE
    return Decimal(sums.pallets) if kind is Kind.PALLET else sums.by_unit.get(Unit(kind.value), Decimal(0))


def list_troubles(session: Session, depots: Sequence[Depot]) -> list[Trouble]:
    """Those of these depots in which something is not as it should be."""
    if not depots:
        return []
    troubles = _troubles(
        depots, sum_stock(session, [depot.id for depot in depots]), _long(session, depots), _missing(session, depots)
    )
    return [trouble for trouble in troubles if trouble.is_any]


def _troubles(
    depots: Sequence[Depot], sums: dict[int, Sums], long: dict[int, tuple[int, date | None]], missing: dict[int, int]
) -> list[Trouble]:
    result = []
    for depot in depots:
        over = tuple(fill for fill in fills(depot, sums[depot.id]) if fill.is_over)
        too_long, longest = long.get(depot.id, (0, None))
        result.append(Trouble(depot, over, too_long, longest, missing.get(depot.id, 0)))
    return result


def _long(session: Session, depots: Sequence[Depot]) -> dict[int, tuple[int, date | None]]:
    late = [(Lot.depot_id == depot.id) & (Lot.in_depot_since < first) for depot in depots if (first := last_first_day(depot))]
    if not late:
        return {}
    rows = select(Lot.depot_id, func.count(), func.min(Lot.in_depot_since)).where(or_(*late), IS_THERE)
    return {int(depot_id or 0): (number, first) for depot_id, number, first in session.execute(rows.group_by(Lot.depot_id))}


def _missing(session: Session, depots: Sequence[Depot]) -> dict[int, int]:
    rows = select(Arrival.depot_id, func.count()).where(
        Arrival.depot_id.in_([depot.id for depot in depots]), Arrival.ended_at.is_(None), Arrival.expected_on < clock.today()
    )
    return {row[0]: row[1] for row in session.execute(rows.group_by(Arrival.depot_id))}


def list_arrivals(session: Session, depot_id: int) -> list[Arrival]:
    """What was announced here and has not come yet, the first day first, with whoever brings it."""
    rows = select(Arrival).where(Arrival.depot_id == depot_id, Arrival.ended_at.is_(None))
    return list(session.scalars(rows.options(joinedload(Arrival.organisation)).order_by(Arrival.expected_on, Arrival.id)))


def find_expected(session: Session, actor: Actor, lot_id: int) -> Arrival | None:
    """What was announced to a depot that the actor keeps and can be this lot. None where nothing was."""
    lot = session.scalars(lots_with_parts().where(Lot.id == lot_id)).unique().one_or_none()
    return None if lot is None else find_expecting(session, list_kept_depots(session, actor), lot)


def _depots() -> Select[Depot]:
    return (
        select(Depot)
        .options(joinedload(Depot.organisation), selectinload(Depot.keepers), selectinload(Depot.capacities))
        .where(Depot.is_active)
        .order_by(Depot.name, Depot.id)
    )
