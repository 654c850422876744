"""Rows of the desk: what fits, what neighbours look for, and every lot of one's own."""

from dataclasses import dataclass
from decimal import Decimal

from flask import url_for

from marketplace.accounts.policy import Actor
from marketplace.catalogue.queries.search import browse
from marketplace.catalogue.rules.query import CatalogueQuery, Sort
from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.formats import near_date, quantity
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.matching.queries.own import Fit, Neighbour, list_neighbours, list_own_fits
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.places.rules import Place
from marketplace.web.ui.cards import away
from marketplace.web.ui.jobs import Job, lot_job, picture_of
from marketplace.web.ui.lots import Lot
from marketplace.web.ui.search_results import result_lots
from marketplace.web.ui.states import LISTING_BADGES, Badge
from marketplace.web.ui.windows import next_turn

SHOWN, NEAR_SHOWN, NEIGHBOURS = 3, 2, 3
CARDS, CARDS_LOOKED_AT = 4, 12
NEARBY_KM = Decimal(15)


@dataclass(frozen=True, slots=True)
class Findings:
    """The first of what fits and of what nearly does, with the numbers of all."""

    jobs: list[Job]
    fits: int
    misses: int


def findings(session: Session, actor: Actor) -> Findings:
    """Gather it."""
    own = list_own_fits(session, actor, most=SHOWN)
    rows = [*own.fits[:SHOWN], *own.misses[: NEAR_SHOWN if own.fits else SHOWN]]
    return Findings([_row(actor, fit) for fit in rows], len(own.fits), len(own.misses))


def _row(actor: Actor, fit: Fit) -> Job:
    lot, demand, far = Written(fit.listing.title), Written(fit.demand.title), away(fit.distance_km)
    near = fit.miss.brief if fit.miss else None
    if fit.demand.organisation_id == actor.organisation_id:
        what = _("%(lot)s, %(quantity)s", lot=lot, quantity=Amount(fit.listing.available, Unit(fit.listing.unit)))
        where = f"{fit.listing.place_name}, {far}"
        mine = _("your demand: %(demand)s", demand=demand) if near else _("fits your demand: %(demand)s", demand=demand)
        href = url_for("demands.show", demand_id=fit.demand.id, _anchor="matches") if not near else _lot_page(fit.listing)
        return Job(what, href, picture_of(fit.listing), (where, mine, *fit.doubts[:1]), near=near)
    what = _("%(organisation)s looks for %(quantity)s: %(demand)s", **_wanted(fit), demand=demand)
    mine = _("your lot: %(lot)s", lot=lot) if near else _("your lot fits: %(lot)s", lot=lot)
    return Job(
        what, url_for("demands.show", demand_id=fit.demand.id), picture_of(fit.listing), (far, mine, *fit.doubts[:1]), near=near
    )


def _lot_page(listing: Listing) -> str:
    return url_for("catalogue.show_listing", listing_id=listing.id)


def _wanted(fit: Fit) -> dict[str, object]:
    return {"organisation": fit.demand.organisation.name, "quantity": Amount(fit.demand.remaining, Unit(fit.demand.unit))}


def nearby(session: Session, actor: Actor, here: Place) -> list[Lot]:
    """The lots that lie nearest, as cards."""
    query = CatalogueQuery(point=here.point, sort=Sort.DISTANCE, page_size=CARDS_LOOKED_AT)
    page = browse(session, actor, query, with_facets=False)
    return result_lots([row for row in page.rows if row.listing.available > 0][:CARDS], get_taxonomy(session))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What others look for nearby, and how many demands that are."""

    jobs: list[Job]
    total: int
    km: Decimal = NEARBY_KM


def neighbours(session: Session, actor: Actor, here: Place, taxonomy: Taxonomy) -> Neighbours:
    """The nearest of them."""
    rows, total = list_neighbours(session, actor, here.point, NEARBY_KM, most=NEIGHBOURS)
    return Neighbours([_neighbour(row, taxonomy) for row in rows], total)


def _neighbour(row: Neighbour, taxonomy: Taxonomy) -> Job:
    demand = row.demand
    what = _(
        "%(organisation)s: %(quantity)s %(material)s",
        organisation=demand.organisation.name,
        quantity=quantity(demand.remaining, demand.unit),
        material=taxonomy.material_by_id(demand.material_id).name,
    )
    also = (away(row.distance_km), _("from %(day)s", day=near_date(demand.needed_from)))
    group = taxonomy.group_slugs[demand.material_id]
    return Job(what, url_for("demands.show", demand_id=demand.id), group=group, also=also)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A lot of one's own: its row, its state, and where it is offered again."""

    job: Job
    badge: Badge
    also: tuple[Text, ...]
    again: str
    listing_id: int
    is_open: bool


def own_row(listing: Listing) -> OwnRow:
    """What stands beside it: what is reserved and handed over, and whose turn comes next."""
    unit = Unit(listing.unit)
    also = [
        _("%(quantity)s reserved", quantity=Amount(listing.held, unit)) if listing.held else None,
        _("%(quantity)s handed over", quantity=Amount(listing.transferred, unit)) if listing.transferred else None,
        next_turn(listing),
    ]
    again = url_for("listings.again", listing_id=listing.id)
    job = lot_job(listing) if listing.available else Job(Written(listing.title), _lot_page(listing), picture_of(listing))
    is_open = listing.status == ListingStatus.PUBLISHED
    return OwnRow(job, LISTING_BADGES[listing.status], tuple(words for words in also if words), again, listing.id, is_open)
