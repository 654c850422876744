"""The papers of a transfer: the hand-over note and the calendar file. As far as the reader may know what is in them."""

from collections.abc import Sequence
from datetime import date
from email.utils import parseaddr
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, make_response

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.rules.accounts import ROLE_LABELS, Role
from marketplace.documents.models import Paper
from marketplace.dossiers.queries import list_papers_of_transfer
from marketplace.exchange.models import Appointment, Reservation
from marketplace.exchange.queries.gate import list_gate_photos, may_read_gate, newest
from marketplace.exchange.queries.reservations import SEES_EXACT, get_reservation
from marketplace.exchange.queries.signatures import Signature, Statement, find_signatures, find_statements
from marketplace.exchange.queries.terms import may_read_terms_place, ordered_of, terms_of
from marketplace.exchange.rules.gate import MOMENT_LABELS, PhotoMoment, check_note
from marketplace.exchange.rules.reservation import MEASURED_LABELS, STATUS_LABELS, MeasuredBy, ReservationStatus
from marketplace.exchange.rules.terms import TERM_LABELS, Terms, TermsStatus, changed_terms
from marketplace.http.request import site_address
from marketplace.impact.rules.impact import mass_kg
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Missing
from marketplace.kernel.formats import NO_BREAK_SPACE, long_date, moment, money, number, quantity
from marketplace.kernel.language import DEFAULT_LOCALE, Text, _, current_locale, ngettext
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.sheets import calendar_file, handover_note
from marketplace.sheets.calendar_file import CalendarEntry, CalendarTime, EventStatus
from marketplace.sheets.handover_note import Figure, HandoverNote, Side

PAGE = "/reserveringen/{}"
ENDED = (ReservationStatus.REJECTED, ReservationStatus.CANCELLED, ReservationStatus.EXPIRED)


def note_answer(session: Session, actor: Actor, reservation_id: int) -> Response:
    """The hand-over note as a file to look at."""
    content = handover_note.handover_note(note_of(session, actor, reservation_id))
    return file_answer(content, handover_note.MEDIA_TYPE, _("hand-over-note"), reservation_id, "pdf")


def calendar_answer(session: Session, actor: Actor, reservation_id: int) -> Response:
    """The appointment as a file for a calendar."""
    content = calendar_file.calendar_file(calendar_of(session, actor, reservation_id))
    return file_answer(content, calendar_file.MEDIA_TYPE, _("appointment"), reservation_id, "ics")


def file_answer(content: bytes, media_type: str, name: object, reservation_id: int, suffix: str) -> Response:
    """A file of a transfer, to look at."""
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
        times=_calendar_times(reservation.appointments, over=over),
        revision=2 * (len(reservation.appointments) - 1) + bool(agreed) + 2 * over,
        changed_at=(reservation.ended_at if over else None) or latest.agreed_at or latest.created_at,
        summary=str(_("Collect material: %(title)s", title=reservation.listing.title)),
        place=meeting_place(session, actor, reservation, latest)
        if may_read_gate(actor, reservation)
        else reservation.listing.place_name,
        description="\n".join(line for line in values if line),
        address=address_of(reservation_id),
        organizer=parseaddr(current_app.extensions["settings"].mail_from),
        locale=current_locale(),
    )


def _calendar_times(appointments: Sequence[Appointment], *, over: bool) -> tuple[CalendarTime, ...]:
    """Every time that a calendar may have of this transfer. A later one takes the place of an earlier one."""
    times: dict[int, CalendarTime] = {}
    for appointment in appointments:
        chosen = appointment.agreed_time
        times = {place: CalendarTime(time.at, EventStatus.CANCELLED) for place, time in times.items()}
        for place, at in enumerate(appointment.moments):
            status = EventStatus.CONFIRMED if at == chosen else EventStatus.CANCELLED if chosen else EventStatus.TENTATIVE
            times[place] = CalendarTime(at, EventStatus.CANCELLED if over else status)
    return tuple(times[place] for place in sorted(times))


def meeting_place(session: Session, actor: Actor, reservation: Reservation, appointment: Appointment) -> str:
    """Find where to meet: as proposed, else where the lot lies. A reservation that has ended shows no address any more."""
    terms = reservation.terms
    if terms is None or reservation.status not in SEES_EXACT or not may_read_terms_place(session, actor, reservation):
        return str(appointment.place or reservation.listing.place_name)
    return str(appointment.place or terms.address or terms.place_name)


def note_of(session: Session, actor: Actor, reservation_id: int) -> HandoverNote:
    """Collect everything on the note.

    Refused before approval and for a reservation that ended (Conflict); Missing for anyone who may not follow it.
    """
    reservation = get_reservation(session, actor, reservation_id)
    status = ReservationStatus(reservation.status)
    check_note(status)
    material = get_taxonomy(session).material_by_id(reservation.listing.material_id)
    unit, terms = Unit(reservation.unit), terms_of(session, reservation)
    kilograms = mass_kg(reservation.quantity, terms.kg_per_unit)
    price_cents = terms.price_cents(reservation.quantity)
    by_owner, by_receiver = find_signatures(session, actor, reservation)
    owner, receiver, agreed = statements_of(session, actor, reservation)
    latest = newest(reservation) if may(actor, Can.MEET, reservation) else None
    return HandoverNote(
        number=reservation_id,
        address=address_of(reservation_id),
        state=str(_("State: %(status)s", status=STATUS_LABELS[status])),
        lot=reservation.listing.title,
        lot_number=reservation.listing_id,
        material=material.name,
        owner=Side(reservation.owner.name, signed(by_owner)),
        receiver=Side(reservation.organisation.name, signed(by_receiver)),
        ordered=Figure(quantity(ordered_of(reservation), unit)),
        by_owner=owner,
        by_receiver=receiver,
        counted=agreed,
        is_finished=status is ReservationStatus.COMPLETED,
        condition=str(CONDITION_LABELS[Condition(terms.condition)]),
        destination=terms.destination_name,
        changes=_agreed_changes(reservation),
        late_reason=reservation.late_reason,
        reuse=reservation.use if _is_reuse_certain(reservation) else "",
        mass=f"{number(kilograms)}{NO_BREAK_SPACE}kg",
        written_off=quantity(reservation.written_off, unit) if reservation.written_off else "",
        write_off_reason=reservation.write_off_reason,
        dispute_reason=reservation.dispute_reason,
        settled_reason=reservation.settled_reason,
        returned=quantity(reservation.returned, unit) if reservation.returned else "",
        price=money(price_cents) if price_cents else "",
        handed_over_on=long_date(reservation.handed_over_on) if reservation.handed_over_on else "",
        place=_place(terms, is_exact=may_read_terms_place(session, actor, reservation)),
        term=_term(reservation, terms, status),
        appointment=_appointment(session, actor, reservation, latest) if may(actor, Can.MEET, reservation) else None,
        appointment_notes=latest.notes if latest else "",
        papers=(
            *_lot_papers(list_papers_of_transfer(session, actor, reservation), get_taxonomy(session)),
            *_papers(list_gate_photos(session, actor, reservation_id=reservation_id)),
        ),
        made_on=long_date(clock.today()),
        made=clock.today(),
    )


def term_text(terms: Terms, name: str) -> Text | str:
    """One of the terms as a reader reads it."""
    match name:
        case "price_cents_per_unit":
            return money(terms.price_cents_per_unit) if terms.price_cents_per_unit else _("free of charge")
        case "kg_per_unit":
            basis = _("measured") if terms.kg_basis == "measured" else _("by the list of materials")
            return _("%(kg)s kg (%(basis)s)", kg=number(terms.kg_per_unit), basis=basis)
        case "available_from":
            return long_date(terms.available_from)
        case "condition":
            return CONDITION_LABELS[Condition(terms.condition)]
        case "replaces_purchase":
            return {True: _("yes"), False: _("no"), None: _("not said")}[terms.replaces_purchase]
        case "place_name":
            return terms.place_name
    return terms.destination_name


def _agreed_changes(reservation: Reservation) -> tuple[str, ...]:
    """One line for each change of the terms that both sides agreed on after the approval."""
    agreed = [version for version in reservation.terms_versions if version.status == TermsStatus.AGREED]
    return tuple(
        str(
            _(
                "%(term)s changed from %(before)s to %(after)s, agreed on %(day)s. Reason: %(reason)s",
                term=TERM_LABELS[name],
                before=term_text(before.terms, name),
                after=term_text(after.terms, name),
                day=_day(after.answered_at or after.created_at),
                reason=after.reason,
            )
        )
        for before, after in pairwise(agreed)
        for name in changed_terms(before.terms, after.terms)
    )


def statements_of(session: Session, actor: Actor, reservation: Reservation) -> tuple[Figure, Figure, Figure]:
    """What the owner stated, what the receiver stated, and what counts, in words."""
    owner, receiver, agreed = find_statements(session, actor, reservation)
    unit = Unit(reservation.unit)
    return _stated(owner, unit), _stated(receiver, unit), _stated(agreed, unit)


def _stated(statement: Statement, unit: Unit) -> Figure:
    measured, condition = statement.measured_by, statement.condition
    return Figure(
        quantity(statement.quantity, unit) if statement.quantity is not None else "",
        str(MEASURED_LABELS[MeasuredBy(measured)]) if measured else "",
        str(CONDITION_LABELS[Condition(condition)]) if condition else "",
        signed(statement.signature),
    )


def _is_reuse_certain(reservation: Reservation) -> bool:
    """Whether a use was named, and it is reused as it is, for what it was made for or better."""
    return bool(reservation.use.strip()) and reservation.reused_as_is is True and reservation.same_grade is True


def signed(signature: Signature | None) -> str:
    """Who signed, as far as the reader may know, and when. Empty: nobody did."""
    if signature is None:
        return ""
    if signature.by_clock:
        return str(_("counted as confirmed after 14 days without an answer, on %(at)s", at=moment(signature.at)))
    role = str(ROLE_LABELS[Role(signature.role)]) if signature.role else ""
    who = ", ".join(part for part in (signature.name, role, signature.organisation) if part)
    return str(_("%(who)s, on %(at)s", who=who, at=moment(signature.at)))


def _place(terms: Terms, *, is_exact: bool) -> str:
    if not is_exact:
        return terms.place_name
    spot = f"{terms.lot.lat:.5f}, {terms.lot.lon:.5f}"
    return ", ".join(part for part in (terms.address, terms.place_name) if part) + f" ({spot})"


def _term(reservation: Reservation, terms: Terms, status: ReservationStatus) -> str:
    last = reservation.expires_at
    if status is not ReservationStatus.APPROVED:
        return str(_("collected on %(day)s", day=long_date(reservation.handed_over_on)))
    first = long_date(terms.available_from)
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


def _lot_papers(papers: list[Paper], taxonomy: Taxonomy) -> tuple[str, ...]:
    """One line for each paper of the lot: what it is, its number, who issued it, and its days."""
    return tuple(
        ", ".join(
            part
            for part in (
                " ".join(filter(None, (taxonomy.name_of_paper_kind(paper.kind), paper.number))),
                paper.issuer,
                str(_("issued on %(day)s", day=long_date(paper.issued_on))),
                str(_("valid until %(day)s", day=long_date(paper.valid_until))) if paper.valid_until else "",
            )
            if part
        )
        for paper in papers
    )


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
