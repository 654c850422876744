"""The lot in hand, locked, with whatever offers it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Lot
from marketplace.depots.queries import lots
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus

LIVE = (ListingStatus.DRAFT, ListingStatus.PUBLISHED)


def hold_lot(session: Session, actor: Actor, lot_id: int, right: Can) -> Lot:
    """Lock a lot to which the actor has this right, read again."""
    seen = lots.get_lot(session, actor, lot_id)
    require(actor, right, seen)
    return take_hold(session, seen)


def take_hold(session: Session, seen: Lot) -> Lot:
    """Lock a lot, read again. Refused where it went elsewhere meanwhile, for then the right may be another's."""
    where = (seen.depot_id, seen.owner_id, seen.holder_id)
    if session.scalar(select(Listing.id).where(Listing.lot_id == seen.id, Listing.status.in_(LIVE))) is not None:
        raise Conflict(_("This lot is on offer. Change its listing, or withdraw it first."))
    lot = lots.lock(session, seen.id)
    if (lot.depot_id, lot.owner_id, lot.holder_id) != where:
        raise Conflict(_("Somebody else changed this in the meantime. Open the page again to see how it stands."))
    return lot


def read_again(session: Session, lot_id: int) -> Lot:
    """The lot as it is now, with its parties and its depot, for whoever has just changed it."""
    rows = lots.lots_with_parts().where(Lot.id == lot_id).execution_options(populate_existing=True)
    session.flush()
    return session.scalars(rows).unique().one()
