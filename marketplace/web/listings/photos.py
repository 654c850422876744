"""The photos of a lot: added, described, ordered, turned and taken away. A script asks for JSON and sends them one by one."""

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.actions.photos import delete_photo, edit_photo, replace_photo, turned
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.photos import StoredPicture
from marketplace.matching.actions.offer import add_photos
from marketplace.web.listings.forms import PhotoForm, PhotosForm
from marketplace.web.listings.pictures import media
from marketplace.web.ui.form_page import attempt, done, page

FORM_BYTES_MAX = 250_000_000


def register(blueprint: Blueprint) -> None:
    """Give these pages to the area of listings."""
    blueprint.route("/aanbod/<int:listing_id>/fotos", methods=("GET", "POST"))(photos)
    blueprint.post("/aanbod/<int:listing_id>/fotos/<int:photo_id>")(change_photo)


@permission(Can.EDIT_LISTING, max_body_bytes=FORM_BYTES_MAX)
def photos(listing_id: int) -> ResponseReturnValue:
    """The photos in order; new ones come behind the others."""
    form = PhotosForm()
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    listing = _own(session, listing_id)
    added = (
        attempt(form, lambda: add_photos(session, actor, listing_id=listing_id, pictures=form.pictures())) if is_valid else None
    )
    if request.accept_mimetypes.best == "application/json":
        faults = [str(fault.message) for fault in form.summary()]
        return (jsonify(photos=len(added.photos)), 200) if added else (jsonify(faults=faults), 422)
    if added:
        return done(_("The photos are added."), url_for("listings.photos", listing_id=listing_id))
    return page("listings/photos.html", form, listing=listing)


@permission(Can.EDIT_LISTING)
def change_photo(listing_id: int, photo_id: int) -> ResponseReturnValue:
    """Describe a photo, move it, turn it, or take it away: the button says which."""
    form, what = PhotoForm(), {"listing_id": listing_id, "photo_id": photo_id}
    picture = _turned(**what) if request.form.get("do") == "turn" else None
    session, actor = current_session(), current_actor()
    if request.form.get("do") == "delete":
        delete_photo(session, actor, **what)
    else:
        edit_photo(session, actor, **what, alt=form.alt.data or "", position=form.position())
    if picture:
        replace_photo(session, actor, **what, picture=picture)
    return done(_("The photos are saved."), _where(listing_id, f"photo-{photo_id}"))


def _own(session: Session, listing_id: int) -> Listing:
    listing = get_listing(session, current_actor(), listing_id)
    require(current_actor(), Can.EDIT_LISTING, listing)
    return listing


def _turned(listing_id: int, photo_id: int) -> StoredPicture:
    """The picture a quarter turn further, made before the writing session opens."""
    with database().read() as before:
        files = next((photo.files for photo in _own(before, listing_id).photos if photo.id == photo_id), None)
    if files is None:
        raise Missing(_("This photo does not exist any more. Open the listing again."))
    return turned(media(), files)


def _where(listing_id: int, anchor: str) -> str:
    """The page that the button stood on: the step, or the page of the photos."""
    sketch = request.form.get("sketch", "")
    if sketch.isdecimal() and len(sketch) < 10:
        return url_for("listings.step", sketch_id=int(sketch), number=3, _anchor=anchor)
    return url_for("listings.photos", listing_id=listing_id, _anchor=anchor)
