"""The SQL of matching, both directions, built once per shape.

The index gives what lies near enough by the squared chord between the exact points (for whoever may know no more: the public ones), five metres more than
asked. One statement gives every id in its order, negative
where it is in doubt, for the rule to decide: what lies within ten metres of the edge, where the geodesic knows; and of what goes by another unit: so
little that it may give no whole piece, and what has a smallest part. Everything else is decided here. That costs less than a page with its counts: a database
sorts and counts by windows three times as long as it takes to hand over a number for each.

What is asked of the fields is no work for a database either: what a demand asks comes along from the index, what owners answer
stands in memory.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    literal_column,
    or_,
    select,
    type_coerce,
)

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.kernel.db import Fixed
from marketplace.kernel.geo import Point, ecef_m
from marketplace.kernel.units import Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import Condition, ListingStatus

EDGE_KM = 0.005


def _bound(name: str, kind: Any) -> Any:
    return bindparam(name, type_=kind())


def _several(name: str, kind: Any) -> Any:
    return bindparam(name, type_=kind(), expanding=True)


def _chord2(table: type[Listing] | type[Demand], *, exact: bool) -> ColumnElement[Any]:
    columns = (table.x_m, table.y_m, table.z_m) if exact else (table.public_x_m, table.public_y_m, table.public_z_m)
    axes = zip(columns, "xyz", strict=True)
    return sum(
        ((axis - _bound(name, Float)) * (axis - _bound(name, Float)) for axis, name in axes), start=literal_column("0.0", Float)
    )


_WISHES = select(Demand.id, type_coerce(Demand.fields, String)).where(Demand.id.in_(_several("ids", Integer)))
LISTING_RANK = case({condition.value: condition.rank for condition in Condition}, value=Listing.condition)


def _in_order(
    table: type[Listing] | type[Demand],
    doubts: list[ColumnElement[bool]],
    conditions: list[Any],
    order: tuple[Any, ...],
    *more: ColumnElement[Any],
) -> Select[Any]:
    """The ids of all that fits, best first; one that is in doubt is negative."""
    statement: Select[Any] = select(case((or_(*doubts), -table.id), else_=table.id), *more).where(*conditions).order_by(*order)
    return statement.with_hint(table, f"INDEXED BY ix_{table.__tablename__}_match", "sqlite")


@cache
def listings_that_serve(
    *,
    exact: bool,
    has_limit: bool,
    refused_codes: int,
    accepts_unknown: bool,
    is_partner: bool,
    came_back: bool,
    planned: bool | None = None,
) -> Select[Any]:
    """For one demand. `exact`: by exact points. `refused_codes`: how many hazards of these materials it does not accept.

    `came_back`: of some lots it gave something back, so what came of those is left out; else the index holds all that is asked. `planned`: only what is
    planned, or only what is there.
    """
    chord2 = _chord2(Listing, exact=exact)
    lat, lon = (Listing.lat, Listing.lon) if exact else (Listing.public_lat, Listing.public_lon)
    others = Listing.unit != bindparam("unit")
    free = Listing.quantity - Listing.held - Listing.transferred
    conditions: list[Any] = [
        Listing.status == ListingStatus.PUBLISHED.value,
        Listing.material_id.in_(_several("materials", Integer)),
        Listing.condition.in_(_several("conditions", String)),
        Listing.confirmed_on >= bindparam("confirmed_since"),
        Listing.available_from <= bindparam("needed_until"),
        or_(Listing.available_until.is_(None), Listing.available_until >= bindparam("ends_after")),
        or_(*_turns(is_partner=is_partner)),
        free > literal_column("0", Integer),
        or_(
            Listing.minimum_part.is_(None),
            others,
            Listing.minimum_part <= bindparam("remaining", type_=Fixed(3)),
            free <= bindparam("remaining", type_=Fixed(3)),
        ),
    ]
    if came_back:
        conditions.append(or_(Listing.parent_id.is_(None), Listing.parent_id.not_in(_several("came_back", Integer))))
    if has_limit:
        conditions += [
            lat.between(_bound("south", Float), _bound("north", Float)),
            lon.between(_bound("west", Float), _bound("east", Float)),
            _bound("chord2", Float) >= chord2,
        ]
    if planned is not None:
        conditions.append(Listing.planned.is_(planned))
    if refused_codes:
        clean = [
            Listing.hazards_yes.not_like(_bound(f"refused_{number}", String), escape="\\") for number in range(refused_codes)
        ]
        conditions.append(or_(Listing.hazards_yes == literal_column("''", String), and_(*clean)))
    if not accepts_unknown:
        conditions.append(Listing.hazards_unknown.is_(False))
    scant = case({unit.value: _bound(f"scant_{unit.value}", BigInteger) for unit in Unit}, value=Listing.unit)
    little = scant > type_coerce(free, BigInteger)
    doubts: list[ColumnElement[bool]] = [and_(others, or_(Listing.minimum_part.is_not(None), little))]
    if has_limit:
        doubts.append(_bound("inner_chord2", Float) < chord2)
    return _in_order(Listing, doubts, conditions, (chord2, LISTING_RANK.desc(), Listing.id))


def _turns(*, is_partner: bool) -> list[ColumnElement[bool]]:
    """List the conditions for a turn at a listing.

    The circle comes last, since few have one and the others mostly answer first.
    """
    own = Listing.organisation_id == _bound("organisation", Integer)
    if is_partner:
        return [Listing.partners_from <= bindparam("today"), own]
    in_circle = and_(Listing.circle_from <= bindparam("today"), Listing.circle.like(_bound("in_circle", String), escape="\\"))
    return [Listing.region_from <= bindparam("today"), own, in_circle]


@cache
def demands_served(
    *,
    exact: bool,
    declared_codes: int,
    hazards_unknown: bool,
    ends: bool,
    circle_open: bool,
    region_open: bool,
    partners_open: bool,
    has_part: bool,
    came_back: bool,
) -> Select[Any]:
    """For one listing, each demand by the reach that it stores. `declared_codes`: how many hazards it holds. `has_part`: it has a smallest part.

    `came_back`: there are demands that it came back from.
    """
    chord2 = _chord2(Demand, exact=exact)
    partners = select(Organisation.id).where(Organisation.kind == OrganisationKind.PARTNER.value)
    own = Demand.organisation_id == _bound("organisation", Integer)
    accepted = type_coerce(Demand.accepts_hazards, String)
    conditions: list[Any] = [
        Demand.status == DemandStatus.OPEN.value,
        Demand.material_id.in_(_several("materials", Integer)),
        Demand.min_condition.in_(_several("conditions", String)),
        Demand.needed_until >= bindparam("starts_before"),
        Demand.fulfilled < Demand.quantity,
        Demand.confirmed_on >= bindparam("confirmed_since"),
        Demand.reach_chord2_m2 >= chord2,
        *(accepted.like(_bound(f"declared_{number}", String), escape="\\") for number in range(declared_codes)),
    ]
    if came_back:
        conditions.append(Demand.id.not_in(_several("came_back_from", Integer)))
    if ends:
        conditions.append(Demand.needed_from <= bindparam("ends_on"))
    if hazards_unknown:
        conditions.append(Demand.accepts_unknown_hazards.is_(True))
    if not region_open:
        turns = [own, *([Demand.organisation_id.in_(partners)] if partners_open else [])]
        if circle_open:
            turns.append(Demand.organisation_id.in_(_circle()))
        conditions.append(or_(*turns))
    elif not partners_open:
        conditions.append(or_(own, Demand.organisation_id.not_in(partners)))
    others = Demand.unit != bindparam("unit")
    if has_part:
        conditions.append(or_(others, Demand.quantity - Demand.fulfilled >= bindparam("least", type_=Fixed(3))))
    farthest_m = type_coerce(Demand.max_distance_km, Integer)  # stored in thousandths of a km
    edge = Demand.reach_chord2_m2 - chord2 < literal_column("20.1", Float) * farthest_m
    doubts = [edge, Demand.unit.in_(_several("doubted_units", String)), *([others] if has_part else [])]
    return _in_order(Demand, doubts, conditions, (chord2, Demand.id), Demand.__table__.c.asks)


def numbered(connection: Connection, statement: Select[Any], figures: dict[str, Any]) -> list[int]:
    """The numbers that the statement finds, in its order.

    Rows are taken from the driver, for each of SQLAlchemy's own takes as long again.
    """
    with connection.execute(statement, figures) as result:
        return [number for (number,) in result.cursor.fetchall()] if result.cursor else []


def wished(connection: Connection, statement: Select[Any], figures: dict[str, Any]) -> dict[int, str | None]:
    """What each demand that the statement finds asks of the fields, in its order.

    What is too long for the index stands in the row. Rows are taken from the driver here too.
    """
    with connection.execute(statement, figures) as result:
        wishes: dict[int, str | None] = dict(result.cursor.fetchall() if result.cursor else ())
    longer = {abs(number): number for number, wish in wishes.items() if wish == ""}
    if longer:
        wishes |= {longer[row[0]]: row[1] for row in connection.execute(_WISHES, {"ids": list(longer)})}
    return wishes


def _circle() -> Select[Any]:
    named = Organisation.slug.in_(_several("circle", String))
    return select(Organisation.id).where(named, Organisation.kind != OrganisationKind.PARTNER.value)


def place_figures(point: Point) -> dict[str, float]:
    """The figures of a point that the statements ask for."""
    x, y, z = ecef_m(point)
    return {"x": float(x), "y": float(y), "z": float(z)}


def escaped(code: str) -> str:
    """A code as LIKE finds it and nothing else."""
    return code.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
