"""Does this lot serve that need, how well, and why: reason only, over plain values.

domain.md, "Demand and matching": the same material or a named substitute, the condition at least as asked, periods that overlap, near enough, no hazard
declared that the demand does not accept, what is asked of its fields fits or is not known, and the organisation's turn has come. Ranked by distance, then
condition, then quantity fit; what is in doubt comes after what is certain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from functools import lru_cache
from typing import Any

from marketplace.impact.rules.impact import VAN, Impact
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import LARGEST, THOUSANDTH, Amount, Unit
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import is_demand_stale
from marketplace.market.rules.listing import (
    CERTAINTY_LABELS,
    CONDITION_LABELS,
    Certainty,
    Condition,
    ListingStatus,
    is_part_allowed,
    is_stale,
)
from marketplace.market.rules.windows import Asker, Rings, has_turn
from marketplace.matching.rules.wishes import Wish, doubts, list_failing, objection, reasons, unanswered
from marketplace.materials.rules.taxonomy import DETOUR_FACTOR, Material, convert

TENTH = Decimal("0.1")
RANKS = {condition: condition.rank for condition in Condition}


@dataclass(frozen=True, slots=True)
class Lot:
    """What of a listing counts. `kg_per_unit`: measured, else None."""

    material: Material
    organisation_id: int
    status: ListingStatus
    condition: Condition
    available: Amount
    kg_per_unit: Decimal | None
    available_from: date
    available_until: date | None
    hazards_yes: frozenset[str]
    hazards_unknown: bool
    region_from: date | None
    partners_from: date | None
    confirmed_on: date | None
    point: Point
    circle: tuple[str, ...] = ()
    circle_from: date | None = None
    minimum_part: Decimal | None = None
    certainty: str | None = None  # of what is planned; its first and last day are the period in which it comes free
    answers: Mapping[str, Any] = field(default_factory=dict, hash=False)  # by the slug of the field

    @property
    def rings(self) -> Rings:
        """Whose turn comes when."""
        return Rings(self.organisation_id, self.circle, self.circle_from, self.region_from, self.partners_from)


@dataclass(frozen=True, slots=True)
class Need:
    """What of a demand counts. `serving`: slugs of the materials that may serve it, its own among them."""

    material: Material
    serving: frozenset[str]
    organisation_id: int
    organisation_kind: str
    status: DemandStatus
    min_condition: Condition
    remaining: Amount
    needed_from: date
    needed_until: date
    max_distance_km: Decimal | None
    accepts_hazards: frozenset[str]
    accepts_unknown_hazards: bool
    confirmed_on: date | None
    point: Point
    organisation_slug: str = ""
    wishes: tuple[Wish, ...] = ()  # what is asked of the fields


@dataclass(frozen=True, slots=True)
class Cover:
    """What the lot covers, in the demand's unit, and what that takes, in the listing's."""

    covers: Amount
    takes: Amount
    mass_kg: Decimal


def objections(lot: Lot, need: Need, *, distance_km: Decimal, today: date) -> list[Text]:
    """Why the lot does not serve the need, each in a sentence; empty: it does. One's own organisation's lot serves as well: internal reuse."""
    rows: list[Text] = []
    if lot.status != ListingStatus.PUBLISHED or need.status != DemandStatus.OPEN:
        rows.append(_("The listing or the demand is not open."))
    if lot.material.slug not in need.serving:
        rows.append(_("The material is another one, and does not count as a substitute."))
    if RANKS[lot.condition] < RANKS[need.min_condition]:
        rows.append(_("The condition is below what was asked for: %(asked)s.", asked=CONDITION_LABELS[need.min_condition]))
    if not do_overlap(lot.available_from, lot.available_until, need.needed_from, need.needed_until):
        rows.append(_("The periods do not overlap."))
    if (lot.available_until is not None and lot.available_until < today) or need.needed_until < today:
        rows.append(_("The period is over."))
    rows += _unconfirmed(lot, need, today)
    if need.max_distance_km is not None and distance_km > need.max_distance_km:
        rows.append(_("It is farther away than %(most)s km.", most=need.max_distance_km))
    rows += _hazardous(lot, need)
    rows += [objection(wish, lot.answers[wish.field.slug]) for wish in list_failing(need.wishes, lot.answers)]
    if not has_turn(lot.rings, Asker(need.organisation_id, need.organisation_slug, need.organisation_kind), today):
        rows.append(_("The turn of this organisation has not come yet."))
    covered = cover(lot, need)
    if not covered.covers.amount:
        rows.append(_("Nothing is left that could serve."))
    elif not is_part_allowed(covered.takes.amount, lot.available.amount, lot.minimum_part):
        rows.append(_("The owner gives away larger parts only."))
    return rows


def _hazardous(lot: Lot, need: Need) -> list[Text]:
    rows: list[Text] = []
    if lot.hazards_yes - need.accepts_hazards:
        rows.append(_("It holds something hazardous that the demand does not accept."))
    if lot.hazards_unknown and not need.accepts_unknown_hazards:
        rows.append(_("Whether it holds something hazardous is unknown, and the demand does not accept that."))
    return rows


def _unconfirmed(lot: Lot, need: Need, today: date) -> list[Text]:
    rows: list[Text] = []
    if lot.confirmed_on is None or is_stale(lot.confirmed_on, today):
        rows.append(_("Nobody has confirmed the listing for 60 days."))
    if is_demand_stale(need.confirmed_on, today):
        rows.append(_("Nobody has confirmed the demand for 90 days."))
    return rows


def do_overlap(first: date, last: date | None, needed_from: date, needed_until: date) -> bool:
    """Whether two periods have a day in common; a period without a last day does not end."""
    return first <= needed_until and (last is None or last >= needed_from)


def cover(lot: Lot, need: Need) -> Cover:
    """The part of the need that the lot covers, and its mass.

    Converted exactly and rounded down on the demand's side (a whole piece or a thousandth). What is taken for it is that part in the listing's unit, rounded
    up so that it suffices, never more than is available. Mass is what is taken times its weight: what a reservation of it would book.
    """
    source, wanted = lot.available.unit, need.remaining.unit
    nothing = Cover(Amount(Decimal(0), wanted), Amount(Decimal(0), source), Decimal(0))
    material = next((item for item in (lot.material, need.material) if item.takes(wanted) and item.takes(source)), None)
    if material is None:
        return nothing
    whole = convert(lot.available.amount, source, wanted, material, lot.kg_per_unit, source)
    covers = min(whole, need.remaining.amount)
    if covers <= 0:
        return nothing
    takes = lot.available.amount
    if whole > covers:
        takes = min(takes, _enough(covers, wanted, source, material, lot))
    weight = lot.kg_per_unit if lot.kg_per_unit is not None else material.kg_per_unit(source)
    mass = (takes * weight).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)
    return Cover(Amount(covers, wanted), Amount(takes, source), mass)


def _enough(covers: Decimal, wanted: Unit, source: Unit, material: Material, lot: Lot) -> Decimal:
    """The least amount in the listing's unit that gives this much in the demand's."""
    if wanted is source:
        return covers
    step = Decimal(1) if source is Unit.PIECE else Decimal("0.001")
    amount = convert(covers, wanted, source, material, lot.kg_per_unit, source)
    while convert(amount, source, wanted, material, lot.kg_per_unit, source) < covers:
        amount += step
    return amount.quantize(step, rounding=ROUND_UP)


@lru_cache(maxsize=4096)  # of every material in every pair of units
def scant(source: Unit, wanted: Unit, materials: tuple[Material, ...]) -> Decimal:
    """Work out below how much of a lot it is in doubt whether it covers anything.

    Ten times what one piece or one thousandth takes by the taxonomy's weights, so that a measured weight is covered as well.
    `materials`: the one that is offered or asked first, then those that go with it. Where a pair does not go by both units all of
    it is in doubt; in the same unit nothing is.
    """
    if source is wanted:
        return Decimal(0)
    step = Decimal(1) if wanted is Unit.PIECE else THOUSANDTH
    result = Decimal(0)
    for material in materials:
        usable = [item for item in (material, materials[0]) if item.takes(source) and item.takes(wanted)]
        if not usable:
            return LARGEST + 1
        result = max(result, *(convert(step, wanted, source, item) + THOUSANDTH for item in usable))
    return result * 10


def rank_key(lot: Lot, need: Need, distance_km: Decimal, number: int) -> tuple[bool, Decimal, int, Decimal, int]:
    """Sort the best first.

    What is certain, then what is in doubt. Of each the nearest, then the better condition, then the smallest difference between what is left and
    what is needed.
    """
    difference = abs(cover_of_all(lot, need) - need.remaining.amount)
    return bool(doubts(need.wishes, lot.answers)), distance_km, -RANKS[lot.condition], difference, number


def cover_of_all(lot: Lot, need: Need) -> Decimal:
    """Everything that is available, in the demand's unit."""
    source, wanted = lot.available.unit, need.remaining.unit
    material = next((item for item in (lot.material, need.material) if item.takes(wanted) and item.takes(source)), None)
    return Decimal(0) if material is None else convert(lot.available.amount, source, wanted, material, lot.kg_per_unit, source)


def explain(lot: Lot, need: Need, covered: Cover, figures: Impact, *, place: int, total: int) -> tuple[Text, ...]:
    """Explain the place of this match, and what it would cost and save. For the part that it covers."""
    return (
        _place(need, place, total),
        _(
            "%(distance)s km as the crow flies; %(road)s km by road, counted as %(factor)s times that.",
            distance=figures.distance_km.quantize(TENTH, rounding=ROUND_HALF_UP),
            road=figures.road_km.quantize(TENTH, rounding=ROUND_HALF_UP),
            factor=DETOUR_FACTOR,
        ),
        _covers(lot, need, covered),
        _material(lot, need),
        *_planned(lot, need),
        _(
            "The condition is “%(condition)s”; “%(asked)s” or better was asked for.",
            condition=CONDITION_LABELS[lot.condition],
            asked=CONDITION_LABELS[need.min_condition],
        ),
        *reasons(need.wishes, lot.answers),
        *unanswered(need.wishes, lot.answers),
        _transport(figures),
        _savings(figures),
        *(
            [_("Not everything is known about hazardous content. Ask the owner before you reserve.")]
            if lot.hazards_unknown
            else []
        ),
    )


def _place(need: Need, place: int, total: int) -> Text:
    if need.wishes:
        return _(
            "Number %(place)s of %(total)s: what is certain comes before what is in doubt, "
            "then the nearest, the better condition and the quantity that fits best.",
            place=place,
            total=total,
        )
    return _(
        "Number %(place)s of %(total)s: the nearest comes first, then the better condition, then the quantity that fits best.",
        place=place,
        total=total,
    )


def _covers(lot: Lot, need: Need, covered: Cover) -> Text:
    if covered.covers.amount < need.remaining.amount:
        missing = Amount(need.remaining.amount - covered.covers.amount, need.remaining.unit)
        return _(
            "It covers %(covers)s of the %(needed)s that is needed; %(missing)s remains to be found.",
            covers=covered.covers,
            needed=need.remaining,
            missing=missing,
        )
    left = Amount(lot.available.amount - covered.takes.amount, lot.available.unit)
    return _("It covers all of the %(needed)s needed, and leaves %(left)s for others.", needed=need.remaining, left=left)


def _material(lot: Lot, need: Need) -> Text:
    if lot.material.slug == need.material.slug:
        return _("It is the material that was asked for.")
    return _("It may replace the material that was asked for.")


def _planned(lot: Lot, need: Need) -> list[Text]:
    """When it comes free, how sure that is, and by how much that may be too late."""
    if lot.certainty is None or lot.available_until is None:
        return []
    facts = {"first": lot.available_from, "last": lot.available_until, "certainty": CERTAINTY_LABELS[Certainty(lot.certainty)]}
    sentence = _("It is not there yet: it comes free between %(first)s and %(last)s. Certainty: %(certainty)s.", **facts)
    if lot.available_until <= need.needed_until:
        return [sentence]
    late = (lot.available_until - need.needed_until).days
    return [
        sentence,
        ngettext(
            "If it comes at the latest, that is one day after it is needed.",
            "If it comes at the latest, that is %(num)s days after it is needed.",
            late,
        ),
    ]


def _transport(figures: Impact) -> Text:
    facts = {
        "tonnes": (figures.mass_kg / 1000).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP),
        "tonne_km": figures.tonne_km.quantize(TENTH, rounding=ROUND_HALF_UP),
        "carbon": figures.transport_kgco2e.quantize(TENTH, rounding=ROUND_HALF_UP),
    }
    if figures.vehicle_class == VAN:
        return _(
            "Driving %(tonnes)s tonnes that far is %(tonne_km)s tonne-km; by diesel van that emits %(carbon)s kg CO₂e.", **facts
        )
    return _(
        "Driving %(tonnes)s tonnes that far is %(tonne_km)s tonne-km; by lorry, empty on the way back, that emits %(carbon)s kg CO₂e.",
        **facts,
    )


def _savings(figures: Impact) -> Text:
    if figures.avoided_kgco2e is None or figures.net_kgco2e is None:
        return _("How much carbon a new product would emit is not known for this material, so what is saved is unknown.")
    facts = {
        "avoided": figures.avoided_kgco2e.quantize(TENTH, rounding=ROUND_HALF_UP),
        "net": figures.net_kgco2e.quantize(TENTH, rounding=ROUND_HALF_UP),
    }
    if figures.processing_kgco2e is not None:
        return _(
            "A new product would emit %(avoided)s kg CO₂e; after transport and processing %(net)s kg CO₂e is saved.", **facts
        )
    return _("A new product would emit %(avoided)s kg CO₂e; after transport %(net)s kg CO₂e is saved.", **facts)
