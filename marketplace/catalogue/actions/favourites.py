"""The verbs of kept lots: keep, let go, and tell the person that one has changed."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.sessions import find_actor
from marketplace.catalogue.models import Favourite
from marketplace.catalogue.queries.saved import FavouriteKey, seen_now
from marketplace.catalogue.rules.favourites import Seen, changes, is_gone
from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_bare_listing, is_visible
from marketplace.market.rules.listing import ListingStatus
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice

FAVOURITES_MAX = 200


def keep_listing(session: Session, actor: Actor, *, listing_id: int) -> Favourite:
    """Keep a lot that is on offer, to be told when it changes. Kept already: nothing changes. Refused: more than two hundred."""
    require(actor, Can.OWN_ACCOUNT)
    listing = get_bare_listing(session, actor, listing_id)
    key = (actor.person_id, listing_id)
    if (favourite := session.get(Favourite, key)) is not None:
        return favourite
    if listing.status != ListingStatus.PUBLISHED:
        raise Conflict(_("This lot is not on offer any more, so there is nothing to be told of it."))
    count = session.scalar(select(func.count()).where(Favourite.person_id == actor.person_id)) or 0
    if count >= FAVOURITES_MAX:
        raise Conflict(_("You keep %(most)s lots, which is the maximum. Let one go first.", most=FAVOURITES_MAX))
    row = {
        "person_id": actor.person_id,
        "listing_id": listing_id,
        "created_at": clock.now(),
        "seen": seen_now(listing).stored(),
        "seen_at": listing.updated_at or clock.now(),
    }
    session.execute(insert_or(session, Favourite).values(row).on_conflict_do_nothing())  # a double click keeps it once
    audit.record(session, actor, action="favourite.keep", object_type="listing", object_id=listing_id)
    return session.get_one(Favourite, key)


def drop_listing(session: Session, actor: Actor, *, listing_id: int) -> None:
    """Keep a lot no longer. Not kept: nothing changes."""
    require(actor, Can.OWN_ACCOUNT)
    own = (Favourite.person_id == actor.person_id) & (Favourite.listing_id == listing_id)
    gone = session.scalars(delete(Favourite).where(own).returning(Favourite.listing_id)).all()
    if gone:
        audit.record(session, actor, action="favourite.drop", object_type="listing", object_id=listing_id)


def notify_favourite(session: Session, *, key: FavouriteKey) -> bool:
    """Tell a person what changed of a lot that they keep, in one notice. Whether there was anything to tell."""
    favourite = session.get(Favourite, key, with_for_update=True, populate_existing=True)
    listing = session.get(Listing, key.listing_id, populate_existing=True)
    if favourite is None or listing is None or listing.updated_at is None or listing.updated_at <= favourite.seen_at:
        return False
    before, after = Seen.read(favourite.seen), seen_now(listing)
    favourite.seen, favourite.seen_at = after.stored(), listing.updated_at
    actor = find_actor(session, favourite.person_id, origin="job")
    if actor is None or not is_visible(actor, listing):
        return False
    facts = {} if after.status is not ListingStatus.PUBLISHED else changes(before, after)
    gone = is_gone(before, after)
    if not facts and not gone:
        return False
    notify(
        session,
        Notice.FAVOURITE_GONE if gone else Notice.FAVOURITE_CHANGED,
        person_id=favourite.person_id,
        listing_id=listing.id,
        listing_title=listing.title,
        **facts,
    )
    return True
