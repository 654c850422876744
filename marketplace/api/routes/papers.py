"""The papers of a transfer as files: the hand-over note and the appointment for a calendar."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api.routing import route
from marketplace.http.dossiers import dossier_answer
from marketplace.http.papers import calendar_answer, note_answer
from marketplace.http.request import current_actor, current_session, one_moment, permission

RESERVATION = "/reservations/<int:reservation_id>"


@route("GET", f"{RESERVATION}/note.pdf", gives=None, tag="reservations", refuses=(409,), media_type="application/pdf")
@permission(Can.READ_RESERVATION)
@one_moment
def get_note(reservation_id: int) -> Response:
    """Get the hand-over note as an accessible PDF, from approval on. In the language that is asked for."""
    return note_answer(current_session(), current_actor(), reservation_id)


@route("GET", f"{RESERVATION}/dossier.pdf", gives=None, tag="reservations", refuses=(409,), media_type="application/pdf")
@permission(Can.READ_DOSSIER)
@one_moment
def get_dossier(reservation_id: int) -> Response:
    """Get the dossier of continued use as an accessible PDF, from approval on.

    What was answered about the three tests, by whom and when, and what is missing. For both sides, the reviewer and an adviser.
    """
    return dossier_answer(current_session(), current_actor(), reservation_id)


@route("GET", f"{RESERVATION}/appointment.ics", gives=None, tag="reservations", media_type="text/calendar")
@permission(Can.MEET)
def get_appointment(reservation_id: int) -> Response:
    """Get the appointment as an iCalendar file, for the two sides. Each proposed time, or the one that was agreed."""
    return calendar_answer(current_session(), current_actor(), reservation_id)
