"""What a form asks in one stroke: a lot with its photos, as a draft or at once on offer."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.market.actions.listings import create_listing
from marketplace.market.actions.photos import add_photo
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import ListingDraft
from marketplace.market.rules.photos import StoredPicture
from marketplace.matching.actions.publish import edit_listing
from marketplace.matching.actions.publish import publish as publish_listing


def offer(session: Session, actor: Actor, draft: ListingDraft, *, pictures: Iterable[StoredPicture], publish: bool) -> Listing:
    """Create a listing with its photos; with `publish` it is on offer at once. When it cannot be published, nothing is stored."""
    listing = create_listing(session, actor, draft)
    return _completed(session, actor, listing, pictures, publish=publish)


def amend(
    session: Session,
    actor: Actor,
    *,
    listing_id: int,
    version: int,
    draft: ListingDraft,
    pictures: Iterable[StoredPicture],
    publish: bool,
    reason: str = "",
) -> Listing:
    """Change a listing and put new photos behind those that it has. With `publish` a draft goes on offer."""
    listing = edit_listing(session, actor, listing_id=listing_id, version=version, draft=draft, reason=reason)
    return _completed(session, actor, listing, pictures, publish=publish)


def _completed(session: Session, actor: Actor, listing: Listing, pictures: Iterable[StoredPicture], *, publish: bool) -> Listing:
    for picture in pictures:
        add_photo(session, actor, listing_id=listing.id, picture=picture)
    if publish:
        publish_listing(session, actor, listing_id=listing.id)
    return get_listing(session, actor, listing.id)


def save_draft_listing(session: Session, actor: Actor, draft: ListingDraft, *, listing_id: int | None) -> Listing:
    """Create or change the draft listing of a lot that is entered in steps. Missing where the actor may not see the lot."""
    if listing_id is None:
        return create_listing(session, actor, draft)
    listing = get_listing(session, actor, listing_id)
    return edit_listing(session, actor, listing_id=listing_id, version=listing.version, draft=draft)
