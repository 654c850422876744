"""Several reservations in one stroke: all or none, on locks that cannot cross those of somebody who asks from the same lots."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.actions import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules import ReservationDraft
from marketplace.market.models import Demand, Listing


def hold_still(session: Session, actor: Actor, *, listing_ids: Collection[int], demand_id: int) -> None:
    """Lock listings in the order of their numbers, then the demand that they serve, until the end of the transaction; what was read
    before is read again. Who asks for the same demand at the same moment waits, and then sees these requests."""
    require(actor, Can.RESERVE)
    listings = select(Listing.id).where(Listing.id.in_(listing_ids)).order_by(Listing.id)
    session.execute(listings.with_for_update(key_share=True)).all()
    session.execute(select(Demand.id).where(Demand.id == demand_id).with_for_update(key_share=True)).all()
    session.expire_all()


def reserve_all(session: Session, actor: Actor, *, drafts: dict[int, ReservationDraft]) -> list[Reservation]:
    """Reserve from several listings (by their ids), in the order given. The first refusal is everybody's: the door rolls all of it back."""
    return [reserve(session, actor, listing_id=listing_id, draft=draft) for listing_id, draft in drafts.items()]
