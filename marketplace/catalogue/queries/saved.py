"""What a person keeps: saved searches and lots. Whose they are, and which are due."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, require
from marketplace.catalogue.models import Favourite, SavedSearch
from marketplace.catalogue.rules.favourites import Seen
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus


def list_saved_searches(session: Session, actor: Actor) -> list[SavedSearch]:
    """The searches that somebody keeps, newest first."""
    require(actor, Can.OWN_ACCOUNT)
    own = select(SavedSearch).where(SavedSearch.person_id == actor.person_id)
    return list(session.scalars(own.order_by(SavedSearch.id.desc())))


def get_saved_search(session: Session, actor: Actor, search_id: int) -> SavedSearch:
    """One's own search, or Missing."""
    search = session.get(SavedSearch, search_id)
    if search is None or search.person_id != actor.person_id:
        raise Missing(_("You have no such saved search. Look at your saved searches."))
    return search


EVERY = timedelta(days=1)
SETTLED = timedelta(minutes=1)  # a lot that is being published right now is seen the next time


def list_searches_due(session: Session, limit: int = 1000) -> list[int]:
    """Ids of searches that were not looked at for a day, the longest waiting first."""
    looked = func.coalesce(SavedSearch.looked_until, SavedSearch.created_at)
    due = select(SavedSearch.id).where(looked <= clock.now() - EVERY)
    return list(session.scalars(due.order_by(looked, SavedSearch.id).limit(limit)))


class FavouriteKey(NamedTuple):
    """A person, and a lot that they keep."""

    person_id: int
    listing_id: int


def seen_now(listing: Listing) -> Seen:
    """How a lot stands now."""
    return Seen(ListingStatus(listing.status), listing.available, listing.unit, listing.price_cents_per_unit)


def list_favourites(session: Session, actor: Actor) -> list[tuple[Favourite, Listing]]:
    """The lots that somebody keeps with the day on which each was kept, the last kept first."""
    require(actor, Can.OWN_ACCOUNT)
    rows = (
        select(Favourite, Listing)
        .join(Listing, Listing.id == Favourite.listing_id)
        .where(Favourite.person_id == actor.person_id)
        .options(joinedload(Listing.organisation), selectinload(Listing.photos))
        .order_by(Favourite.created_at.desc(), Favourite.listing_id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(rows)]


def get_favourite(session: Session, actor: Actor, listing_id: int) -> tuple[Favourite, Listing]:
    """One of the lots that somebody keeps, or Missing."""
    favourite = next((row for row in list_favourites(session, actor) if row[1].id == listing_id), None)
    if favourite is None:
        raise Missing(_("You do not keep that lot. Look at the lots that you keep."))
    return favourite


def favourite_ids(session: Session, actor: Actor) -> frozenset[int]:
    """The numbers of the lots that somebody keeps; none for a visitor."""
    if not actor.is_member:
        return frozenset()
    require(actor, Can.OWN_ACCOUNT)
    return frozenset(session.scalars(select(Favourite.listing_id).where(Favourite.person_id == actor.person_id)))


def list_favourites_due(session: Session, limit: int = 1000) -> list[FavouriteKey]:
    """Kept lots in which something was written since their person was last told."""
    changed = (
        select(Favourite.person_id, Favourite.listing_id)
        .join(Listing, Listing.id == Favourite.listing_id)
        .where(Listing.updated_at > Favourite.seen_at)
        .order_by(Listing.updated_at, Favourite.person_id)
        .limit(limit)
    )
    return [FavouriteKey(*row) for row in session.execute(changed)]
