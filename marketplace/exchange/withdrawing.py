"""Taking a lot away while others ask for it."""

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.deciding import end
from marketplace.exchange.queries import list_open_of_listing
from marketplace.exchange.rules import BETWEEN_SIGNATURES, HOLDING, Step
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _, kept
from marketplace.market import counters
from marketplace.market.actions import withdraw_listing
from marketplace.market.models import Listing
from marketplace.market.queries import get_listing
from marketplace.market.rules import ListingStatus
from marketplace.market.staleness import Outcome
from marketplace.notices.rules import Notice


def withdraw(session: Session, actor: Actor, *, listing_id: int, reason: str = "", outcome: Outcome | None = None) -> Listing:
    """Take a listing away. Who waits, asks or holds is cancelled and told; what has been handed over must be confirmed first, or called off
    together. `outcome` says what became of what was left. Withdrawn already: nothing changes."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status == ListingStatus.WITHDRAWN:
        return listing
    if listing.status == ListingStatus.CLOSED:
        raise Conflict(_("This listing is closed: nothing is left to withdraw."))
    counters.lock(session, listing_id)
    open_ones = list_open_of_listing(session, listing_id)
    if any(one.status in BETWEEN_SIGNATURES for one in open_ones):
        raise Conflict(_("A part has been handed over and waits for confirmation. Withdraw the listing after that."))
    said = reason or kept(_("The owner withdrew the listing."))
    for one in sorted(open_ones, key=lambda one: one.status in HOLDING):  # who waits first: nothing is offered of what goes away
        end(session, actor, one, Step.CANCEL, Notice.RESERVATION_CANCELLED, said)
    return withdraw_listing(session, actor, listing_id=listing_id, outcome=outcome, reason=reason)
