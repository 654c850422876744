"""Listings that serve a demand, and demands a listing serves: best first, with reasons.

Whoever may know the exact points gets what fits by them, in their order, with exact kilometres. For anybody else the public points
of both sides decide what fits and in which order, and the kilometres are whole, with every figure that follows from them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Integer, bindparam, select
from sqlalchemy.orm import Session, defer, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.catalogue.queries.memory import list_answers
from marketplace.exchange.queries.destination import fetch_deals, list_demands_come_back_from, totals_under_way
from marketplace.impact.rules.impact import Impact, impact
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, bounding_box, chord2_m2, distance_km, whole_km
from marketplace.kernel.language import Text
from marketplace.kernel.paging import PAGE_SIZE_MAX
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.freshness import confirmed_since
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import is_demand_stale
from marketplace.market.rules.listing import STALE_AFTER, Answer, Condition, ListingStatus
from marketplace.market.rules.windows import Windows
from marketplace.matching.queries.statements import (
    EDGE_KM,
    demands_served,
    escaped,
    listings_that_serve,
    numbered,
    place_figures,
    wished,
)
from marketplace.matching.rules import pair
from marketplace.matching.rules.pair import Lot, Need
from marketplace.matching.rules.wishes import Verdict, by_certainty, doubts, judge_all, stored_wishes, wishes_of
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy

PAGE_SIZE = 24
_IDS: BindParameter[Any] = bindparam("ids", type_=Integer, expanding=True)
_NAMED = (Organisation.slug, Organisation.name, Organisation.kind)
_LISTINGS = (
    select(Listing)
    .where(Listing.id.in_(_IDS))
    .options(joinedload(Listing.organisation).load_only(*_NAMED), joinedload(Listing.photos), defer(Listing.search_text))
)
_DEMANDS = select(Demand).where(Demand.id.in_(_IDS)).options(joinedload(Demand.organisation).load_only(*_NAMED))
_BARE_LISTINGS = select(Listing).where(Listing.id.in_(_IDS)).options(defer(Listing.search_text))
_organisation = Organisation.__table__.c
_ASKER = select(_organisation.kind, _organisation.slug).where(_organisation.id == bindparam("id", type_=Integer))


@dataclass(frozen=True, slots=True)
class Match:
    """A listing that serves a demand. Figures are for the part that it covers; `takes` is that part in the listing's unit, as a reservation asks it.

    `doubts`: what of the fields that were asked for is not known. Such a match comes after those that are certain.
    """

    listing: Listing
    demand: Demand
    distance_km: Decimal
    covers: Amount
    takes: Amount
    impact: Impact
    reasons: tuple[Text, ...]
    doubts: tuple[Text, ...] = ()

    @property
    def road_km(self) -> Decimal:
        return self.impact.road_km

    @property
    def tonne_km(self) -> Decimal:
        return self.impact.tonne_km

    @property
    def transport_kgco2e(self) -> Decimal:
        return self.impact.transport_kgco2e

    @property
    def avoided_kgco2e(self) -> Decimal | None:
        return self.impact.avoided_kgco2e

    @property
    def net_kgco2e(self) -> Decimal | None:
        return self.impact.net_kgco2e


@dataclass(frozen=True, slots=True)
class Matches:
    """One page of matches, best first, and how many there are."""

    items: tuple[Match, ...]
    total: int
    page: int
    page_size: int


def list_listings_for_demand(
    session: Session,
    actor: Actor,
    demand: Demand,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    by_public_points: bool = False,
    planned: bool | None = None,
) -> Matches:
    """The listings that serve this demand, also one that is not stored.

    `planned`: only what is, or is not. For whoever asks, the reviewer and the clock. `by_public_points`: as somebody who may know no more finds them.
    """
    require(actor, Can.READ_MATCHES, demand)
    exact = may(actor, Can.READ_POINTS) and not by_public_points
    taxonomy = get_taxonomy(session)
    page, size = max(1, page), max(1, min(page_size, PAGE_SIZE_MAX))
    under_way, given_back = fetch_deals(session, demand) if demand.id else (0, [])
    to_find = demand.remaining - under_way
    is_over = demand.status != DemandStatus.OPEN or demand.needed_until < clock.today() or to_find <= 0
    if is_over or is_demand_stale(demand.confirmed_on, clock.today()):
        return Matches((), 0, page, size)
    is_loaded = "organisation" in demand.__dict__
    asker = demand.organisation if is_loaded else session.connection().execute(_ASKER, {"id": demand.organisation_id}).one()
    need = need_of(demand, asker.kind, taxonomy, asker.slug, to_find, exact=exact)
    serving = taxonomy.serving(need.material)
    refused = sorted({code for item in serving for code in item.hazard_codes} - need.accepts_hazards)
    farthest = demand.max_distance_km
    figures: dict[str, Any] = {
        **place_figures(need.point),
        "materials": [item.id for item in serving],
        "conditions": [item.value for item in Condition if item.rank >= need.min_condition.rank],
        "confirmed_since": clock.today() - STALE_AFTER,
        "needed_until": demand.needed_until,
        "ends_after": max(demand.needed_from, clock.today()),
        "today": clock.today(),
        "organisation": demand.organisation_id,
        "came_back": given_back,
        "in_circle": f"%|{escaped(asker.slug)}|%",
        "unit": demand.unit,
        "remaining": to_find,
        **{f"scant_{unit.value}": int(pair.scant(unit, need.remaining.unit, serving) * 1000) for unit in Unit},
        **{f"refused_{number}": f"%|{escaped(code)}|%" for number, code in enumerate(refused)},
    }
    if farthest is not None:
        figures |= bounding_box(need.point, float(farthest) + EDGE_KM)._asdict()
        figures["chord2"] = chord2_m2(float(farthest) + EDGE_KM)
        figures["inner_chord2"] = chord2_m2(max(float(farthest) - EDGE_KM, 0))

    statement = listings_that_serve(
        exact=exact,
        has_limit=farthest is not None,
        refused_codes=len(refused),
        accepts_unknown=need.accepts_unknown_hazards,
        is_partner=asker.kind == OrganisationKind.PARTNER,
        came_back=bool(given_back),
        planned=planned,
    )

    def serving_ids(doubted: list[int]) -> set[int]:
        rows = session.scalars(_BARE_LISTINGS, {"ids": doubted})
        return _serving((row.id, lot_of(row, taxonomy, exact=exact), need) for row in rows)

    slugs = [wish.field.slug for wish in need.wishes]

    @cache
    def judged(*answers: str | None) -> Verdict:
        return judge_all(need.wishes, dict(zip(slugs, answers, strict=True)))

    numbers = numbered(_connection(session), statement, figures)
    if slugs:
        numbers = by_certainty(numbers, map(judged, *list_answers(session, list(map(abs, numbers)), slugs)))
    fitting = _fitting(numbers, serving_ids)
    ids = fitting[(page - 1) * size : page * size]
    listings = session.scalars(_LISTINGS, {"ids": ids}).unique().all() if ids else []
    pairs = [(listing, demand, lot_of(listing, taxonomy, exact=exact), need) for listing in listings]
    return _ranked(exact, taxonomy, pairs, len(fitting), page, size)


def list_demands_for_listing(
    session: Session, actor: Actor, listing: Listing, *, page: int = 1, page_size: int = PAGE_SIZE, by_public_points: bool = False
) -> Matches:
    """The open demands that this listing serves. For the organisation that owns it, the reviewer and the clock.

    `by_public_points`: as somebody who may know no more finds them.
    """
    require(actor, Can.READ_MATCHES, listing)
    exact = may(actor, Can.READ_POINTS) and not by_public_points
    lot = lot_of(listing, get_taxonomy(session), exact=exact)
    return _demands_served(session, listing, lot, exact=exact, page=page, page_size=page_size)


def list_demands_for_draft(session: Session, actor: Actor, listing: Listing, turns: Windows) -> Matches:
    """The open demands that a draft would serve if it were published today, with these turns."""
    require(actor, Can.EDIT_LISTING, listing)
    exact = may(actor, Can.READ_POINTS)
    days = {name: getattr(turns, name) for name in ("circle", "circle_from", "region_from", "partners_from")}
    lot = replace(
        lot_of(listing, get_taxonomy(session), exact=exact), status=ListingStatus.PUBLISHED, confirmed_on=clock.today(), **days
    )
    return _demands_served(session, listing, lot, exact=exact)


def _demands_served(
    session: Session, listing: Listing, lot: Lot, *, exact: bool, page: int = 1, page_size: int = PAGE_SIZE
) -> Matches:
    taxonomy, today = get_taxonomy(session), clock.today()
    page, size = max(1, page), max(1, min(page_size, PAGE_SIZE_MAX))
    parents = [listing.parent_id] if listing.parent_id else []
    returned = list_demands_come_back_from(session, parents).get(listing.parent_id or 0, set())
    is_over = lot.available_until is not None and lot.available_until < today
    is_stale = lot.confirmed_on is None or lot.confirmed_on < today - STALE_AFTER
    if lot.status != ListingStatus.PUBLISHED or is_over or is_stale or lot.available.amount <= 0:
        return Matches((), 0, page, size)
    declared, served = sorted(lot.hazards_yes), taxonomy.served_by(lot.material)
    figures: dict[str, Any] = {
        **place_figures(lot.point),
        "materials": [item.id for item in served],
        "conditions": [item.value for item in Condition if item.rank <= lot.condition.rank],
        "starts_before": max(lot.available_from, today),
        "ends_on": lot.available_until,
        "confirmed_since": confirmed_since(),
        "organisation": listing.organisation_id,
        "circle": list(lot.circle),
        "came_back_from": sorted(returned),
        "unit": listing.unit,
        "doubted_units": [unit.value for unit in Unit if lot.available.amount < pair.scant(listing.unit_of, unit, served)],
        "least": min(lot.available.amount, lot.minimum_part or lot.available.amount),
        **{f"declared_{number}": f'%"{escaped(code)}"%' for number, code in enumerate(declared)},
    }

    statement = demands_served(
        exact=exact,
        declared_codes=len(declared),
        hazards_unknown=lot.hazards_unknown,
        ends=lot.available_until is not None,
        circle_open=bool(lot.circle) and lot.circle_from is not None and lot.circle_from <= today,
        region_open=lot.region_from is not None and lot.region_from <= today,
        partners_open=lot.partners_from is not None and lot.partners_from <= today,
        has_part=lot.minimum_part is not None,
        came_back=bool(returned),
    )

    def serving_ids(doubted: list[int]) -> set[int]:
        return _serving((row.id, lot, asked_by(row)) for row in session.scalars(_DEMANDS, {"ids": doubted}))

    @cache
    def judged(wishes: str | None) -> Verdict:
        return judge_all(stored_wishes(wishes, taxonomy.fields_by_slug.get), lot.answers) if wishes else Verdict.FITS

    def asked_by(demand: Demand, under_way: Decimal = Decimal(0)) -> Need:
        to_find = demand.remaining - under_way
        return need_of(demand, demand.organisation.kind, taxonomy, demand.organisation.slug, to_find, exact=exact)

    wishes_by_demand = wished(_connection(session), statement, figures)
    fitting = _fitting(by_certainty(list(wishes_by_demand), map(judged, wishes_by_demand.values())), serving_ids)
    ids = fitting[(page - 1) * size : page * size]
    demands = session.scalars(_DEMANDS, {"ids": ids}).all() if ids else []
    under_way = totals_under_way(session, demands) if demands else {}
    pairs = [(listing, row, lot, asked_by(row, under_way.get(row.id, Decimal(0)))) for row in demands]
    return _ranked(exact, taxonomy, pairs, len(fitting), page, size)


def _connection(session: Session) -> Connection:
    """The connection itself, for a session would make an object of each row. What was written before is seen."""
    session.flush()
    return session.connection()


def _fitting(numbers: list[int], serving_ids: Callable[[list[int]], set[int]]) -> list[int]:
    """The ids of all that fits, best first. Where the SQL is in doubt the rule decides."""
    doubted = [-number for number in numbers if number < 0]
    if not doubted:
        return numbers
    refused = set(doubted) - serving_ids(doubted)
    return [abs(number) for number in numbers if -number not in refused]


def _serving(pairs: Iterable[tuple[int, Lot, Need]]) -> set[int]:
    today = clock.today()
    return {
        number
        for number, lot, need in pairs
        if not pair.objections(lot, need, distance_km=distance_km(lot.point, need.point), today=today)
    }


def _ranked(
    exact: bool, taxonomy: Taxonomy, pairs: list[tuple[Listing, Demand, Lot, Need]], total: int, page: int, size: int
) -> Matches:
    """The page in its order, each with its place among all. What the rule refuses has been left out before; one that slipped through falls out here."""
    today, rows = clock.today(), []
    for listing, demand, lot, need in pairs:
        away = distance_km(lot.point, need.point)
        if need.remaining.amount <= 0 or pair.objections(lot, need, distance_km=away, today=today):
            total -= 1
            continue
        rows.append((pair.rank_key(lot, need, away, listing.id), demand.id, away, listing, demand, lot, need))
    rows.sort(key=lambda item: item[:2])
    first = (page - 1) * size + 1
    items = (
        _match(
            taxonomy, listing, demand, lot, need, _displayed_km(lot, need, away, exact=exact), place=first + number, total=total
        )
        for number, (_key, _id, away, listing, demand, lot, need) in enumerate(rows)
    )
    return Matches(tuple(items), total, page, size)


def _displayed_km(lot: Lot, need: Need, away: Decimal, *, exact: bool) -> Decimal:
    return away if exact else Decimal(whole_km(lot.point, need.point))


def _match(
    taxonomy: Taxonomy, listing: Listing, demand: Demand, lot: Lot, need: Need, shown_km: Decimal, *, place: int, total: int
) -> Match:
    covered = pair.cover(lot, need)
    figures = impact(
        mass_in_kg=covered.mass_kg,
        distance_in_km=shown_km,
        vehicle_factors=taxonomy.vehicle_factors,
        carbon_factor=lot.material.carbon.kgco2e_per_kg if lot.material.carbon else None,
        processing_factor=lot.material.processing_kgco2e_per_kg,
    )
    reasons = pair.explain(lot, need, covered, figures, place=place, total=total)
    return Match(listing, demand, shown_km, covered.covers, covered.takes, figures, reasons, doubts(need.wishes, lot.answers))


def lot_of(listing: Listing, taxonomy: Taxonomy, *, exact: bool) -> Lot:
    """What of a listing counts for a match. `exact`: for whoever may know its exact point."""
    return Lot(
        material=taxonomy.material_by_id(listing.material_id),
        organisation_id=listing.organisation_id,
        status=ListingStatus(listing.status),
        condition=Condition(listing.condition),
        available=Amount(listing.available, Unit(listing.unit)),
        kg_per_unit=listing.kg_per_unit,
        available_from=listing.available_from,
        available_until=listing.available_until,
        certainty=listing.certainty,
        hazards_yes=frozenset(code for code, answer in listing.hazards.items() if answer == Answer.YES),
        hazards_unknown=listing.hazards_unknown,
        region_from=listing.region_from,
        partners_from=listing.partners_from,
        confirmed_on=listing.confirmed_on,
        point=_point(listing, exact=exact),
        circle=listing.chosen_circle or (),
        circle_from=listing.circle_from,
        minimum_part=listing.minimum_part,
        answers=listing.fields,
    )


def need_of(
    demand: Demand,
    organisation_kind: str,
    taxonomy: Taxonomy,
    organisation_slug: str = "",
    to_find: Decimal | None = None,
    *,
    exact: bool,
) -> Need:
    """What of a demand counts for a match. `to_find`: what is needed and not under way already, where that is known.

    `exact`: for whoever may know its exact point.
    """
    material = taxonomy.material_by_id(demand.material_id)
    return Need(
        material=material,
        serving=frozenset(item.slug for item in taxonomy.serving(material)),
        organisation_id=demand.organisation_id,
        organisation_kind=organisation_kind,
        status=DemandStatus(demand.status),
        min_condition=Condition(demand.min_condition),
        remaining=Amount(demand.remaining if to_find is None else to_find, Unit(demand.unit)),
        needed_from=demand.needed_from,
        needed_until=demand.needed_until,
        max_distance_km=demand.max_distance_km,
        accepts_hazards=frozenset(demand.accepts_hazards),
        accepts_unknown_hazards=demand.accepts_unknown_hazards,
        confirmed_on=demand.confirmed_on,
        point=_point(demand, exact=exact),
        organisation_slug=organisation_slug,
        wishes=wishes_of(demand.fields, material.fields, taxonomy.fields_by_slug.get) if demand.fields else (),
    )


def _point(placed: Listing | Demand, *, exact: bool) -> Point:
    return Point(placed.lat, placed.lon) if exact else Point(placed.public_lat, placed.public_lon)
