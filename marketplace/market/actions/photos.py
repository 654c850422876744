"""The verbs of photos. Developing and storing the files comes first, outside any transaction; these verbs only write rows."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock, images
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.files import Media
from marketplace.kernel.language import _
from marketplace.market.actions.revision import bump_catalogue
from marketplace.market.models import Listing, Photo, PhotoFile
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules import photos
from marketplace.market.rules.listing import ListingStatus
from marketplace.market.rules.photos import StoredPicture
from marketplace.notices.actions import audit


def store_picture(media: Media, upload: bytes) -> StoredPicture:
    """Develop an upload and put every size into the store. What never gets a row is swept later."""
    return store_developed(media, images.develop(upload))


def store_developed(media: Media, developed: images.Photo) -> StoredPicture:
    """Put every size of a photo that was developed already into the store."""
    return StoredPicture(
        {
            variant.name: (media.put(variant.content, variant.suffix), variant.width_px, variant.height_px)
            for variant in developed.variants
        }
    )


def turned(media: Media, files: dict[str, Any]) -> StoredPicture:
    """A stored photo a quarter turn to the right, developed anew from its largest size. Before any transaction, like every upload."""
    with media.open(files["webp-1600"]["name"]) as file:
        return store_developed(media, images.turn(file.read()))


def _open_listing(session: Session, actor: Actor, listing_id: int) -> Listing:
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status not in (ListingStatus.DRAFT, ListingStatus.PUBLISHED):
        raise Conflict(_("A listing that is closed or withdrawn cannot be changed any more. Offer it again as a new one."))
    return listing


def _kept(session: Session, actor: Actor, listing: Listing, action: str, photo_id: int) -> None:
    audit.record(session, actor, action=action, object_type="listing", object_id=listing.id, photo=photo_id)
    session.flush()
    session.expire(listing, ["photos"])
    if listing.status == ListingStatus.PUBLISHED:
        bump_catalogue(session)


def _described(picture: StoredPicture) -> dict[str, Any]:
    return {variant: {"name": name, "width": width, "height": height} for variant, (name, width, height) in picture.files.items()}


def _own_files(session: Session, photo: Photo, picture: StoredPicture) -> None:
    session.add_all([PhotoFile(name=name, photo_id=photo.id) for name in {name for name, _w, _h in picture.files.values()}])


def add_photo(session: Session, actor: Actor, *, listing_id: int, picture: StoredPicture, alt: str = "") -> Photo:
    """Put a photo behind the others."""
    listing = _open_listing(session, actor, listing_id)
    photos.check_alt(alt)
    photos.check_photo_count(len(listing.photos))
    photo = Photo(
        listing_id=listing_id,
        position=max((other.position for other in listing.photos), default=0) + 1,
        alt=alt,
        files=_described(picture),
        created_at=clock.now(),
    )
    session.add(photo)
    session.flush()
    _own_files(session, photo, picture)
    _kept(session, actor, listing, "photo.add", photo.id)
    return photo


def _photo(listing: Listing, photo_id: int) -> Photo:
    photo = next((photo for photo in listing.photos if photo.id == photo_id), None)
    if photo is None:
        raise Missing(_("This photo does not exist any more. Open the listing again."))
    return photo


def edit_photo(
    session: Session, actor: Actor, *, listing_id: int, photo_id: int, alt: str | None = None, position: int | None = None
) -> Photo:
    """Change the alternative text, or move the photo to a place in the row. 1 is the first, too far is the last."""
    listing = _open_listing(session, actor, listing_id)
    photo = _photo(listing, photo_id)
    if alt is not None:
        photos.check_alt(alt)
        photo.alt = alt
    if position is not None:
        row = [other for other in listing.photos if other.id != photo_id]
        row.insert(max(0, min(position, len(row) + 1) - 1), photo)
        for place, other in enumerate(row, start=1):
            other.position = place
    _kept(session, actor, listing, "photo.edit", photo_id)
    return session.scalars(select(Photo).where(Photo.id == photo_id)).one()


def replace_photo(session: Session, actor: Actor, *, listing_id: int, photo_id: int, picture: StoredPicture) -> Photo:
    """Put another picture in the place of this one, with the same words: turned, for one."""
    listing = _open_listing(session, actor, listing_id)
    photo = _photo(listing, photo_id)
    session.execute(delete(PhotoFile).where(PhotoFile.photo_id == photo_id))
    photo.files = _described(picture)
    _own_files(session, photo, picture)
    _kept(session, actor, listing, "photo.turn", photo_id)
    return photo


def delete_photo(session: Session, actor: Actor, *, listing_id: int, photo_id: int) -> None:
    """Take a photo away; a published listing keeps at least one."""
    listing = _open_listing(session, actor, listing_id)
    photo = _photo(listing, photo_id)
    if listing.status == ListingStatus.PUBLISHED and len(listing.photos) == 1:
        raise Conflict(_("A published listing keeps at least one photo. Add another one first."))
    session.delete(photo)
    _kept(session, actor, listing, "photo.delete", photo_id)
