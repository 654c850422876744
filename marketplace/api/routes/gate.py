"""At the gate: the appointment to collect, and the photos that the two sides take."""

import re
from datetime import datetime
from typing import Any

from flask import Response, current_app

from marketplace.accounts.policy import Can, require
from marketplace.api import query, shapes
from marketplace.api.fields import Body, Given, Line, Lines
from marketplace.api.reading import read_body, read_page
from marketplace.api.routes.photos import UPLOAD_BYTES_MAX, read_upload
from marketplace.api.routing import answer, created, many, route
from marketplace.exchange.actions import gate
from marketplace.exchange.actions.gate import add_gate_photo
from marketplace.exchange.models import GatePhoto
from marketplace.exchange.queries.gate import get_gate_photo as get_visible_photo
from marketplace.exchange.queries.gate import list_gate_photos
from marketplace.exchange.queries.reservations import get_reservation as get_visible
from marketplace.exchange.rules.gate import TIMES_MAX, AppointmentDraft
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.kernel.clock import AMSTERDAM
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.market.actions.photos import store_picture

RESERVATION = "/reservations/<int:reservation_id>"
PHOTOS = f"{RESERVATION}/photos"
ISO_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
LISTED_MAX = 100


class Moment(Given):
    """A moment, ISO 8601; without an offset it is the time on the clock of Amsterdam."""

    shape = {"type": "string", "format": "date-time"}

    def read(self, value: Any) -> datetime:
        """An aware moment between the years 1900 and 2200."""
        return read_moment(value)


class Moments(Given):
    """A list of moments."""

    shape = {"type": "array", "items": {"type": "string", "format": "date-time"}, "minItems": 1, "maxItems": TIMES_MAX}

    def read(self, value: Any) -> tuple[datetime, ...]:
        """Each of them; how many there may be is for the rule to say."""
        if not isinstance(value, list) or len(value) > LISTED_MAX:
            raise Invalid(_("This must be a list."))
        return tuple(read_moment(item) for item in value)


def read_moment(value: Any) -> datetime:
    """Read a moment such as `2027-01-12T10:00`. With or without seconds, with `Z`, an offset, or the clock of Amsterdam."""
    if isinstance(value, str) and ISO_MOMENT.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if 1900 <= moment.year <= 2200:
                return moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
    raise Invalid(_("This is not a moment. Write it as a day and a time, for example 2027-03-31T10:00 or 2027-03-31T08:00:00Z."))


class AppointmentBody(Body):
    """A proposal to meet."""

    times = Moments("one to three moments; exactly one of those that the other side proposed agrees on it", required=True)
    place = Line("where to meet; absent: where the lot lies")
    notes = Lines("what to know at the gate")


class AgreeBody(Body):
    """A choice."""

    time = Moment("one of the times that the other side proposed", required=True)


def gate_photo(row: GatePhoto) -> shapes.Shape:
    """A picture that one side took at the gate."""
    return {
        "id": row.id,
        "organisation": shapes.organisation_of(row.organisation),
        "moment": row.moment,
        "alt": row.alt,
        "addedAt": shapes.moment(row.created_at),
        "urls": shapes.urls(row.files),
    }


@route("POST", f"{RESERVATION}/appointments", takes=AppointmentBody(), gives="Reservation", tag="reservations")
@permission(Can.MEET)
def propose_appointment(reservation_id: int) -> Response:
    """Propose up to three times to collect it, or agree on one that the other side proposed. Only the two sides see it."""
    body = read_body(AppointmentBody())
    draft = AppointmentDraft(body["times"], place=body.get("place") or "", notes=body.get("notes") or "")
    session, actor = current_session(), current_actor()
    return answer(shapes.reservation(gate.propose_or_agree(session, actor, reservation_id=reservation_id, draft=draft)))


@route("POST", f"{RESERVATION}/appointments/agree", takes=AgreeBody(), gives="Reservation", tag="reservations")
@permission(Can.MEET)
def agree_appointment(reservation_id: int) -> Response:
    """Agree on one of the times that the other side proposed."""
    time, session, actor = read_body(AgreeBody())["time"], current_session(), current_actor()
    return answer(shapes.reservation(gate.agree_time(session, actor, reservation_id=reservation_id, time=time)))


@route("GET", PHOTOS, gives="GatePhotos", tag="reservations", query=query.PAGE)
@permission(Can.READ_RESERVATION)
def list_reservation_photos(reservation_id: int) -> Response:
    """The photos that the two sides took at the gate, oldest first."""
    page, rows = read_page(), list_gate_photos(current_session(), current_actor(), reservation_id=reservation_id)
    visible = rows[page.offset : page.offset + page.size]
    return many([gate_photo(photo) for photo in visible], total=len(rows), page=page)


@route("POST", PHOTOS, gives="GatePhoto", status=201, upload=True, tag="reservations")
@permission(Can.MEET, max_body_bytes=UPLOAD_BYTES_MAX)
def add_reservation_photo(reservation_id: int) -> Response:
    """Add a photo of the hand-over, at most six from each side. JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB and 50 megapixels."""
    with database().read() as reading:
        require(current_actor(), Can.MEET, get_visible(reading, current_actor(), reservation_id))
    upload, alt = read_upload()
    picture = store_picture(current_app.extensions["media"], upload)
    session, actor = current_session(), current_actor()
    photo = add_gate_photo(session, actor, reservation_id=reservation_id, picture=picture, alt=alt)
    return created(gate_photo(photo), "get_reservation_photo", reservation_id=reservation_id, photo_id=photo.id)


@route("GET", f"{PHOTOS}/<int:photo_id>", gives="GatePhoto", tag="reservations")
@permission(Can.READ_RESERVATION)
def get_reservation_photo(reservation_id: int, photo_id: int) -> Response:
    """One photo of the hand-over."""
    session, actor = current_session(), current_actor()
    return answer(gate_photo(get_visible_photo(session, actor, reservation_id=reservation_id, photo_id=photo_id)))
