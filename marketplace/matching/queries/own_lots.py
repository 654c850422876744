"""What an organisation has lying, drafts too, held against many demands at once.

The rule of matching in columns: what a lot serves, and what it would serve but for one thing. Lots of one organisation only, and of those the newest few
hundred, so that no page compares everything with everything. Where a distance is in doubt the geodesic decides, as it does in the rule.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.queries.destination import list_demands_come_back_from, total_under_way
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, distance_km, ecef_m
from marketplace.kernel.language import Text
from marketplace.kernel.units import LARGEST, Amount, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.windows import get_window_defaults
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import DEMAND_STALE_AFTER
from marketplace.market.rules.listing import STALE_AFTER, ListingStatus, is_part_allowed
from marketplace.market.rules.windows import Asker, Rings, Wanted, WindowDefaults, has_turn, settle
from marketplace.matching.models import ProposalMade
from marketplace.matching.queries.matches import lot_of, need_of
from marketplace.matching.rules.misses import near_miss
from marketplace.matching.rules.pair import RANKS, Lot, Need, cover, objections
from marketplace.matching.rules.wanted import Fit
from marketplace.matching.rules.wishes import Verdict, Wish, doubts, judge, stored_wishes
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material, Taxonomy

LOTS_MAX = 200
FITTING_MOST = 3  # that stand on the page of a demand
EDGE_M = 60.0  # so near to the farthest distance the geodesic decides; over 350 km a chord is that much shorter
EPOCH = date(1970, 1, 1).toordinal()
NEVER = date.max.toordinal() - EPOCH
LONG_AGO = "0001-01-01"
RANK_OF = {condition.value: rank for condition, rank in RANKS.items()}
NOTHING, NEARLY, FITS = 0, 1, 2
ASKS_NOTHING = "{}"  # as it is stored
WORDS = {NEARLY: Fit.NEARLY, FITS: Fit.FITS}
Ids = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OwnLot:
    """A lot of one's own as the rule takes it: a draft as if it were published today."""

    listing_id: int
    title: str
    available: Amount
    is_draft: bool
    lot: Lot
    came_back_from: frozenset[int] = frozenset()  # demands, to which it is not offered again


@dataclass(frozen=True, slots=True)
class OwnFit:
    """The lot of one's own that serves a demand best, or nearly. `sentence`: what is in the way. `is_offered`: the asker knows of it.

    `doubts`: what the demand asks of its fields and is not known.
    """

    own: OwnLot
    fit: Fit
    sentence: Text | None
    is_offered: bool
    doubts: tuple[Text, ...] = ()


def list_fitting_lots(session: Session, actor: Actor, demand: Demand, *, most: int = FITTING_MOST) -> list[OwnFit]:
    """The lots of one's own that fit one open demand. What serves it first, what is certain of that, then what is on offer, then the largest."""
    taxonomy = get_taxonomy(session)
    serving = {material.slug for material in taxonomy.serving(taxonomy.material_by_id(demand.material_id))}
    lots = [own for own in list_own_lots(session, actor) if own.lot.material.slug in serving]
    if not lots or demand.status != DemandStatus.OPEN:
        return []
    to_find = demand.remaining - total_under_way(session, demand)
    offered = set(session.scalars(select(ProposalMade.listing_id).where(ProposalMade.demand_id == demand.id)))
    fits = [own_fit(actor, own, demand, to_find, taxonomy, is_offered=own.listing_id in offered) for own in lots]
    fitting = [fit for fit in fits if fit is not None]
    return sorted(fitting, key=_order)[:most]


def _order(fit: OwnFit) -> tuple[bool, bool, bool, Decimal]:
    return fit.fit is not Fit.FITS, bool(fit.doubts), fit.own.is_draft, -fit.own.available.amount


def list_own_lots(session: Session, actor: Actor) -> list[OwnLot]:
    """List what the actor's organisation has on offer or in a draft, newest first, at most 200. What is all taken is left out."""
    if not may(actor, Can.OFFER) or actor.organisation_id is None:
        return []
    today, taxonomy, exact = clock.today(), get_taxonomy(session), may(actor, Can.READ_POINTS)
    is_draft = Listing.status == ListingStatus.DRAFT
    is_on_offer = (Listing.status == ListingStatus.PUBLISHED) & (Listing.confirmed_on >= today - STALE_AFTER)
    rows = (
        select(Listing)
        .where(
            Listing.organisation_id == actor.organisation_id,
            is_draft | is_on_offer,
            Listing.available_until.is_(None) | (Listing.available_until >= today),
            Listing.held + Listing.transferred < Listing.quantity,
        )
        .options(defer(Listing.search_text), defer(Listing.description))
        .order_by(Listing.id.desc())
        .limit(LOTS_MAX)
    )
    listings = session.scalars(rows).all()
    has_draft = any(listing.status == ListingStatus.DRAFT for listing in listings)
    defaults = get_window_defaults(session, actor.organisation_id) if has_draft else WindowDefaults()
    returned = list_demands_come_back_from(session, {listing.parent_id for listing in listings if listing.parent_id})
    return [
        _own_lot(listing, lot_of(listing, taxonomy, exact=exact), defaults, today, returned.get(listing.parent_id or 0, set()))
        for listing in listings
    ]


def _own_lot(listing: Listing, lot: Lot, defaults: WindowDefaults, today: date, came_back_from: set[int]) -> OwnLot:
    is_draft = listing.status == ListingStatus.DRAFT
    if is_draft:
        wanted = Wanted(listing.chosen_circle, listing.circle_from, listing.region_from, listing.partners_from)
        opens = settle(wanted, defaults, opened_on=today, last_day=listing.available_until)
        lot = replace(
            lot,
            status=ListingStatus.PUBLISHED,
            confirmed_on=today,
            circle=opens.circle,
            circle_from=opens.circle_from,
            region_from=opens.region_from,
            partners_from=opens.partners_from,
        )
    return OwnLot(listing.id, listing.title, lot.available, is_draft, lot, frozenset(came_back_from))


def own_fit(
    actor: Actor, own: OwnLot, demand: Demand, to_find: Decimal, taxonomy: Taxonomy, *, is_offered: bool
) -> OwnFit | None:
    """How a lot of one's own fits a demand, by the rule itself; None where it does not."""
    if demand.id in own.came_back_from:
        return None
    exact = may(actor, Can.READ_POINTS)
    need = need_of(demand, demand.organisation.kind, taxonomy, demand.organisation.slug, to_find, exact=exact)
    away, today = distance_km(own.lot.point, need.point), clock.today()
    unsure = doubts(need.wishes, own.lot.answers)
    if not objections(own.lot, need, distance_km=away, today=today):
        return OwnFit(own, Fit.FITS, None, is_offered, unsure)
    miss = near_miss(own.lot, need, distance_km=away, today=today)
    return OwnFit(own, Fit.NEARLY, miss.sentence, is_offered, unsure) if miss else None


class _Row(NamedTuple):
    """One demand with the names of its columns, as the rule takes it."""

    id: int
    material_id: int
    organisation_id: int
    status: str
    unit: str
    min_condition: str
    needed_from: date
    needed_until: date
    max_distance_km: Decimal | None
    accepts_hazards: list[str]
    accepts_unknown_hazards: bool
    confirmed_on: date | None
    lat: float
    lon: float
    public_lat: float
    public_lon: float
    fields: dict[str, Any]


@dataclass(frozen=True)
class Needs:
    """Many demands as columns, each as the database holds it. A need as a whole is made only where the rule itself decides.

    `askers`: the organisations by id. `under_way`: what is reserved for a demand already. `exact`: by exact points.
    """

    columns: dict[str, Sequence[Any]]
    askers: dict[int, Asker]
    under_way: dict[int, Decimal]
    taxonomy: Taxonomy
    exact: bool

    def __len__(self) -> int:
        return len(self.columns["id"])

    def to_find(self, place: int) -> Decimal:
        """What is needed and neither there nor under way."""
        left = Decimal(self.columns["quantity"][place] - self.columns["fulfilled"][place]) / 1000
        return max(left - self.under_way.get(self.columns["id"][place], Decimal(0)), Decimal(0))

    def need(self, place: int) -> Need:
        """The need as the rule takes it."""
        values = {name: self.columns[name][place] for name in _Row._fields if name in self.columns}
        farthest, hazards = values["max_distance_km"], json.loads(values["accepts_hazards"])
        days = {name: self._day(name, place) for name in ("needed_from", "needed_until", "confirmed_on")}
        points = {name: values.get(name, 0.0) for name in ("lat", "lon", "public_lat", "public_lon")}
        values |= {**days, **points, "accepts_hazards": hazards, "fields": json.loads(values["fields"])}
        row: Any = _Row(**values | {"max_distance_km": None if farthest is None else Decimal(farthest) / 1000})
        asker = self.askers[row.organisation_id]
        return need_of(row, asker.kind, self.taxonomy, asker.slug, self.to_find(place), exact=self.exact)

    def wishes(self, place: int) -> tuple[Wish, ...]:
        """What it asks of the fields."""
        return stored_wishes(self.columns["fields"][place], self.taxonomy.fields_by_slug.get)

    def _day(self, name: str, place: int) -> date:
        return date.fromordinal(EPOCH + int(self.numbers[name][place]))

    @cached_property
    def by_material(self) -> dict[int, Ids]:
        """Where the needs for each material stand."""
        materials = self.numbers["material_id"]
        return {int(material): np.flatnonzero(materials == material) for material in np.unique(materials)}

    @cached_property
    def numbers(self) -> dict[str, NDArray[Any]]:
        """What is compared as numbers."""
        columns, today = self.columns, clock.today().toordinal() - EPOCH
        axes = ("x_m", "y_m", "z_m") if self.exact else ("public_x_m", "public_y_m", "public_z_m")
        farthest = [np.inf if most is None else most for most in columns["max_distance_km"]]
        last, confirmed = days(columns["needed_until"]), days(columns["confirmed_on"])
        is_open = np.array([status == DemandStatus.OPEN for status in columns["status"]], np.bool_)
        is_open &= (last >= today) & (confirmed >= today - DEMAND_STALE_AFTER.days)
        left = np.array(columns["quantity"], np.int64) > np.array(columns["fulfilled"], np.int64)
        for place in np.flatnonzero(np.isin(np.array(columns["id"], np.intp), list(self.under_way))).tolist():
            left[place] = self.to_find(place) > 0
        return {
            "id": np.array(columns["id"], np.intp),
            "material_id": np.array(columns["material_id"], np.intp),
            "rank": np.array([RANK_OF[word] for word in columns["min_condition"]], np.int8),
            "needed_from": days(columns["needed_from"]),
            "needed_until": last,
            "confirmed_on": confirmed,
            "reach_m": np.array(farthest, np.float64),  # stored in thousandths of a kilometre
            "spot": np.array([columns[name] for name in axes], np.float64).reshape(3, len(self)).T,
            "is_open": is_open & left,
            "has_wishes": np.array([wishes != ASKS_NOTHING for wishes in columns["fields"]], np.bool_),
            "takes_unknown": np.array(columns["accepts_unknown_hazards"], np.bool_),
            "asker": np.array(columns["organisation_id"], np.intp),
        }

    def asking_for(self, material: Material) -> Ids:
        """Where the needs stand that this material may serve."""
        there = self.by_material
        places = [there[item.id] for item in self.taxonomy.served_by(material) if item.id in there]
        return np.concatenate(places) if places else np.empty(0, np.intp)


def days(values: Sequence[Any]) -> NDArray[np.int64]:
    """Days since 1970, from dates or from their text; what is empty lies before all."""
    dates = np.array([LONG_AGO if value is None else value for value in values], "datetime64[D]")
    numbers: NDArray[np.int64] = dates.astype(np.int64)
    return numbers


@dataclass(frozen=True, slots=True)
class Fitting:
    """How well each need is served, and by which lot. 0 not, 1 nearly, 2 wholly; the place of the lot that does it best."""

    how: NDArray[np.int8]
    lots: Ids


def fitting(lots: Sequence[OwnLot], needs: Needs, *, today: date) -> Fitting:
    """Hold the lots against the needs.

    The best is what serves before what nearly does, then what is certain before what is in doubt, then what is on offer before a draft,
    then the nearest in whole kilometres, and of those the largest.
    """
    count = len(needs)
    score, best, nearest = np.zeros(count, np.int8), np.zeros(count, np.intp), np.full(count, np.inf)
    turns: dict[Rings, dict[int, bool]] = {}
    for number, own in sorted(enumerate(lots), key=lambda item: -item[1].available.amount):
        at = needs.asking_for(own.lot.material)
        if not len(at):
            continue
        away_m = _away_m(own.lot.point, needs, at)
        rings = own.lot.rings
        if rings not in turns:
            turns[rings] = {key: has_turn(rings, asker, today) for key, asker in needs.askers.items()}
        fits, is_unsure = _fits(own.lot, needs, at, away_m, turns[rings])
        if own.came_back_from:
            fits[np.isin(needs.numbers["id"][at], list(own.came_back_from))] = NOTHING
        scores, away_km = np.where(fits > NOTHING, 4 * fits - 2 * is_unsure - own.is_draft, 0), np.round(away_m / 1000)
        better = (scores > score[at]) | ((scores == score[at]) & (scores > 0) & (away_km < nearest[at]))
        won = at[better]
        score[won], best[won], nearest[won] = scores[better], number, away_km[better]
    return Fitting(((score + 3) // 4).astype(np.int8), best)


def _away_m(point: Point, needs: Needs, at: Ids) -> NDArray[np.float64]:
    steps = needs.numbers["spot"][at] - np.array(ecef_m(point), np.float64)
    away: NDArray[np.float64] = np.sqrt((steps * steps).sum(axis=1))
    return away


def _fits(
    lot: Lot, needs: Needs, at: Ids, away_m: NDArray[np.float64], turns: dict[int, bool]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """How well a lot serves each of these needs, and which of them it serves in doubt.

    Wholly, but for one of condition, period, distance and what is asked of a field, or not.
    """
    columns = needs.numbers
    last_day = NEVER if lot.available_until is None else lot.available_until.toordinal() - EPOCH
    is_good = columns["rank"][at] <= RANKS[lot.condition]
    is_timely = (columns["needed_from"][at] <= last_day) & (columns["needed_until"][at] >= lot.available_from.toordinal() - EPOCH)
    in_the_way = 3 - is_good.astype(np.int8) - is_timely - _is_near(lot, needs, at, away_m)
    is_unsure = np.zeros(len(at), np.int8)
    for place in np.flatnonzero(columns["has_wishes"][at]).tolist():
        verdicts = [judge(wish, lot.answers.get(wish.field.slug)) for wish in needs.wishes(int(at[place]))]
        in_the_way[place] += min(verdicts.count(Verdict.FAILS), FITS)
        is_unsure[place] = Verdict.IN_DOUBT in verdicts
    possible = columns["is_open"][at] & (in_the_way <= 1)
    if lot.hazards_unknown:
        possible &= columns["takes_unknown"][at]
    possible &= np.array([turns.get(asker, False) for asker in columns["asker"][at].tolist()], np.bool_)
    gives: dict[tuple[int, str], bool] = {}
    for place in np.flatnonzero(possible).tolist():
        number = int(at[place])
        accepted = not lot.hazards_yes or lot.hazards_yes <= set(json.loads(needs.columns["accepts_hazards"][number]))
        possible[place] = accepted and _gives(lot, needs, number, gives)
    grades: NDArray[np.int8] = np.where(possible, FITS - in_the_way, NOTHING).astype(np.int8)
    return grades, is_unsure


def _is_near(lot: Lot, needs: Needs, at: Ids, away_m: NDArray[np.float64]) -> Mask:
    """Whether each lies within the reach that it has."""
    reach_m = needs.numbers["reach_m"][at]
    near: Mask = away_m <= reach_m
    for place in np.flatnonzero(np.abs(away_m - reach_m) < EDGE_M).tolist():
        need = needs.need(int(at[place]))
        near[place] = need.max_distance_km is None or distance_km(lot.point, need.point) <= need.max_distance_km
    return near


def _gives(lot: Lot, needs: Needs, number: int, gives: dict[tuple[int, str], bool]) -> bool:
    """Whether the lot covers any of the need, in a part that its owner gives away. Where that is simple the same for all of a material and unit."""
    if lot.minimum_part is not None:
        covered = cover(lot, needs.need(number))
        return covered.covers.amount > 0 and is_part_allowed(covered.takes.amount, lot.available.amount, lot.minimum_part)
    unit = needs.columns["unit"][number]
    if unit == lot.available.unit:
        return True
    key = (needs.columns["material_id"][number], unit)
    if key not in gives:
        gives[key] = cover(lot, replace(needs.need(number), remaining=Amount(LARGEST, Unit(unit)))).covers.amount > 0
    return gives[key]
