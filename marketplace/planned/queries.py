"""Questions about plans: how their days moved, and what waits for an answer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import BEFORE_HAND_OVER
from marketplace.kernel import clock
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import Certainty
from marketplace.planned.models import DateChange
from marketplace.planned.rules import Plan


def plan_of(listing: Listing) -> Plan:
    """The period of a planned lot, and how sure it is."""
    if listing.earliest is None or listing.latest is None or listing.certainty is None:
        raise RuntimeError(f"listing {listing.id} is not planned")
    return Plan(listing.earliest, listing.latest, Certainty(listing.certainty))


def list_date_changes(session: Session, actor: Actor, listing_id: int) -> list[DateChange]:
    """Every time that the days of a lot moved, oldest first, and the day on which it was there. For whoever may see the lot."""
    require(actor, Can.READ_CATALOGUE)
    listing = get_listing(session, actor, listing_id)
    return list(session.scalars(select(DateChange).where(DateChange.listing_id == listing.id).order_by(DateChange.id)))


def list_unanswered(session: Session) -> list[int]:
    """Ids of reservations of which the holder did not agree with other days in time. For the clock."""
    rows = select(Reservation.id).where(
        Reservation.confirm_until <= clock.now(), Reservation.status.in_([status.value for status in BEFORE_HAND_OVER])
    )
    return list(session.scalars(rows.order_by(Reservation.id)))
