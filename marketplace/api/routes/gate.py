"""At the gate: the appointment to collect, and the photos that the two sides take."""

from flask import Response, current_app

from marketplace.accounts.policy import Can, require
from marketplace.api import query
from marketplace.api.bodies.reservation import AgreeBody, AppointmentBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routes.photos import UPLOAD_BYTES_MAX, read_upload
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.photo import GatePhotoSchema, GatePhotosSchema
from marketplace.api.shapes.reservation import ReservationSchema
from marketplace.exchange.actions import gate
from marketplace.exchange.actions.gate import add_gate_photo
from marketplace.exchange.queries.gate import get_gate_photo as get_visible_photo
from marketplace.exchange.queries.gate import list_gate_photos
from marketplace.exchange.queries.reservations import get_reservation as get_visible
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.market.actions.photos import store_picture

RESERVATION = "/reservations/<int:reservation_id>"
PHOTOS = f"{RESERVATION}/photos"


@route("POST", f"{RESERVATION}/appointments", takes=AppointmentBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.MEET)
def propose_appointment(reservation_id: int) -> Response:
    """Propose up to three collection times, or agree on one that was proposed. Only the two sides see them."""
    body = read_body(AppointmentBody())
    draft = AppointmentDraft(body["times"], place=body.get("place") or "", notes=body.get("notes") or "")
    session, actor = current_session(), current_actor()
    return ok(ReservationSchema.write(gate.propose_or_agree(session, actor, reservation_id=reservation_id, draft=draft)))


@route("POST", f"{RESERVATION}/appointments/agree", takes=AgreeBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.MEET)
def agree_appointment(reservation_id: int) -> Response:
    """Agree on one of the times that the other side proposed."""
    time, session, actor = read_body(AgreeBody())["time"], current_session(), current_actor()
    return ok(ReservationSchema.write(gate.agree_time(session, actor, reservation_id=reservation_id, time=time)))


@route("GET", PHOTOS, gives=GatePhotosSchema, tag="reservations", query=query.PAGE)
@permission(Can.READ_RESERVATION)
def list_reservation_photos(reservation_id: int) -> Response:
    """The photos that the two sides took at the gate, oldest first."""
    page, rows = read_page(), list_gate_photos(current_session(), current_actor(), reservation_id=reservation_id)
    visible = rows[page.offset : page.offset + page.size]
    return many(GatePhotosSchema, visible, total=len(rows), page=page)


@route("POST", PHOTOS, gives=GatePhotoSchema, status=201, upload="photo", tag="reservations")
@permission(Can.MEET, max_body_bytes=UPLOAD_BYTES_MAX)
def add_reservation_photo(reservation_id: int) -> Response:
    """Add a photo of the hand-over, at most six from each side. JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB and 50 megapixels."""
    with database().read() as reading:
        require(current_actor(), Can.MEET, get_visible(reading, current_actor(), reservation_id))
    upload, alt = read_upload()
    picture = store_picture(current_app.extensions["media"], upload)
    session, actor = current_session(), current_actor()
    photo = add_gate_photo(session, actor, reservation_id=reservation_id, picture=picture, alt=alt)
    return created(GatePhotoSchema.write(photo), "get_reservation_photo", reservation_id=reservation_id, photo_id=photo.id)


@route("GET", f"{PHOTOS}/<int:photo_id>", gives=GatePhotoSchema, tag="reservations")
@permission(Can.READ_RESERVATION)
def get_reservation_photo(reservation_id: int, photo_id: int) -> Response:
    """One photo of the hand-over."""
    session, actor = current_session(), current_actor()
    return ok(GatePhotoSchema.write(get_visible_photo(session, actor, reservation_id=reservation_id, photo_id=photo_id)))
