"""All that is on offer and all that is needed, and the depots between, read as columns."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Integer, Select, String, select, true, type_coerce
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.allocation.rules.problem import Numbers
from marketplace.depots.models import Arrival, Depot, Lot
from marketplace.depots.queries.depots import list_depots
from marketplace.depots.queries.stock import sum_stock
from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.depots.rules.costs import Rate, Rates
from marketplace.depots.rules.depot import check_taken, may_store
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import list_demands_come_back_from, list_served_demands, totals_under_way
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point, public_point
from marketplace.kernel.geo_columns import list_axes_m
from marketplace.kernel.units import Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.freshness import confirmed_since
from marketplace.market.queries.gates import StoredLot, list_refused, tells_owners_apart
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import STALE_AFTER, Condition, ListingStatus
from marketplace.matching.rules.wishes import Verdict, judge_all, stored_wishes
from marketplace.materials.rules.gates import Moment
from marketplace.materials.rules.soil import easiest
from marketplace.materials.rules.taxonomy import Material, Taxonomy, conversion
from marketplace.plans.rules.lying import Stops
from marketplace.plans.rules.pairing import FOR_OTHERS, FOR_OWNER, UNITS, Supply, Terms, Wanted
from marketplace.plans.rules.stops import Depots
from marketplace.stock.queries.warnings import fills

EPOCH = date(1970, 1, 1).toordinal()
NEVER = date.max.toordinal() - EPOCH
ON_ITS_WAY = (ReservationStatus.OFFERED, ReservationStatus.REQUESTED, ReservationStatus.APPROVED)
THOUSAND, MICROGRAMS = 1000, 10**9  # of a unit, of a kilogram
RANK_OF = {condition.value: condition.rank for condition in Condition}
UNIT_OF = {unit.value: place for place, unit in enumerate(UNITS)}
_listing, _demand, _organisation = Listing.__table__.c, Demand.__table__.c, Organisation.__table__.c
_LISTED = (
    *("id", "material_id", "organisation_id", "condition", "unit", "available_from", "available_until", "hazards_yes"),
    *("hazards_unknown", "region_from", "partners_from", "circle", "circle_from", "parent_id", "public_lat", "public_lon"),
    *("asbestos_suspected", "year_of_construction", "certainty"),
)
_ASKED = (
    *("id", "material_id", "organisation_id", "unit", "min_condition", "needed_from", "needed_until"),
    *("accepts_unknown_hazards", "public_lat", "public_lon"),
)
_ASKERS = select(*(_organisation[name] for name in ("id", "slug", "kind")))
Rows = dict[str, Sequence[Any]]


@dataclass(frozen=True)
class Columns:
    """What a plan is made of. `weights_mg`: of one unit of each lot."""

    supply: Supply
    wanted: Wanted
    weights_mg: Numbers
    terms: Terms


def read_columns(session: Session, taxonomy: Taxonomy, *, about: Material | None = None) -> Columns:
    """Read all that is open today.

    What is on offer and not all taken, and what is needed and not under way. `about`: the lots that may serve a need for this
    material alone, and every need that those may serve.
    """
    offered, needed = _concerned(taxonomy, about)
    session.flush()  # the connection itself is asked: the session would make an object of each row
    listings, demands = _rows(session, _on_offer(offered), [*_LISTED, *_MEASURED, "fields", "hazards"]), _needs(session, needed)
    bits = _bits()
    supply = _supply(listings, bits, _refused(session, listings))
    wanted = _wanted(session, demands, bits)
    kg = [None if stored is None else Decimal(stored) / 1_000_000 for stored in listings["kg_per_unit"]]
    weights = [
        int((own if own is not None else taxonomy.material_by_id(material).kg_per_unit(UNITS[unit])) * 1_000_000)
        for own, material, unit in zip(kg, listings["material_id"], supply.units.tolist(), strict=True)
    ]
    terms = Terms(
        serving=_serving(taxonomy, listings["material_id"]),
        rate=_rates(taxonomy, supply, kg),
        judged=_judge(taxonomy),
        returned=list_demands_come_back_from(session, {parent for parent in supply.parents if parent}),
        today=_today(),
    )
    return Columns(supply, wanted, _numbers(weights), terms)


_MEASURED = ("amount", "minimum_part", "kg_per_unit")
_SAID = ("material_id", "fields", "hazards", "asbestos_suspected", "year_of_construction")


def _refused(session: Session, rows: Rows) -> Numbers:
    """For whom each lot is refused by the rules of materials, at the place that takes the most."""
    lots = {number: StoredLot(*values) for number, *values in zip(rows["id"], *(rows[name] for name in _SAID), strict=True)}
    others = list_refused(session, lots, easiest(is_other_owner=True))
    own = list_refused(session, lots, easiest(is_other_owner=False)) if tells_owners_apart(session, Moment.RESERVE) else others
    return _numbers((number in own) * FOR_OWNER + (number in others) * FOR_OTHERS for number in lots)


def _concerned(taxonomy: Taxonomy, about: Material | None) -> tuple[frozenset[int] | None, frozenset[int] | None]:
    """What is offered and what is needed of all that has to do with a material. None: everything."""
    if about is None:
        return None, None
    serving = taxonomy.serving(about)
    needed = frozenset(served.id for material in serving for served in taxonomy.served_by(material))
    return frozenset(material.id for material in serving), needed


def _on_offer(materials: frozenset[int] | None) -> Select[Any]:
    today = clock.today()
    free = _listing.quantity - _listing.held - _listing.transferred
    return (
        select(
            *(_listing[name] for name in _LISTED),
            type_coerce(free, Integer),
            type_coerce(_listing.minimum_part, Integer),
            type_coerce(_listing.kg_per_unit, Integer),
            type_coerce(_listing.fields, String),
            type_coerce(_listing.hazards, String),
        )
        .where(
            _listing.status == ListingStatus.PUBLISHED.value,
            _listing.region_from.is_not(None),  # what is closed to others is no part of a plan of the region
            _listing.confirmed_on >= today - STALE_AFTER,
            _listing.available_until.is_(None) | (_listing.available_until >= today),
            free > 0,
            true() if materials is None else _listing.material_id.in_(materials),
        )
        .order_by(_listing.id)
    )


def _needs(session: Session, materials: frozenset[int] | None) -> Rows:
    """The open demands; of what is under way to them only those are asked that have any."""
    statement = (
        select(
            *(_demand[name] for name in _ASKED),
            type_coerce(_demand.quantity - _demand.fulfilled, Integer),
            type_coerce(_demand.max_distance_km, Integer),
            type_coerce(_demand.accepts_hazards, String),
            type_coerce(_demand.fields, String),
        )
        .where(
            _demand.status == DemandStatus.OPEN.value,
            _demand.confirmed_on >= confirmed_since(),
            _demand.needed_until >= clock.today(),
            _demand.fulfilled < _demand.quantity,
            true() if materials is None else _demand.material_id.in_(materials),
        )
        .order_by(_demand.id)
    )
    rows = _rows(session, statement, [*_ASKED, "amount", "max_distance_km", "accepts_hazards", "fields"])
    served = list_served_demands(session)
    places = [place for place, number in enumerate(rows["id"]) if number in served]
    demands: list[Any] = [_Served(*(rows[name][place] for name in ("id", "unit", "material_id"))) for place in places]
    under_way = totals_under_way(session, demands) if demands else {}
    amounts = list(rows["amount"])
    for place in places:
        amounts[place] = max(amounts[place] - int(under_way.get(rows["id"][place], Decimal(0)) * 1000), 0)
    return {**rows, "amount": amounts}


@dataclass(frozen=True, slots=True)
class _Served:
    """What of a demand is needed to know what is under way to it."""

    id: int
    unit: str
    material_id: int


def _rows(session: Session, statement: Select[Any], names: Sequence[str]) -> Rows:
    rows = session.connection().execute(statement).all()
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else ([] for _name in names)
    return dict(zip(names, columns, strict=True))


def _supply(rows: Rows, bits: Callable[[Iterable[str]], int], refused: Numbers) -> Supply:
    lats, lons = _places(rows)
    return Supply(
        ids=_numbers(rows["id"]),
        materials=_numbers(rows["material_id"]),
        owners=_numbers(rows["organisation_id"]),
        ranks=_numbers(RANK_OF[word] for word in rows["condition"]),
        amounts=_numbers(rows["amount"]),
        units=_numbers(UNIT_OF[word] for word in rows["unit"]),
        parts=_numbers(part or 0 for part in rows["minimum_part"]),
        first_days=_days(rows["available_from"]),
        last_days=_days(rows["available_until"]),
        hazards=_numbers(bits(filter(None, codes.split("|"))) for codes in rows["hazards_yes"]),
        is_unknown=np.array(rows["hazards_unknown"], np.bool_),
        region_from=_days(rows["region_from"]),
        partners_from=_days(rows["partners_from"]),
        circle_from=_days(rows["circle_from"]),
        circles=list(rows["circle"]),
        answers=list(rows["fields"]),
        parents=list(rows["parent_id"]),
        certainties=list(rows["certainty"]),
        refused=refused,
        lats=lats,
        lons=lons,
        spots=list_axes_m(lats, lons),
    )


def _wanted(session: Session, rows: Rows, bits: Callable[[Iterable[str]], int]) -> Wanted:
    lats, lons = _places(rows)
    askers = {row.id: row for row in session.connection().execute(_ASKERS)}
    of_needs = [askers[number] for number in rows["organisation_id"]]
    return Wanted(
        ids=_numbers(rows["id"]),
        materials=_numbers(rows["material_id"]),
        askers=_numbers(rows["organisation_id"]),
        ranks=_numbers(RANK_OF[word] for word in rows["min_condition"]),
        amounts=_numbers(rows["amount"]),
        units=_numbers(UNIT_OF[word] for word in rows["unit"]),
        first_days=_days(rows["needed_from"]),
        last_days=_days(rows["needed_until"]),
        reach_m=np.array([np.inf if most is None else most for most in rows["max_distance_km"]], np.float64),
        accepted=_numbers(bits(json.loads(codes)) for codes in rows["accepts_hazards"]),
        takes_unknown=np.array(rows["accepts_unknown_hazards"], np.bool_),
        is_partner=np.array([asker.kind == OrganisationKind.PARTNER for asker in of_needs], np.bool_),
        slugs=[asker.slug for asker in of_needs],
        wishes=list(rows["fields"]),
        lats=lats,
        lons=lons,
        spots=list_axes_m(lats, lons),
    )


def _places(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    return np.array(rows["public_lat"], np.float64), np.array(rows["public_lon"], np.float64)


def _bits() -> Callable[[Iterable[str]], int]:
    """Hazards as bits of one number, the same for both sides."""
    places: dict[str, int] = {}

    def of(codes: Iterable[str]) -> int:
        return sum(1 << places.setdefault(code, len(places)) for code in set(codes))

    return of


def _numbers(values: Iterable[int]) -> Numbers:
    return np.array(list(values), np.int64)


def _days(values: Sequence[date | None]) -> Numbers:
    """Days since 1970; what has no day comes after all."""
    return _numbers(NEVER if value is None else value.toordinal() - EPOCH for value in values)


def day_of(number: int) -> date:
    """The day that stands in the columns as so many days since 1970."""
    return date.fromordinal(number + EPOCH)


def _today() -> int:
    return clock.today().toordinal() - EPOCH


def _serving(taxonomy: Taxonomy, offered: Iterable[int]) -> dict[int, tuple[int, ...]]:
    return {number: tuple(item.id for item in taxonomy.served_by(taxonomy.material_by_id(number))) for number in set(offered)}


def _rates(taxonomy: Taxonomy, supply: Supply, kg: Sequence[Decimal | None]) -> Callable[[int, int, int], Fraction | None]:
    """How much of a need's unit one unit of a lot is; None where they do not convert."""

    @cache
    def rate(lot: int, need_material: int, need_unit: int) -> Fraction | None:
        source, wanted = UNITS[int(supply.units[lot])], UNITS[need_unit]
        offered, needed = (taxonomy.material_by_id(number) for number in (int(supply.materials[lot]), need_material))
        item = next((material for material in (offered, needed) if material.takes(wanted) and material.takes(source)), None)
        return None if item is None else conversion(source, wanted, item, kg[lot], source)

    return rate


def _judge(taxonomy: Taxonomy) -> Callable[[str, str], Verdict]:
    """A demand's wishes against a lot's answers, both as they are stored."""

    @cache
    def judged(wishes: str, answers: str) -> Verdict:
        return judge_all(stored_wishes(wishes, taxonomy.fields_by_slug.get), json.loads(answers))

    return judged


def read_stops(session: Session, taxonomy: Taxonomy) -> Stops:
    """Read the depots, what is free in each, and which lots on offer lie in one."""
    rows = list_depots(session)
    places = [public_point(Point(row.lat, row.lon)) for row in rows]
    lats, lons = np.array([at.lat for at in places], np.float64), np.array([at.lon for at in places], np.float64)
    columns = Depots(
        ids=np.array([row.id for row in rows], np.int64),
        longest_days=np.array([NEVER if row.longest_stay_days is None else row.longest_stay_days for row in rows], np.int64),
        rooms=_rooms(session, rows, taxonomy),
        fits=_fits(session, rows, taxonomy),
        lats=lats,
        lons=lons,
        spots=list_axes_m(lats, lons) if rows else np.zeros((0, 3)),
    )
    rates = {row.id: Rates(Rate(price.unit, price.euros_per_week, price.from_on) for price in row.rates) for row in rows}
    return Stops(columns, rates, _lying(session))


def _fits(session: Session, rows: list[Depot], taxonomy: Taxonomy) -> Callable[[int, int, int], bool]:
    """Whether a depot takes this material of an organisation.

    As it is asked when somebody reserves for that depot.
    """
    kinds = session.execute(select(Organisation.id, Organisation.kind)).all() if rows else []
    storers = {
        (place, organisation_id)
        for place, row in enumerate(rows)
        for organisation_id, kind in kinds
        if may_store(row.storers, owner_id=organisation_id, owner_kind=kind, depot_owner_id=row.organisation_id)
    }
    taken = {
        (place, group.slug) for place, row in enumerate(rows) for group in taxonomy.groups if _is_taken(row.takes, group.slug)
    }

    def fits(depot: int, asker: int, material: int) -> bool:
        return (depot, asker) in storers and (depot, taxonomy.material_by_id(material).group.slug) in taken

    return fits


def _is_taken(takes: str, group: str) -> bool:
    try:
        check_taken(takes, group)
    except Invalid:
        return False
    return True


def _rooms(session: Session, rows: list[Depot], taxonomy: Taxonomy) -> list[dict[Kind, int]]:
    """What is free: what fits, less what lies there and what is on its way there."""
    ids = [row.id for row in rows]
    sums = sum_stock(session, ids) if rows else {}
    coming = _coming(session, ids, taxonomy)
    all_rooms = []
    for row in rows:
        rooms: dict[Kind, int] = {}
        for fill in fills(row, sums[row.id]):
            left = fill.left - sum(_takes(fill.kind, amount, unit, kg) for amount, unit, kg in coming.get(row.id, ()))
            if fill.kind is not Kind.PALLET:  # on how many pallets something will stand nobody knows yet
                rooms[fill.kind] = max(int(left * THOUSAND * (MICROGRAMS if fill.kind is Kind.TONNE else 1)), 0)
        all_rooms.append(rooms)
    return all_rooms


def _takes(kind: Kind, amount: Decimal, unit: str, kg: Decimal) -> Decimal:
    if kind is Kind.TONNE:
        return kg / THOUSAND
    return amount if kind.value == unit else Decimal(0)


def _coming(session: Session, ids: Iterable[int], taxonomy: Taxonomy) -> dict[int, list[tuple[Decimal, str, Decimal]]]:
    """By depot, what is on its way there: amount, unit and mass."""
    announced = (
        select(Arrival.depot_id, Arrival.quantity, Arrival.unit, Arrival.material_id, Lot.kg_per_unit)
        .outerjoin(Lot, Lot.id == Arrival.announced_lot_id)
        .where(Arrival.ended_at.is_(None))
    )
    reserved = (
        select(Reservation.depot_id, Reservation.quantity, Reservation.unit, Listing.material_id, Listing.kg_per_unit)
        .join(Listing, Listing.id == Reservation.listing_id)
        .where(Reservation.status.in_(ON_ITS_WAY), Reservation.depot_id.is_not(None))
    )
    depot_ids, coming = set(ids), dict[int, list[tuple[Decimal, str, Decimal]]]()
    for rows in (announced, reserved) if depot_ids else ():
        for depot_id, amount, unit, material_id, kg_per_unit in session.execute(rows):
            if depot_id in depot_ids:
                kg = taxonomy.material_by_id(material_id).mass_kg(amount, Unit(unit), kg_per_unit)
                coming.setdefault(depot_id, []).append((amount, unit, kg))
    return coming


def _lying(session: Session) -> dict[int, int]:
    rows = select(Listing.id, Lot.depot_id).join(Lot, Lot.id == Listing.lot_id).where(Lot.depot_id.is_not(None))
    published = session.execute(rows.where(Listing.status == ListingStatus.PUBLISHED.value))
    return {listing_id: depot_id for listing_id, depot_id in published if depot_id is not None}
