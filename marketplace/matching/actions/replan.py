"""The days of an asset move, and with them those of the planned lots that were made of it."""

from dataclasses import replace

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.market.actions.listings import update_listing
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing, stored_draft
from marketplace.market.rules.listing import Certainty, ListingStatus
from marketplace.matching.actions.publish import move_dates
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.actions import assets
from marketplace.passports.models import Asset
from marketplace.passports.queries.assets import draft_of, get_asset
from marketplace.passports.queries.releases import open_listings_of_asset
from marketplace.passports.rules.assets import AssetDraft, Coming
from marketplace.passports.rules.releasing import check_followed
from marketplace.planned.rules import DatesDraft, Plan


def edit_asset(session: Session, actor: Actor, *, asset_id: int, draft: AssetDraft, version: int, reason: str = "") -> Asset:
    """Describe an asset anew. Lots that were planned by its days move along, and whoever reserved them agrees again.

    Refused without a reason where such a lot is on offer, and without days where one was made. A lot with days of its own keeps those.
    """
    before, after = draft_of(get_asset(session, actor, asset_id)).coming, draft.coming
    asset = assets.edit_asset(session, actor, asset_id=asset_id, draft=draft, version=version)
    if after == before:
        return asset
    following = [listing for listing in _planned(session, actor, asset_id) if _coming(listing) == before]
    if following:
        check_followed(after, before, clock.today())
    if not reason.strip() and any(listing.status == ListingStatus.PUBLISHED for listing in following):
        raise Invalid(
            _("A planned lot on offer was made of this. Say why its days move: whoever reserved it reads that."), "reason"
        )
    for listing in following:
        _move(session, actor, listing, after, reason)
    return get_asset(session, actor, asset_id)


def follow_days(session: Session, actor: Actor, *, asset_id: int, before: Coming, after: Coming, reason: str) -> int:
    """Move the planned lots of an asset of which the days have moved. For whoever wrote the asset down already; how many moved."""
    following = (
        [] if after == before else [listing for listing in _planned(session, actor, asset_id) if _coming(listing) == before]
    )
    if following:
        check_followed(after, before, clock.today())
    for listing in following:
        _move(session, actor, listing, after, reason)
    return len(following)


def _planned(session: Session, actor: Actor, asset_id: int) -> list[Listing]:
    listings = (get_listing(session, actor, number) for number in open_listings_of_asset(session, asset_id))
    return [listing for listing in listings if listing.planned]


def _coming(listing: Listing) -> Coming:
    return Coming(listing.earliest, listing.latest, None if listing.certainty is None else Certainty(listing.certainty))


def _move(session: Session, actor: Actor, listing: Listing, after: Coming, reason: str) -> None:
    assert after.earliest is not None and after.latest is not None and after.certainty is not None
    if listing.status == ListingStatus.PUBLISHED:
        plan = Plan(after.earliest, after.latest, after.certainty)
        move_dates(session, actor, listing_id=listing.id, version=listing.version, draft=DatesDraft(plan, reason))
        return
    draft = stored_draft(listing, get_taxonomy(session))
    draft = replace(draft, earliest=after.earliest, latest=after.latest, certainty=after.certainty)
    update_listing(session, actor, listing_id=listing.id, version=listing.version, draft=draft)
