"""Lots in a list as they lie: how much of what, since when, where, and what it has cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Depot
from marketplace.depots.rules.costs import Cost
from marketplace.depots.rules.number import lot_number
from marketplace.http.written import Written
from marketplace.kernel import clock
from marketplace.kernel.formats import money, near_date
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.stock.models import ChainOffer
from marketplace.stock.queries.lying import Lying, last_first_day
from marketplace.stock.rules.chain import lies_too_long
from marketplace.web.ui.lots import picture

Words = Text | str
Ways = tuple[tuple[Text, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One lot in the list. `ways`: what may be done with it now that it lies too long; else none."""

    number: str
    href: str
    picture: str
    what: Text
    also: tuple[Words, ...]
    cost: Words
    is_too_long: bool
    is_blocked: bool
    ways: Ways = ()


def depot_rows(actor: Actor, depot: Depot, lying: Sequence[Lying], costs: Mapping[int, Cost]) -> list[Row]:
    """The lots of a depot as its keeper reads them."""
    first = last_first_day(depot)
    return [_depot_row(actor, depot, lying_lot, costs[lying_lot.lot.id], first) for lying_lot in lying]


def _depot_row(actor: Actor, depot: Depot, lying_lot: Lying, cost: Cost, first: date | None) -> Row:
    lot, since = lying_lot.lot, lying_lot.lot.in_depot_since or clock.today()
    is_too_long = first is not None and since < first
    also: list[Words] = [_("since %(day)s", day=near_date(since))]
    if lot.bay:
        also.append(_("bay %(name)s", name=Written(lot.bay)))
    if lot.owner_id != depot.organisation_id:
        also.append(_("of %(organisation)s", organisation=lot.organisation.name))
    return _row(
        lying_lot, also, words_of_cost(cost), is_too_long=is_too_long, ways=ways_out(actor, lying_lot) if is_too_long else ()
    )


def own_rows(actor: Actor, lying: Sequence[Lying]) -> list[Row]:
    """Lots of the actor's organisation, or of everybody, wherever they lie."""
    rows, own = [], actor.organisation_id
    for lying_lot in lying:
        stay = lying_lot.lot.depot.longest_stay_days if lying_lot.lot.depot else None
        is_too_long = lies_too_long(lying_lot.lot.in_depot_since, stay, clock.today())
        place: Words = Written(lying_lot.lot.depot.name if lying_lot.lot.depot else lying_lot.lot.place_name)
        also = [place] if lying_lot.lot.owner_id == own else [place, lying_lot.lot.organisation.name]
        rows.append(_row(lying_lot, also, "", is_too_long=is_too_long, ways=ways_out(actor, lying_lot) if is_too_long else ()))
    return rows


def _row(lying_lot: Lying, also: list[Words], cost: Words, *, is_too_long: bool, ways: Ways = ()) -> Row:
    lot = lying_lot.lot
    if lying_lot.listing is not None:
        also.append(words_of_offer(lying_lot.listing, lying_lot.chain))
    return Row(
        lot_number(lot.id),
        url_for("lots.show", lot_id=lot.id),
        picture(lying_lot.photo, "").small if lying_lot.photo else "",
        _("%(quantity)s %(title)s", quantity=Amount(lot.quantity, lot.unit_of), title=Written(lot.title)),
        tuple(also),
        cost,
        is_too_long,
        lot.blocked_at is not None,
        ways,
    )


def words_of_offer(listing: Listing, chain: ChainOffer | None) -> Text:
    """How far its offer is, and whether it is meant for the chain."""
    is_published = listing.status == ListingStatus.PUBLISHED
    if chain is not None:
        offered_at = chain.told_at
        return (
            _("offered to the chain on %(day)s", day=near_date(clock.local(offered_at).date()))
            if offered_at
            else _("draft for the chain")
        )
    return _("on offer") if is_published else _("draft of an offer")


def words_of_cost(cost: Cost) -> Words:
    """What it has cost so far. What has no price is said, never written as nought."""
    if cost.cents is None:
        return _("no price known")
    return money(cost.cents) if cost.is_known else _("at least %(money)s", money=money(cost.cents))


def ways_out(actor: Actor, lying_lot: Lying) -> Ways:
    """The ways out for what lies too long, each for whoever may take it."""
    lot, listing = lying_lot.lot, lying_lot.listing
    ways: list[tuple[Text, str]] = []
    if may(actor, Can.OFFER_LOT, lot) and lot.blocked_at is None:
        if listing is not None:
            ways.append((_("Offer again"), url_for("listings.edit", listing_id=listing.id)))
        else:
            ways.append((_("Offer it"), url_for("lots.offer", lot_id=lot.id)))
        if lying_lot.chain is None:
            ways.append((_("To the chain"), url_for("lots.offer_to_chain", lot_id=lot.id)))
    if may(actor, Can.HANDLE_LOT, lot):
        ways.append((_("Write off"), url_for("lots.write_off", lot_id=lot.id)))
    return tuple(ways)
