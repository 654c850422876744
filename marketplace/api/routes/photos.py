"""The photos of a listing. A picture is developed before the writing session opens."""

from flask import Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from marketplace.accounts.policy import Can, require
from marketplace.api.bodies.listing import PhotoPatch
from marketplace.api.reading import read_body
from marketplace.api.routes.listings import write_listing
from marketplace.api.routing import created, ok, route
from marketplace.api.shapes.listing import ListingSchema
from marketplace.api.shapes.photo import PhotoSchema
from marketplace.http.request import current_actor, current_session, database, permission, public
from marketplace.kernel.errors import Invalid, Missing, TooLarge
from marketplace.kernel.language import _
from marketplace.kernel.text import clean
from marketplace.market.actions import photos
from marketplace.market.models import Photo
from marketplace.market.queries.listings import get_listing as get_visible

PHOTO_BYTES_MAX = 20 * 1024 * 1024
UPLOAD_BYTES_MAX = 21 * 1024 * 1024
PHOTO = "/listings/<int:listing_id>/photos/<int:photo_id>"


@route("POST", "/listings/<int:listing_id>/photos", gives=PhotoSchema, status=201, upload="photo", tag="listings")
@permission(Can.EDIT_LISTING, max_body_bytes=UPLOAD_BYTES_MAX)
def add_photo(listing_id: int) -> Response:
    """Add a photo after the others. JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB and 50 megapixels."""
    with database().read() as reading:
        require(current_actor(), Can.EDIT_LISTING, get_visible(reading, current_actor(), listing_id))
    upload, alt = read_upload()
    picture = photos.store_picture(current_app.extensions["media"], upload)
    photo = photos.add_photo(current_session(), current_actor(), listing_id=listing_id, picture=picture, alt=alt)
    return created(PhotoSchema.write(photo), "get_photo", listing_id=listing_id, photo_id=photo.id)


def read_upload() -> tuple[bytes, str]:
    """The picture in the field `photo` and its words in `alt`, of a form."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    try:
        sent = request.files.get("photo")
        alt = clean(request.form.get("alt", ""), field="alt")
        upload = b"" if sent is None else sent.stream.read(PHOTO_BYTES_MAX + 1)
    except RequestEntityTooLarge as error:
        raise TooLarge(_("This photo is too large. Send at most 20 MB.")) from error
    if sent is None or not upload:
        raise Invalid(_("Send a picture in the field photo."), "photo")
    if len(upload) > PHOTO_BYTES_MAX:
        raise TooLarge(_("This photo is too large. Send at most 20 MB."))
    return upload, alt


@route("GET", PHOTO, gives=PhotoSchema, tag="listings")
@public
def get_photo(listing_id: int, photo_id: int) -> Response:
    """One photo of a listing."""
    for photo in get_visible(current_session(), current_actor(), listing_id).photos:
        if photo.id == photo_id:
            return ok(PhotoSchema.write(photo))
    raise Missing(_("This photo does not exist any more. Open the listing again."))


@route("PATCH", PHOTO, takes=PhotoPatch(), gives=PhotoSchema, tag="listings")
@permission(Can.EDIT_LISTING)
def edit_photo(listing_id: int, photo_id: int) -> Response:
    """Change the alternative text of a photo, or its place in the order."""
    values = read_body(PhotoPatch())
    alt = (values["alt"] or "") if "alt" in values else None
    changed: Photo = photos.edit_photo(
        current_session(), current_actor(), listing_id=listing_id, photo_id=photo_id, alt=alt, position=values.get("position")
    )
    return ok(PhotoSchema.write(changed))


@route("DELETE", PHOTO, gives=ListingSchema, tag="listings")
@permission(Can.EDIT_LISTING)
def delete_photo(listing_id: int, photo_id: int) -> Response:
    """Remove a photo; the answer is the listing."""
    session, actor = current_session(), current_actor()
    photos.delete_photo(session, actor, listing_id=listing_id, photo_id=photo_id)
    return ok(write_listing(get_visible(session, actor, listing_id)))
