"""What fits an organisation and what nearly does, and what its neighbours look for.

For the desk, in a fixed number of questions. Its lots are held against what others ask, its demands against what is on offer, by the
very rule of matching. So that a page never waits, the newest of each are looked at, and no more than `PAIRS_MOST` pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Double, Select, cast, func, select
from sqlalchemy.orm import Session, defer, joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.catalogue.models import SavedSearch
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import totals_under_way
from marketplace.exchange.rules.reservation import OPEN
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, chord2_m2, distance_km, ecef_m, whole_km
from marketplace.kernel.language import Text
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.freshness import confirmed_since
from marketplace.market.queries.listings import load_photos
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import STALE_AFTER, ListingStatus
from marketplace.matching.queries.matches import lot_of, need_of
from marketplace.matching.rules.misses import Miss, near_miss
from marketplace.matching.rules.pair import Need, objections
from marketplace.matching.rules.wishes import doubts
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy

OWN_MOST, OTHERS_MOST, PAIRS_MOST = 50, 250, 2000
Row = TypeVar("Row", Listing, Demand)


@dataclass(frozen=True, slots=True)
class Fit:
    """A lot and a demand of which one is the organisation's own. `miss`: the one thing in the way; None where it fits.

    `doubts`: what the demand asks of the fields and is not known.
    """

    listing: Listing
    demand: Demand
    distance_km: int
    miss: Miss | None
    doubts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnFits:
    """What fits, and what nearly does, the newest first.

    What fits for certain stands before what is in doubt.
    """

    fits: tuple[Fit, ...]
    misses: tuple[Fit, ...]


def list_own_fits(session: Session, actor: Actor, *, most: int = 10) -> OwnFits:
    """List what fits the own organisation's lots and demands, and what nearly does.

    Of the lots that serve one demand of another organisation the newest is named, and what nearly serves a demand only where nothing
    does. What the asking organisation has a request for already is left out. The first `most` of each have their photos.
    """
    require(actor, Can.READ_MATCHES, actor.organisation_id)
    taxonomy, exact = get_taxonomy(session), may(actor, Can.READ_POINTS)
    pairs = _pairs(session, actor, taxonomy)
    if not pairs:
        return OwnFits((), ())
    under_way = totals_under_way(session, list({demand.id: demand for _listing, demand in pairs}.values()))
    requested = _list_requests(session, {listing.id for listing, _demand in pairs})
    lots = {listing.id: lot_of(listing, taxonomy, exact=exact) for listing, _demand in pairs}
    needs = {demand.id: _need(demand, taxonomy, under_way.get(demand.id, Decimal(0)), exact=exact) for _listing, demand in pairs}
    fits: list[Fit] = []
    misses: list[Fit] = []
    for listing, demand in pairs:
        if (listing.id, demand.organisation_id) in requested:
            continue
        lot, need = lots[listing.id], needs[demand.id]
        away, today = distance_km(lot.point, need.point), clock.today()
        shown_km = whole_km(lot.point, need.point)
        if need.remaining.amount > 0 and not objections(lot, need, distance_km=away, today=today):
            fits.append(Fit(listing, demand, shown_km, None, doubts(need.wishes, lot.answers)))
        elif miss := near_miss(lot, need, distance_km=away, today=today):
            misses.append(Fit(listing, demand, shown_km, miss))
    fits.sort(key=lambda fit: bool(fit.doubts))
    served = {fit.demand.id for fit in fits}
    fits, misses = _once(actor, fits), _once(actor, [miss for miss in misses if miss.demand.id not in served])
    load_photos(session, [fit.listing for fit in (*fits[:most], *misses[:most])])
    return OwnFits(tuple(fits), tuple(misses))


def _once(actor: Actor, fits: list[Fit]) -> list[Fit]:
    """Of another organisation's demand the first only; of one's own every lot."""
    seen: dict[tuple[int, int], Fit] = {}
    for fit in fits:
        is_own = fit.demand.organisation_id == actor.organisation_id
        seen.setdefault((fit.demand.id, fit.listing.id if is_own else 0), fit)
    return list(seen.values())


def _need(demand: Demand, taxonomy: Taxonomy, under_way: Decimal, *, exact: bool) -> Need:
    organisation = demand.organisation
    return need_of(demand, organisation.kind, taxonomy, organisation.slug, demand.remaining - under_way, exact=exact)


def _pairs(session: Session, actor: Actor, taxonomy: Taxonomy) -> list[tuple[Listing, Demand]]:
    """Pair the own lots and demands with those of others by material, the newest first."""
    own = actor.organisation_id
    lots = session.scalars(_on_offer(Listing.organisation_id == own).limit(OWN_MOST)).all()
    demands = session.scalars(_sought(Demand.organisation_id == own).limit(OWN_MOST)).all()
    serving = {
        demand.id: {item.id for item in taxonomy.serving(taxonomy.material_by_id(demand.material_id))} for demand in demands
    }
    served = {lot.id: {item.id for item in taxonomy.served_by(taxonomy.material_by_id(lot.material_id))} for lot in lots}
    asking = _others(session, _sought(Demand.organisation_id != own), Demand.material_id, served)
    offering = _others(
        session, _on_offer((Listing.organisation_id != own) & Listing.region_from.is_not(None)), Listing.material_id, serving
    )
    pairs = [
        *((lot, demand) for demand in demands for lot in (*lots, *offering) if lot.material_id in serving[demand.id]),
        *((lot, demand) for lot in lots for demand in asking if demand.material_id in served[lot.id]),
    ]
    return sorted(pairs, key=_since, reverse=True)[:PAIRS_MOST]


def _since(pair: tuple[Listing, Demand]) -> tuple[datetime, int, int]:
    listing, demand = pair
    return max(listing.published_at or demand.created_at, demand.created_at), listing.id, demand.id


def _on_offer(whose: ColumnElement[bool]) -> Select[Listing]:
    rows = select(Listing).where(
        whose,
        Listing.status == ListingStatus.PUBLISHED,
        Listing.confirmed_on >= clock.today() - STALE_AFTER,
        Listing.available_until.is_(None) | (Listing.available_until >= clock.today()),
        Listing.held + Listing.transferred < Listing.quantity,
    )
    return rows.options(joinedload(Listing.organisation), defer(Listing.search_text)).order_by(Listing.id.desc())


def _sought(whose: ColumnElement[bool]) -> Select[Demand]:
    rows = select(Demand).where(
        whose,
        Demand.status == DemandStatus.OPEN,
        Demand.confirmed_on >= confirmed_since(),
        Demand.needed_until >= clock.today(),
        Demand.fulfilled < Demand.quantity,
    )
    return rows.options(joinedload(Demand.organisation)).order_by(Demand.id.desc())


def _others(session: Session, rows: Select[Row], material: Any, wanted: dict[int, set[int]]) -> Sequence[Row]:
    """Those whose material is among the wanted; nobody is asked where none is."""
    materials = sorted(set().union(*wanted.values()))
    return session.scalars(rows.where(material.in_(materials)).limit(OTHERS_MOST)).all() if materials else ()


def _list_requests(session: Session, listing_ids: set[int]) -> set[tuple[int, int]]:
    """Which organisation asks for which of these lots already."""
    rows = select(Reservation.listing_id, Reservation.organisation_id)
    rows = rows.where(Reservation.listing_id.in_(listing_ids), Reservation.status.in_(OPEN))
    return {(listing_id, organisation_id) for listing_id, organisation_id in session.execute(rows)}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A demand of another organisation, and how far its public point is."""

    demand: Demand
    distance_km: int


def list_neighbours(session: Session, actor: Actor, here: Point, radius_km: Decimal, *, most: int) -> tuple[list[Neighbour], int]:
    """List what others look for around a point, the nearest first, and how many there are.

    By their public points.
    """
    require(actor, Can.READ_DEMANDS)
    there = zip((Demand.public_x_m, Demand.public_y_m, Demand.public_z_m), ecef_m(here), strict=True)
    steps = [cast(axis, Double) - metres for axis, metres in there]
    away = steps[0] * steps[0] + steps[1] * steps[1] + steps[2] * steps[2]
    rows = _sought(Demand.organisation_id != actor.organisation_id).where(away <= chord2_m2(float(radius_km))).order_by(None)
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Demand.id).subquery())) or 0
    demands = session.scalars(rows.order_by(away, Demand.id).limit(most))
    return [Neighbour(demand, whole_km(here, Point(demand.public_lat, demand.public_lon))) for demand in demands], total


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What a person who begins has done, and since when the account is there."""

    since: date
    has_colleague: bool
    has_phone: bool
    has_search: bool
    has_offered: bool
    has_asked: bool


def get_first_steps(session: Session, actor: Actor) -> FirstSteps:
    """Get them, all in one question."""
    require(actor, Can.OWN_ACCOUNT)
    person = actor.person_id
    colleague = select(Person.id).where(
        Person.organisation_id == actor.organisation_id, Person.id != person, Person.is_active, ~Person.is_machine
    )
    facts = (
        colleague,
        select(Person.id).where(Person.id == person, Person.phone != ""),
        select(SavedSearch.id).where(SavedSearch.person_id == person),
        select(Listing.id).where(Listing.created_by_id == person),
        select(Demand.id).where(Demand.created_by_id == person),
    )
    row = session.execute(select(Person.created_at, *(fact.exists() for fact in facts)).where(Person.id == person)).one()
    return FirstSteps(clock.local(row[0]).date(), *(bool(value) for value in row[1:]))
