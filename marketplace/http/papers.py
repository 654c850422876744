"""The papers of a transfer: the hand-over note and the calendar file. As far as the reader may know what is in them."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.rules.accounts import ROLE_LABELS, Role
from marketplace.exchange.models import Appointment, Reservation
from marketplace.exchange.queries.gate import list_gate_photos, may_read_gate, newest
from marketplace.exchange.queries.reservations import SEES_EXACT, get_reservation, sees_exact_place
from marketplace.exchange.queries.signatures import Signature, find_signatures
from marketplace.exchange.rules.gate import MOMENT_LABELS, PhotoMoment, check_note
from marketplace.exchange.rules.reservation import MEASURED_LABELS, STATUS_LABELS, MeasuredBy, ReservationStatus
from marketplace.http.request import site_address
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Missing
from marketplace.kernel.formats import NO_BREAK_SPACE, long_date, moment, money, number, quantity
from marketplace.kernel.language import DEFAULT_LOCALE, _, current_locale, ngettext
from marketplace.kernel.units import Unit
from marketplace.ledger.queries import find_exchange
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.queries import taxonomy
from marketplace.sheets import calendar_file, handover_note
from marketplace.sheets.calendar_file import CalendarEntry
from marketplace.sheets.handover_note import Figure, HandoverNote, Side

PAGE = "/reserveringen/{}"
ENDED = (ReservationStatus.REJECTED, ReservationStatus.CANCELLED, ReservationStatus.EXPIRED)


def note_answer(session: Session, actor: Actor, reservation_id: int) -> Response:
    """The hand-over note as a file to look at."""
    content = handover_note.handover_note(note_of(session, actor, reservation_id))
    return _file(content, handover_note.MEDIA_TYPE, _("hand-over-note"), reservation_id, "pdf")


def calendar_answer(session: Session, actor: Actor, reservation_id: int) -> Response:
    """The appointment as a file for a calendar."""
    content = calendar_file.calendar_file(calendar_of(session, actor, reservation_id))
    return _file(content, calendar_file.MEDIA_TYPE, _("appointment"), reservation_id, "ics")


def _file(content: bytes, media_type: str, name: object, reservation_id: int, suffix: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = f'inline; filename="{name}-{reservation_id}.{suffix}"'
    return answer


def address_of(reservation_id: int) -> str:
    """The page of a transfer, in the reader's language, for what leaves the site."""
    language = "" if current_locale() == DEFAULT_LOCALE else f"/{current_locale()}"
    return f"{site_address()}{language}{PAGE.format(reservation_id)}"


def calendar_of(session: Session, actor: Actor, reservation_id: int) -> CalendarEntry:
    """Make the calendar entry of the appointment, for the two sides.

    Missing for everyone else and where there is none. For a reservation that ended it is cancelled.
    """
    reservation = get_reservation(session, actor, reservation_id)
    require(actor, Can.MEET, reservation, hidden=True)
    latest = newest(reservation)
    if latest is None:
        raise Missing(_("No time has been proposed yet, so there is no appointment for your calendar."))
    over = ReservationStatus(reservation.status) in ENDED
    agreed = latest.agreed_time
    contents = _(
        "%(quantity)s of %(title)s", quantity=quantity(reservation.quantity, reservation.unit), title=reservation.listing.title
    )
    values = [
        str(contents),
        f"{reservation.owner.name} → {reservation.organisation.name}",
        latest.notes if may_read_gate(actor, reservation) else "",
        address_of(reservation_id),
    ]
    return CalendarEntry(
        uid=f"reservation-{reservation_id}@{urlsplit(site_address()).hostname or 'localhost'}",
        times=(agreed,) if agreed else latest.moments,
        status="CANCELLED" if over else "CONFIRMED" if agreed else "TENTATIVE",
        revision=2 * (len(reservation.appointments) - 1) + bool(agreed) + 2 * over,
        changed_at=(reservation.ended_at if over else None) or latest.agreed_at or latest.created_at,
        summary=str(_("Collect material: %(title)s", title=reservation.listing.title)),
        place=meeting_place(session, actor, reservation, latest)
        if may_read_gate(actor, reservation)
        else reservation.listing.place_name,
        description="\n".join(line for line in values if line),
        address=address_of(reservation_id),
        locale=current_locale(),
    )


def meeting_place(session: Session, actor: Actor, reservation: Reservation, appointment: Appointment) -> str:
    """Find where to meet: as proposed, else where the lot lies. A reservation that has ended shows no address any more."""
    is_shown = reservation.status in SEES_EXACT and sees_exact_place(session, actor, reservation.listing)
    address = reservation.listing.address if is_shown else ""
    return str(appointment.place or address or reservation.listing.place_name)


def note_of(session: Session, actor: Actor, reservation_id: int) -> HandoverNote:
    """Collect everything on the note.

    Refused before approval and for a reservation that ended (Conflict); Missing for anyone who may not follow it.
    """
    reservation = get_reservation(session, actor, reservation_id)
    status = ReservationStatus(reservation.status)
    check_note(status)
    material = taxonomy(session).material_by_id(reservation.listing.material_id)
    booked, unit = find_exchange(session, reservation_id=reservation_id), Unit(reservation.unit)
    kilograms = booked.mass_kg if booked else material.mass_kg(reservation.quantity, unit, reservation.listing.kg_per_unit)
    price_cents = booked.price_cents if booked else _price_cents(reservation)
    by_owner, by_receiver = find_signatures(session, actor, reservation)
    latest = newest(reservation) if may(actor, Can.MEET, reservation) else None
    return HandoverNote(
        number=reservation_id,
        address=address_of(reservation_id),
        state=str(_("State: %(status)s", status=STATUS_LABELS[status])),
        lot=reservation.listing.title,
        lot_number=reservation.listing_id,
        material=material.name,
        owner=Side(reservation.owner.name, _signed(by_owner)),
        receiver=Side(reservation.organisation.name, _signed(by_receiver)),
        ordered=Figure(quantity(_ordered(reservation), unit)),
        by_owner=_figure(reservation, "owner", fallback=_handed_over(reservation)),
        by_receiver=_figure(reservation, "receiver"),
        counted=Figure(quantity(reservation.quantity, unit) if status is ReservationStatus.COMPLETED else ""),
        mass=f"{number(kilograms)}{NO_BREAK_SPACE}kg",
        written_off=quantity(reservation.written_off, unit) if reservation.written_off else "",
        write_off_reason=reservation.write_off_reason,
        dispute_reason=reservation.dispute_reason,
        settled_reason=reservation.settled_reason,
        returned=quantity(reservation.returned, unit) if reservation.returned else "",
        price=money(price_cents) if price_cents else "",
        handed_over_on=long_date(reservation.handed_over_on) if reservation.handed_over_on else "",
        place=_place(reservation, is_exact=sees_exact_place(session, actor, reservation.listing)),
        term=_term(reservation, status),
        appointment=_appointment(session, actor, reservation, latest) if may(actor, Can.MEET, reservation) else None,
        appointment_notes=latest.notes if latest else "",
        papers=_papers(list_gate_photos(session, actor, reservation_id=reservation_id)),
        made_on=long_date(clock.today()),
    )


def _ordered(reservation: Reservation) -> Decimal:
    """What was approved, which may be a part of what was asked."""
    ordered: Decimal = reservation.asked if reservation.ordered is None else reservation.ordered
    return ordered


def _price_cents(reservation: Reservation) -> int:
    per_unit = reservation.listing.price_cents_per_unit or 0
    return int((reservation.quantity * per_unit).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _handed_over(reservation: Reservation) -> Decimal | None:
    """What the owner entered, of a transfer from before both sides entered their own figure."""
    return reservation.quantity if reservation.handed_over_at is not None else None


def _figure(reservation: Reservation, side: str, fallback: Decimal | None = None) -> Figure:
    amount = getattr(reservation, f"{side}_quantity")
    measured, condition = getattr(reservation, f"{side}_measured_by"), getattr(reservation, f"{side}_condition")
    visible = fallback if amount is None else amount
    return Figure(
        quantity(visible, reservation.unit) if visible is not None else "",
        str(MEASURED_LABELS[MeasuredBy(measured)]) if measured else "",
        str(CONDITION_LABELS[Condition(condition)]) if condition else "",
    )


def _signed(signature: Signature | None) -> str:
    if signature is None:
        return ""
    if signature.by_clock:
        return str(_("counted as confirmed after 14 days without an answer, on %(at)s", at=moment(signature.at)))
    role = str(ROLE_LABELS[Role(signature.role)]) if signature.role else ""
    who = ", ".join(part for part in (signature.name, role, signature.organisation) if part)
    return str(_("%(who)s, on %(at)s", who=who, at=moment(signature.at)))


def _place(reservation: Reservation, *, is_exact: bool) -> str:
    listing = reservation.listing
    if not is_exact:
        return str(listing.place_name)
    spot = f"{listing.lat:.5f}, {listing.lon:.5f}"
    return ", ".join(part for part in (listing.address, listing.place_name) if part) + f" ({spot})"


def _term(reservation: Reservation, status: ReservationStatus) -> str:
    listing, last = reservation.listing, reservation.expires_at
    if status is not ReservationStatus.APPROVED:
        return str(_("collected on %(day)s", day=long_date(reservation.handed_over_on)))
    first = long_date(listing.available_from)
    if last is None:
        return str(_("from %(day)s", day=first))
    return str(_("from %(first)s until %(last)s", first=first, last=_day(last)))


def _day(at: Any) -> str:
    day: date = clock.local(at).date()
    return long_date(day)


def _appointment(session: Session, actor: Actor, reservation: Reservation, latest: Appointment | None) -> str:
    """The agreed moment and place, or that nothing has been agreed yet."""
    if latest is None or latest.agreed_time is None:
        return ""
    place = meeting_place(session, actor, reservation, latest)
    return str(_("%(moment)s, %(place)s", moment=moment(latest.agreed_time), place=place))


def _papers(photos: list[Any]) -> tuple[str, ...]:
    """One line for each side and moment: how many photos."""
    counted: dict[tuple[str, str], int] = {}
    for photo in photos:
        key = (photo.organisation.name, photo.moment)
        counted[key] = counted.get(key, 0) + 1
    return tuple(
        str(
            ngettext(
                "%(num)s photo of %(organisation)s, %(moment)s",
                "%(num)s photos of %(organisation)s, %(moment)s",
                number,
                organisation=organisation,
                moment=MOMENT_LABELS[PhotoMoment(taken)],
            )
        )
        for (organisation, taken), number in counted.items()
    )
