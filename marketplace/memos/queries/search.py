"""The bank's answer to a search: what fits, what nearly fits, and what lies in the region.

What fits is decided by the very rules of matching, for a demand that is not stored. Distances are as the reader may know them: between
exact points for colleagues, in whole kilometres between public ones for anybody else.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, Double, Select, cast, select
from sqlalchemy.orm import Session, defer, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, distance_km, ecef_m, whole_km
from marketplace.kernel.units import Amount, Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.listings import is_open_to, location_at
from marketplace.market.rules.listing import STALE_AFTER, Condition, ListingStatus
from marketplace.matching.queries.matches import Match, list_listings_for_demand, lot_of, need_of
from marketplace.matching.rules.misses import near_miss
from marketplace.matching.rules.pair import Lot, Need, rank_key
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.fields import format_wish
from marketplace.materials.rules.taxonomy import Material, Taxonomy
from marketplace.memos.rules.record import (
    FoundLot,
    Lying,
    Searched,
    SearchResult,
    Stock,
    Wish,
    in_every_language,
    name_of,
    words_of,
)

LOTS_KEPT = 10
MISSES_KEPT = 5
LOOKED_AT_MOST = 400  # of the nearest lots of the material, for what is in the way


def searched_by(demand: Demand, taxonomy: Taxonomy) -> Searched:
    """What a demand that is not stored asks for, with the names of today."""
    material = taxonomy.material_by_id(demand.material_id)
    return Searched(
        title=demand.title,
        project=demand.project,
        department=demand.department,
        material=material.slug,
        material_name=name_of(material),
        group=material.group.slug,
        group_name=name_of(material.group),
        also=tuple(name_of(other) for other in taxonomy.serving(material)[1:]),
        quantity=Quantity(demand.quantity, Unit(demand.unit)),
        min_condition=Condition(demand.min_condition),
        needed_from=demand.needed_from,
        needed_until=demand.needed_until,
        max_distance_km=demand.max_distance_km,
        accepts_hazards=tuple(demand.accepts_hazards),
        accepts_unknown_hazards=demand.accepts_unknown_hazards,
        fields=demand.fields,
        wishes=tuple(
            Wish(name_of(field), in_every_language(partial(format_wish, field, demand.fields[field.slug])))
            for field in material.fields
            if field.slug in demand.fields
        ),
        place=location_at(demand),
    )


def find_on_bank(session: Session, actor: Actor, demand: Demand) -> SearchResult:
    """What serves a demand that is not stored, and what would but for one thing. The best of both, with their numbers."""
    taxonomy = get_taxonomy(session)
    matches = list_listings_for_demand(session, actor, demand, page_size=LOTS_KEPT)
    misses = _misses(session, actor, demand, taxonomy)
    return SearchResult(
        fitting=matches.total,
        nearly=len(misses),
        lots=tuple(_fitting_lot(match, taxonomy) for match in matches.items),
        misses=tuple(misses[:MISSES_KEPT]),
    )


def _fitting_lot(match: Match, taxonomy: Taxonomy) -> FoundLot:
    lot = _lot_of(match.listing, taxonomy, match.distance_km)
    return replace(lot, covers=match.covers, doubts=tuple(words_of(doubt) for doubt in match.doubts))


def _lot_of(listing: Listing, taxonomy: Taxonomy, away: Decimal) -> FoundLot:
    return FoundLot(
        listing_id=listing.id,
        title=listing.title,
        organisation=listing.organisation.name,
        place_name=listing.place_name,
        material_name=name_of(taxonomy.material_by_id(listing.material_id)),
        condition=Condition(listing.condition),
        distance_km=away,
        available=Amount(listing.available, Unit(listing.unit)),
        available_from=listing.available_from,
        is_planned=listing.available_from > clock.today(),
    )


def _misses(session: Session, actor: Actor, demand: Demand, taxonomy: Taxonomy) -> list[FoundLot]:
    """The lots with one thing in the way, the nearest first."""
    exact, today = may(actor, Can.READ_POINTS), clock.today()
    asker = session.get_one(Organisation, demand.organisation_id)
    need = need_of(demand, asker.kind, taxonomy, asker.slug, exact=exact)
    rows: list[tuple[Lot, Decimal, FoundLot]] = []
    for listing in session.scalars(_nearest(actor, need, taxonomy, exact=exact)):
        lot = lot_of(listing, taxonomy, exact=exact)
        away = distance_km(lot.point, need.point)
        miss = near_miss(lot, need, distance_km=away, today=today)
        if miss is not None:
            shown_km = away if exact else Decimal(whole_km(lot.point, need.point))
            rows.append((lot, away, replace(_lot_of(listing, taxonomy, shown_km), in_the_way=words_of(miss.sentence))))
    rows.sort(key=lambda row: rank_key(row[0], need, row[1], row[2].listing_id))
    return [found_lot for _lot, _away, found_lot in rows]


def _nearest(actor: Actor, need: Need, taxonomy: Taxonomy, *, exact: bool) -> Select[Listing]:
    """The nearest lots on offer of what may serve."""
    columns = (Listing.x_m, Listing.y_m, Listing.z_m) if exact else (Listing.public_x_m, Listing.public_y_m, Listing.public_z_m)
    x, y, z = (cast(axis, Double) - there for axis, there in zip(columns, ecef_m(need.point), strict=True))
    rows = select(Listing).where(
        *_is_on_offer(actor), Listing.material_id.in_([item.id for item in taxonomy.serving(need.material)])
    )
    rows = rows.options(joinedload(Listing.organisation), defer(Listing.search_text))
    return rows.order_by(x * x + y * y + z * z, Listing.id).limit(LOOKED_AT_MOST)


def _is_on_offer(actor: Actor) -> list[ColumnElement[bool]]:
    """What this member sees in the catalogue and is not all taken."""
    today = clock.today()
    return [
        Listing.status == ListingStatus.PUBLISHED,
        is_open_to(actor),
        Listing.confirmed_on >= today - STALE_AFTER,
        Listing.available_until.is_(None) | (Listing.available_until >= today),
        Listing.held + Listing.transferred < Listing.quantity,
    ]


class _Row(NamedTuple):
    """What is counted of a lot."""

    material_id: int
    unit: str
    available: Decimal
    kg_per_unit: Decimal | None
    available_from: date
    point: Point


def count_stock(session: Session, actor: Actor, demand: Demand) -> Stock:
    """Count what is on offer: of the material with what may replace it, and of its group."""
    taxonomy, exact = get_taxonomy(session), may(actor, Can.READ_POINTS)
    material = taxonomy.material_by_id(demand.material_id)
    serving = {item.id for item in taxonomy.serving(material)}
    here = Point(demand.lat, demand.lon) if exact else Point(demand.public_lat, demand.public_lon)
    rows = _lying_of(session, actor, serving | taxonomy.ids_of(groups=[material.group.slug]), exact=exact)
    of_material = [row for row in rows if row.material_id in serving]
    return Stock(
        _lying(of_material, taxonomy, here, exact=exact),
        _lying(
            [row for row in rows if taxonomy.group_slugs[row.material_id] == material.group.slug], taxonomy, here, exact=exact
        ),
    )


def _lying_of(session: Session, actor: Actor, material_ids: Iterable[int], *, exact: bool) -> list[_Row]:
    lat, lon = (Listing.lat, Listing.lon) if exact else (Listing.public_lat, Listing.public_lon)
    left = Listing.quantity, Listing.held, Listing.transferred
    statement = select(Listing.material_id, Listing.unit, *left, Listing.kg_per_unit, Listing.available_from, lat, lon)
    rows = session.execute(statement.where(*_is_on_offer(actor), Listing.material_id.in_(sorted(material_ids))))
    return [
        _Row(material_id, unit, quantity - held - transferred, weight, first, Point(y, x))
        for material_id, unit, quantity, held, transferred, weight, first, y, x in rows
    ]


def _lying(rows: list[_Row], taxonomy: Taxonomy, here: Point, *, exact: bool) -> Lying:
    masses = [_mass_kg(row, taxonomy.material_by_id(row.material_id)) for row in rows]
    nearest = min((distance_km(row.point, here), row.point) for row in rows) if rows else None
    return Lying(
        lots=len(rows),
        planned=sum(row.available_from > clock.today() for row in rows),
        mass_kg=sum((mass for mass in masses if mass is not None), Decimal(0)),
        unweighed=masses.count(None),
        nearest_km=None if nearest is None else nearest[0] if exact else Decimal(whole_km(nearest[1], here)),
    )


def _mass_kg(row: _Row, material: Material) -> Decimal | None:
    unit = Unit(row.unit)
    if row.kg_per_unit is None and not material.takes(unit):
        return None
    return material.mass_kg(row.available, unit, row.kg_per_unit)
