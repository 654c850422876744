"""The verbs of photos. Developing and storing the files comes first, outside any transaction; these verbs only write rows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock, images
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.files import Media
from marketplace.kernel.language import _
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Listing, Photo, PhotoFile, Sketch
from marketplace.market.queries.drafts import get_sketch, list_sketch_photos
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules import photos
from marketplace.market.rules.drafts import SketchKind
from marketplace.market.rules.listing import ListingStatus
from marketplace.market.rules.photos import StoredPicture
from marketplace.notices.actions import audit

Owner = Listing | Sketch


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


def _open_owner(session: Session, actor: Actor, listing_id: int | None, sketch_id: int | None) -> Owner:
    """The lot, or what somebody is still telling of one while no draft is behind it."""
    if sketch_id is not None:
        require(actor, Can.OFFER)
        sketch = get_sketch(session, actor, sketch_id, SketchKind.LISTING)
        if sketch.listing_id is None:
            return sketch
        listing_id = sketch.listing_id
    listing = get_listing(session, actor, listing_id or 0)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status not in (ListingStatus.DRAFT, ListingStatus.PUBLISHED):
        raise Conflict(_("A listing that is closed or withdrawn cannot be changed any more. Offer it again as a new one."))
    return listing


def _photos(session: Session, owner: Owner) -> list[Photo]:
    return list(owner.photos) if isinstance(owner, Listing) else list_sketch_photos(session, owner)


def _record(session: Session, actor: Actor, owner: Owner, action: str, photo_id: int) -> None:
    audit.record(session, actor, action=action, object_type=owner.__tablename__, object_id=owner.id, photo=photo_id)
    session.flush()
    if isinstance(owner, Listing):
        session.expire(owner, ["photos"])
        if owner.status == ListingStatus.PUBLISHED:
            bump_catalogue(session)


def _described(picture: StoredPicture) -> dict[str, Any]:
    return {variant: {"name": name, "width": width, "height": height} for variant, (name, width, height) in picture.files.items()}


def _own_files(session: Session, photo: Photo, picture: StoredPicture) -> None:
    session.add_all([PhotoFile(name=name, photo_id=photo.id) for name in {name for name, _w, _h in picture.files.values()}])


def add_photo(
    session: Session,
    actor: Actor,
    *,
    picture: StoredPicture,
    listing_id: int | None = None,
    sketch_id: int | None = None,
    alt: str = "",
) -> Photo:
    """Put a photo behind the others."""
    owner = _open_owner(session, actor, listing_id, sketch_id)
    photos.check_alt(alt)
    others = _photos(session, owner)
    photos.check_photo_count(len(others))
    photo = Photo(
        listing_id=owner.id if isinstance(owner, Listing) else None,
        sketch_id=None if isinstance(owner, Listing) else owner.id,
        position=max((other.position for other in others), default=0) + 1,
        alt=alt,
        files=_described(picture),
        created_at=clock.now(),
    )
    session.add(photo)
    session.flush()
    _own_files(session, photo, picture)
    _record(session, actor, owner, "photo.add", photo.id)
    return photo


def _photo(rows: list[Photo], photo_id: int) -> Photo:
    photo = next((photo for photo in rows if photo.id == photo_id), None)
    if photo is None:
        raise Missing(_("This photo does not exist any more. Open the listing again."))
    return photo


def edit_photo(
    session: Session,
    actor: Actor,
    *,
    photo_id: int,
    listing_id: int | None = None,
    sketch_id: int | None = None,
    alt: str | None = None,
    position: int | None = None,
) -> Photo:
    """Change the alternative text, or move the photo to a place in the row. 1 is the first, too far is the last."""
    owner = _open_owner(session, actor, listing_id, sketch_id)
    rows = _photos(session, owner)
    photo = _photo(rows, photo_id)
    if alt is not None:
        photos.check_alt(alt)
        photo.alt = alt
    if position is not None:
        row = [other for other in rows if other.id != photo_id]
        row.insert(max(0, min(position, len(row) + 1) - 1), photo)
        for place, other in enumerate(row, start=1):
            other.position = place
    _record(session, actor, owner, "photo.edit", photo_id)
    return session.scalars(select(Photo).where(Photo.id == photo_id)).one()


def describe_photos(
    session: Session, actor: Actor, *, alts: Mapping[int, str], listing_id: int | None = None, sketch_id: int | None = None
) -> bool:
    """Say what photos show, as far as it changed. One that is gone meanwhile is passed over: its words have no picture."""
    rows = _photos(session, _open_owner(session, actor, listing_id, sketch_id))
    for photo in rows:
        alt = alts.get(photo.id, photo.alt)
        if alt != photo.alt:
            edit_photo(session, actor, photo_id=photo.id, listing_id=listing_id, sketch_id=sketch_id, alt=alt)
    return True


def replace_photo(
    session: Session,
    actor: Actor,
    *,
    photo_id: int,
    picture: StoredPicture,
    listing_id: int | None = None,
    sketch_id: int | None = None,
) -> Photo:
    """Put another picture in the place of this one, with the same words: turned, for one."""
    owner = _open_owner(session, actor, listing_id, sketch_id)
    photo = _photo(_photos(session, owner), photo_id)
    session.execute(delete(PhotoFile).where(PhotoFile.photo_id == photo_id))
    photo.files = _described(picture)
    _own_files(session, photo, picture)
    _record(session, actor, owner, "photo.turn", photo_id)
    return photo


def delete_photo(
    session: Session, actor: Actor, *, photo_id: int, listing_id: int | None = None, sketch_id: int | None = None
) -> int:
    """Take a photo away, to be put back within a day; a published listing keeps at least one. Returns its place in the row."""
    owner = _open_owner(session, actor, listing_id, sketch_id)
    rows = _photos(session, owner)
    photo = _photo(rows, photo_id)
    if isinstance(owner, Listing) and owner.status == ListingStatus.PUBLISHED and len(rows) == 1:
        raise Conflict(_("A published listing keeps at least one photo. Add another one first."))
    photo.removed_at = clock.now()
    _record(session, actor, owner, "photo.delete", photo_id)
    return rows.index(photo) + 1


def restore_photo(
    session: Session, actor: Actor, *, photo_id: int, listing_id: int | None = None, sketch_id: int | None = None
) -> Photo:
    """Put a photo back that was taken away, at its old place and with its words."""
    owner = _open_owner(session, actor, listing_id, sketch_id)
    mine = Photo.listing_id == owner.id if isinstance(owner, Listing) else Photo.sketch_id == owner.id
    photo = session.scalars(select(Photo).where(Photo.id == photo_id, mine)).one_or_none()
    if photo is None:
        raise Missing(_("This photo is gone for good. Add it again."))
    if photo.removed_at is not None:
        photos.check_photo_count(len(_photos(session, owner)))
        photo.removed_at = None
        _record(session, actor, owner, "photo.restore", photo_id)
    return photo


def forget_removed_photos(session: Session) -> int:
    """Drop the photos that were taken away a day ago; returns how many. Called by the clock; the sweep takes the files."""
    outcome = session.execute(
        delete(Photo).where(Photo.removed_at < clock.now() - photos.REMOVED_KEPT),
        execution_options={"synchronize_session": False},
    )
    return int(getattr(outcome, "rowcount", 0))


def copy_photos(session: Session, parent: Listing, child: Listing) -> None:
    """Show the photos of one offer of a lot with the other."""
    for photo in parent.photos:
        copy = Photo(listing_id=child.id, position=photo.position, alt=photo.alt, files=photo.files, created_at=photo.created_at)
        session.add(copy)
        session.flush()
        names: set[Any] = {file["name"] for file in photo.files.values()}
        session.add_all(PhotoFile(name=name, photo_id=copy.id) for name in sorted(names))
    session.flush()
