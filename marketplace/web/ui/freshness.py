"""Asking whether something is still so. The answers as buttons, and what a page says of the last one."""

from dataclasses import dataclass
from datetime import date

from flask import request

from marketplace.accounts.policy import Actor, Can, may
from marketplace.kernel.clock import today
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import (
    Refreshed,
    demand_holds_until,
    is_demand_to_refresh,
    is_listing_to_refresh,
    listing_holds_until,
)
from marketplace.market.rules.listing import ListingStatus

Answers = tuple[tuple[str, Text], ...]
LOT_ANSWERS: Answers = (
    (Refreshed.STILL.value, _("Still right")),
    (Refreshed.CHANGED.value, _("Changed")),
    (Refreshed.GONE.value, _("Gone")),
)
DEMAND_ANSWERS: Answers = ((Refreshed.STILL.value, _("Still needed")), (Refreshed.GONE.value, _("Not needed any more")))


@dataclass(frozen=True, slots=True)
class Confirmation:
    """When its owner last said that it is so. `until`: the last day on which that counts; `asks`: the reader is to be asked again."""

    on: date
    until: date
    asks: bool

    @property
    def is_stale(self) -> bool:
        """Whether it has left the catalogue, or is matched no more."""
        return self.until < today()


def confirmation_of_listing(actor: Actor, listing: Listing) -> Confirmation | None:
    """Of a lot on offer; None for any other."""
    if listing.status != ListingStatus.PUBLISHED or listing.confirmed_on is None:
        return None
    asks = may(actor, Can.EDIT_LISTING, listing) and is_listing_to_refresh(listing.confirmed_on, today())
    return Confirmation(listing.confirmed_on, listing_holds_until(listing.confirmed_on), asks)


def confirmation_of_demand(actor: Actor, demand: Demand) -> Confirmation | None:
    """Of an open demand; None for any other."""
    if demand.status != DemandStatus.OPEN or demand.confirmed_on is None:
        return None
    asks = may(actor, Can.EDIT_DEMAND, demand) and is_demand_to_refresh(demand.confirmed_on, today())
    return Confirmation(demand.confirmed_on, demand_holds_until(demand.confirmed_on), asks)


def answered() -> Refreshed:
    """The answer on the button that was pressed; without one it is still so."""
    values = request.form.get("answer", Refreshed.STILL.value)
    if values not in set(Refreshed):
        raise Invalid(_("Choose one of the answers."), "answer")
    return Refreshed(values)
