"""Questions about listings one by one; searching them is the catalogue's."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.rules.accounts import Role
from marketplace.documents.queries import has_opinion_request
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing, Photo, PhotoFile, Placed, Sketch
from marketplace.market.rules.freshness import REMIND_AFTER
from marketplace.market.rules.listing import STALE_AFTER, Answer, ListingDraft, ListingStatus, Location
from marketplace.market.rules.values import stored_values
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.places.rules import PlaceBasis

_WHOLE = (
    select(Listing)
    .where(Listing.id == bindparam("listing_id"))
    .options(joinedload(Listing.organisation), selectinload(Listing.photos))
)
_BARE = (
    select(Listing).where(Listing.id == bindparam("listing_id")).options(defer(Listing.search_text), defer(Listing.description))
)


def _missing_listing() -> Missing:
    return Missing(_("This listing does not exist, or you may not see it. Look in the catalogue."))


def is_visible(actor: Actor, listing: Listing) -> bool:
    """Whether the actor may see this listing.

    Published listings are visible to members at once and to the public from the region's day; closed and withdrawn ones stay
    visible to members by their address; a draft, and what is closed to others, to its own organisation and the reviewer.
    """
    if may(actor, Can.READ_LISTING_INSIDE, listing):
        return True
    if listing.status == ListingStatus.DRAFT or listing.published_at is None or listing.is_closed_to_others:
        return False
    if actor.is_member:
        return True
    return listing.status == ListingStatus.PUBLISHED and listing.region_from is not None and listing.region_from <= clock.today()


def is_open_to(actor: Actor) -> ColumnElement[bool]:
    """Of lots on offer: whether the actor's organisation may know of it. What is closed to others is for its own only."""
    return Listing.region_from.is_not(None) | (Listing.organisation_id == (actor.organisation_id or 0))


def get_listing(session: Session, actor: Actor, listing_id: int) -> Listing:
    """Get a listing with its organisation and photos, or Missing. Also when the actor may not see it."""
    listing = session.scalars(_WHOLE, {"listing_id": listing_id}).one_or_none()
    if listing is None or not (is_visible(actor, listing) or _is_shown_for_an_opinion(session, actor, listing)):
        raise _missing_listing()
    return listing


def _is_shown_for_an_opinion(session: Session, actor: Actor, listing: Listing) -> bool:
    """Whether its owner asked for an opinion of a draft, or of what is closed to others.

    Then those who may lift a rule see it.
    """
    is_waited_for = listing.status == ListingStatus.DRAFT or (
        listing.status == ListingStatus.PUBLISHED and listing.is_closed_to_others
    )
    return is_waited_for and may(actor, Can.LIFT_GATE) and has_opinion_request(session, listing.id)


def list_visible_listings(session: Session, actor: Actor, ids: Sequence[int]) -> list[Listing]:
    """These listings with all that is shown of them, in this order. What the actor may not see is left out."""
    listings = {
        row.id: row for row in session.scalars(listings_with_parts().where(Listing.id.in_(ids))) if is_visible(actor, row)
    }
    return [listings[number] for number in ids if number in listings]


def get_bare_listing(session: Session, actor: Actor, listing_id: int) -> Listing:
    """The same without its organisation and photos: for a verb that shows nothing."""
    listing = session.scalars(_BARE, {"listing_id": listing_id}).one_or_none()
    if listing is None or not is_visible(actor, listing):
        raise _missing_listing()
    return listing


def may_see_photo(session: Session, actor: Actor, file_name: str) -> bool:
    """Whether the actor sees a listing with this picture, or it is of their draft.

    A draft whose owner asked for an opinion is seen by those who judge.
    """
    rows = select(Listing).join(Photo, Photo.listing_id == Listing.id).join(PhotoFile, PhotoFile.photo_id == Photo.id)
    rows = rows.where(PhotoFile.name == file_name, Photo.removed_at.is_(None))
    public = rows.where(Listing.status == ListingStatus.PUBLISHED, Listing.region_from <= clock.today()).limit(1)
    if session.scalars(public).first() is not None:  # most pictures; and one picture may belong to very many listings
        return True
    if any(is_visible(actor, listing) or _is_shown_for_an_opinion(session, actor, listing) for listing in session.scalars(rows)):
        return True
    mine = select(Sketch.id).join(Photo, Photo.sketch_id == Sketch.id).join(PhotoFile, PhotoFile.photo_id == Photo.id)
    mine = mine.where(PhotoFile.name == file_name, Photo.removed_at.is_(None), Sketch.person_id == actor.person_id)
    return actor.is_member and session.scalars(mine).first() is not None


def find_first_photos(session: Session, listing_ids: list[int]) -> dict[int, Photo]:
    """The first photo of each of these lots, by the lot's id.

    Whether a reader may see it is for the caller to ask.
    """
    there = select(Photo).where(Photo.listing_id.in_(listing_ids), Photo.removed_at.is_(None))
    rows = session.scalars(there.order_by(Photo.position.desc(), Photo.id.desc()))
    photos = {photo.listing_id: photo for photo in rows}
    return {number: photos[number] for number in listing_ids if number in photos}


def list_photo_files(session: Session) -> set[str]:
    """Every file name in use: what the sweep of orphans must leave alone."""
    return set(session.scalars(select(PhotoFile.name).distinct()))


def listings_with_parts() -> Select[Listing]:
    """Listings with all that is shown of them."""
    return select(Listing).options(joinedload(Listing.organisation), selectinload(Listing.photos))


def list_visible(session: Session, actor: Actor, listing_ids: Iterable[int]) -> list[Listing]:
    """Those of these lots that the actor may see, with their photos."""
    rows = session.scalars(listings_with_parts().where(Listing.id.in_(set(listing_ids))))
    return [listing for listing in rows if is_visible(actor, listing)]


def load_photos(session: Session, listings: Iterable[Listing]) -> None:
    """Load the photos of lots that are there already, in one question more."""
    if ids := {listing.id for listing in listings}:
        session.scalars(select(Listing).where(Listing.id.in_(ids)).options(selectinload(Listing.photos))).all()


def find_pictured(session: Session, ids: Iterable[int]) -> dict[int, Listing]:
    """These lots with their photos, by id."""
    rows = select(Listing).where(Listing.id.in_(list(ids))).options(selectinload(Listing.photos))
    return {listing.id: listing for listing in session.scalars(rows)}


def list_own_listings(
    session: Session, actor: Actor, *, statuses: tuple[str, ...] = (), page: int = 1, page_size: int = 25
) -> tuple[list[Listing], int]:
    """The own organisation's listings, newest first, and their number. The reviewer gets everybody's."""
    rows = listings_with_parts()
    if actor.role != Role.REVIEWER:
        rows = rows.where(Listing.organisation_id == actor.organisation_id)
    if statuses:
        rows = rows.where(Listing.status.in_(statuses))
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Listing.id).order_by(None).subquery())) or 0
    return list(session.scalars(rows.order_by(Listing.id.desc()).limit(page_size).offset((page - 1) * page_size))), total


def list_child_lots(session: Session, actor: Actor, listing_id: int) -> list[Listing]:
    """The lots that came back from this one, oldest first, as far as the actor may see them."""
    rows = session.scalars(listings_with_parts().where(Listing.parent_id == listing_id).order_by(Listing.id))
    return [listing for listing in rows if is_visible(actor, listing)]


def list_listings_to_refresh(session: Session, actor: Actor) -> list[Listing]:
    """List the organisation's published listings not confirmed for 45 days, oldest first."""
    limit = clock.today() - REMIND_AFTER
    rows = listings_with_parts().where(
        Listing.organisation_id == actor.organisation_id, Listing.status == ListingStatus.PUBLISHED, Listing.confirmed_on <= limit
    )
    return list(session.scalars(rows.order_by(Listing.confirmed_on, Listing.id)))


def list_usual_materials(session: Session, actor: Actor, most: int = 6) -> list[int]:
    """Ids of the materials that the own organisation offered most, the most usual first."""
    rows = select(Listing.material_id).where(Listing.organisation_id == actor.organisation_id).group_by(Listing.material_id)
    return list(session.scalars(rows.order_by(func.count().desc(), Listing.material_id).limit(most)))


def list_recent_covers(session: Session, most: int = 300) -> list[tuple[int, dict[str, Any]]]:
    """The first photos of the newest public lots: the material of each, and the files."""
    ids = list_public_ids(session, most)
    rows = select(Listing.material_id, Photo.files).join(Photo, Photo.listing_id == Listing.id)
    rows = rows.where(Listing.id.in_(ids), Photo.removed_at.is_(None), Photo.position == 1)
    return [(material, files) for material, files in session.execute(rows.order_by(Listing.id.desc()))]


def find_last_project(session: Session, actor: Actor) -> str:
    """The project of the last lot that this person wrote down; empty when there is none."""
    rows = select(Listing.project).where(Listing.created_by_id == actor.person_id, Listing.project != "")
    return session.scalars(rows.order_by(Listing.id.desc()).limit(1)).first() or ""


def find_last_listing(session: Session, actor: Actor) -> Listing | None:
    """The last lot that this person wrote down, with its photos; None when there is none."""
    require(actor, Can.OFFER)
    rows = listings_with_parts().where(Listing.created_by_id == actor.person_id, Listing.organisation_id == actor.organisation_id)
    return session.scalars(rows.order_by(Listing.id.desc()).limit(1)).first()


def list_public_ids(session: Session, most: int) -> list[int]:
    """Ids of the listings that everybody may see, newest first."""
    return list(session.scalars(_public_ids(clock.today()).limit(most)))


def list_public_ids_in_depot(session: Session, depot_id: int, most: int) -> list[int]:
    """Ids of the public listings in this depot, newest first, of which something is free."""
    is_left = Listing.quantity > Listing.held + Listing.transferred
    return list(session.scalars(_public_ids(clock.today()).where(Listing.depot_id == depot_id, is_left).limit(most)))


def _public_ids(today: date) -> Select[int]:
    return (
        select(Listing.id)
        .where(
            Listing.status == ListingStatus.PUBLISHED,
            Listing.region_from <= today,
            Listing.confirmed_on >= today - STALE_AFTER,
            (Listing.available_until.is_(None)) | (Listing.available_until >= today),
        )
        .order_by(Listing.id.desc())
    )


def location_at(placed: Placed) -> Location:
    """Where a stored lot or demand lies."""
    point = Point(placed.lat, placed.lon)
    return Location(placed.place_name, placed.municipality, point, PlaceBasis(placed.place_basis), placed.address)


def stored_draft(row: Listing, taxonomy: Taxonomy) -> ListingDraft:
    """A stored lot as the draft that it was written from."""
    return ListingDraft(
        **stored_values(row),
        material=taxonomy.material_by_id(row.material_id).slug,
        quantity=Quantity(row.quantity, Unit(row.unit)),
        location=location_at(row) if row.depot_id is None else None,
        depot_id=row.depot_id,
        hazards={code: Answer(answer) for code, answer in row.hazards.items()},
        circle=row.chosen_circle,
        fields=row.fields,
    )
