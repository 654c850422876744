"""The photos of a lot. A picture is developed before the writing session opens."""

from flask import Response, current_app

from marketplace.accounts.policy import Can
from marketplace.api.query import PAGE
from marketplace.api.reading import read_page
from marketplace.api.routes.photos import UPLOAD_BYTES_MAX, read_upload
from marketplace.api.routing import created, many, route
from marketplace.api.shapes.photo import LotPhotoSchema, LotPhotosSchema
from marketplace.depots.actions.photos import add_lot_photo as add
from marketplace.depots.actions.photos import require_photographing
from marketplace.depots.queries.attached import list_lot_photos as list_all
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.market.actions.photos import store_picture

PHOTOS = "/lots/<int:lot_id>/photos"


@route("GET", PHOTOS, gives=LotPhotosSchema, tag="lots", query=PAGE)
@permission(Can.READ_LOT)
def list_lot_photos(lot_id: int) -> Response:
    """List the photos of a lot that you may see, the newest first."""
    page = read_page()
    rows = list_all(current_session(), current_actor(), lot_id)
    return many(LotPhotosSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("POST", PHOTOS, gives=LotPhotoSchema, status=201, upload="photo", tag="lots")
@permission(Can.READ_LOT, max_body_bytes=UPLOAD_BYTES_MAX)
def add_lot_photo(lot_id: int) -> Response:
    """Put a photo with a lot that you handle or own. JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB and 50 megapixels."""
    actor = current_actor()
    with database().read() as reading:
        require_photographing(reading, actor, lot_id)
    upload, alt = read_upload()
    picture = store_picture(current_app.extensions["media"], upload)
    photo = add(current_session(), actor, lot_id=lot_id, files=picture.files, alt=alt)
    return created(LotPhotoSchema.write(photo), "list_lot_photos", lot_id=lot_id)
