"""The SQL of matching, both directions, built once per shape.

The index gives what lies near enough by the squared chord between the exact points, five metres more than asked; `queries.py` lets the geodesic decide about
what lies within ten metres of the edge. Everything else is decided here, so that a page and its total need no row that does not match.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.market.models import Demand, Listing
from marketplace.market.rules import Condition, DemandStatus, ListingStatus

EDGE_KM = 0.005


def _bound(name: str, kind: Any) -> Any:
    return bindparam(name, type_=kind())


def _several(name: str, kind: Any) -> Any:
    return bindparam(name, type_=kind(), expanding=True)


def _chord2(table: type[Listing] | type[Demand]) -> ColumnElement[Any]:
    axes = ((table.x_m, "x"), (table.y_m, "y"), (table.z_m, "z"))
    return sum(
        ((axis - _bound(name, Float)) * (axis - _bound(name, Float)) for axis, name in axes), start=literal_column("0.0", Float)
    )


LISTING_CHORD2, DEMAND_CHORD2 = _chord2(Listing), _chord2(Demand)
LISTING_RANK = case({condition.value: condition.rank for condition in Condition}, value=Listing.condition)


def _page(
    columns: tuple[Any, ...], edge: ColumnElement[bool], conditions: list[Any], order: tuple[Any, ...]
) -> tuple[Select[Any], Select[Any]]:
    """The statement for a page, with the number of all and of those at the edge; and the one for those at the edge."""
    counts = (func.count().over(), func.sum(case((edge, 1), else_=0)).over())
    page = (
        select(columns[0], *counts)
        .where(*conditions)
        .order_by(*order)
        .limit(_bound("limit", Integer))
        .offset(_bound("offset", Integer))
    )
    return page, select(*columns).where(*conditions, edge)


@cache
def listings_that_serve(
    *, dialect: str, has_limit: bool, refused_codes: int, accepts_unknown: bool, is_partner: bool, skips: bool
) -> tuple[Select[Any], Select[Any]]:
    """For one demand. `refused_codes`: how many hazards of these materials it does not accept. The edge rows: id, lat, lon."""
    turn = Listing.partners_from if is_partner else Listing.region_from
    conditions: list[Any] = [
        Listing.status == ListingStatus.PUBLISHED.value,
        Listing.material_id.in_(_several("materials", Integer)),
        Listing.condition.in_(_several("conditions", String)),
        Listing.confirmed_on >= bindparam("confirmed_since"),
        Listing.available_from <= bindparam("needed_until"),
        or_(Listing.available_until.is_(None), Listing.available_until >= bindparam("ends_after")),
        or_(turn <= bindparam("today"), Listing.organisation_id == _bound("organisation", Integer)),
        Listing.quantity - Listing.held - Listing.transferred > literal_column("0", Integer),
    ]
    if has_limit:
        conditions += [
            Listing.lat.between(_bound("south", Float), _bound("north", Float)),
            Listing.lon.between(_bound("west", Float), _bound("east", Float)),
            _bound("chord2", Float) >= LISTING_CHORD2,
        ]
    if refused_codes:
        clean = [
            Listing.hazards_yes.not_like(_bound(f"refused_{number}", String), escape="\\") for number in range(refused_codes)
        ]
        conditions.append(or_(Listing.hazards_yes == literal_column("''", String), and_(*clean)))
    if not accepts_unknown:
        conditions.append(Listing.hazards_unknown.is_(False))
    if skips:
        conditions.append(Listing.id.not_in(_several("skipped", Integer)))
    edge = _bound("inner_chord2", Float) < LISTING_CHORD2 if has_limit else literal_column("1 = 0")
    found = _page((Listing.id, Listing.lat, Listing.lon), edge, conditions, (LISTING_CHORD2, LISTING_RANK.desc(), Listing.id))
    return found if dialect != "sqlite" else (_by_index(found[0], Listing), _by_index(found[1], Listing))


@cache
def demands_served(
    *, dialect: str, declared_codes: int, hazards_unknown: bool, ends: bool, region_open: bool, partners_open: bool, skips: bool
) -> tuple[Select[Any], Select[Any]]:
    """For one listing, each demand by the reach that it stores. `declared_codes`: how many hazards it holds. The edge rows: id, lat, lon, farthest km."""
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
        Demand.reach_chord2_m2 >= DEMAND_CHORD2,
        *(accepted.like(_bound(f"declared_{number}", String), escape="\\") for number in range(declared_codes)),
    ]
    if ends:
        conditions.append(Demand.needed_from <= bindparam("ends_on"))
    if hazards_unknown:
        conditions.append(Demand.accepts_unknown_hazards.is_(True))
    if not region_open:
        conditions.append(own if not partners_open else or_(own, Demand.organisation_id.in_(partners)))
    elif not partners_open:
        conditions.append(or_(own, Demand.organisation_id.not_in(partners)))
    if skips:
        conditions.append(Demand.id.not_in(_several("skipped", Integer)))
    farthest_m = type_coerce(Demand.max_distance_km, Integer)  # stored in thousandths of a km
    edge = Demand.reach_chord2_m2 - DEMAND_CHORD2 < literal_column("20.1", Float) * farthest_m
    found = _page((Demand.id, Demand.lat, Demand.lon, Demand.max_distance_km), edge, conditions, (DEMAND_CHORD2, Demand.id))
    return found if dialect != "sqlite" else (_by_index(found[0], Demand), _by_index(found[1], Demand))


def _by_index(statement: Select[Any], table: type[Listing] | type[Demand]) -> Select[Any]:
    return statement.with_hint(table, f"INDEXED BY ix_{table.__tablename__}_match", "sqlite")
