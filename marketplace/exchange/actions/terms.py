"""The terms of a transfer: frozen at approval, changed when both sides agree."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.accounts.policy import Actor, Can
from marketplace.exchange.actions.transitions import locked, note, notify_side
from marketplace.exchange.models import Reservation, TermsVersion
from marketplace.exchange.queries.reservations import find_reservation
from marketplace.exchange.queries.terms import last_number, terms_of, terms_today
from marketplace.exchange.rules import terms as terms_rules
from marketplace.exchange.rules.deadlines import collect_until
from marketplace.exchange.rules.reservation import REASON_LENGTH_MAX, ReservationStatus, reminder
from marketplace.exchange.rules.terms import Terms, TermsDraft, TermsStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.geo import distance_km
from marketplace.kernel.language import _
from marketplace.kernel.text import check_length
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import check_mass
from marketplace.market.rules.values import check_price, check_weight
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.rules.kinds import Notice
from marketplace.stock.rules.driving import check_driven


def freeze(session: Session, reservation: Reservation) -> Reservation:
    """Write down the terms of a reservation that has just been approved."""
    version = _store(session, reservation, terms_today(session, reservation), TermsStatus.AGREED)
    set_committed_value(version, "proposed_by", None)
    set_committed_value(reservation, "terms_versions", [*reservation.terms_versions, version])
    return reservation


def move_first_day(session: Session, reservation: Reservation, first_day: date) -> Reservation:
    """What was planned has another first day: its holder agreed, or it is there. The other terms stay."""
    terms = terms_of(session, reservation)
    if terms.available_from == first_day:
        return reservation
    _store(session, reservation, replace(terms, available_from=first_day), TermsStatus.AGREED, answered_at=clock.now())
    return find_reservation(session, reservation.id)


def _store(session: Session, reservation: Reservation, terms: Terms, status: TermsStatus, **columns: Any) -> TermsVersion:
    values = {field.name: getattr(terms, field.name) for field in fields(Terms)}
    lot, destination = values.pop("lot"), values.pop("destination")
    version = TermsVersion(
        reservation_id=reservation.id,
        number=last_number(session, reservation.id) + 1,
        status=status.value,
        created_at=clock.now(),
        lat=lot.lat,
        lon=lot.lon,
        destination_lat=destination.lat,
        destination_lon=destination.lon,
        **{"reason": "", **values, **columns},
    )
    session.add(version)
    session.flush()
    return version


def check_figure_mass(session: Session, reservation: Reservation, amount: Decimal) -> None:
    """Refuse a figure that weighs more than any lot does by the terms. The broker's too."""
    check_mass(amount, terms_of(session, reservation).kg_per_unit)


def propose_terms(
    session: Session, actor: Actor, *, reservation_id: int, draft: TermsDraft, confirm_unusual: bool = False
) -> Reservation:
    """Propose other terms for this transfer, with a reason.

    A proposal that was still open falls. The same proposal again changes nothing. Within one organisation it is agreed at once.
    """
    reservation = locked(session, actor, reservation_id, Can.CHANGE_TERMS)
    status = ReservationStatus(reservation.status)
    terms_rules.check_open_to_change(status)
    before = terms_of(session, reservation)
    after, pending = draft.applied_to(before), reservation.proposed_terms
    if pending is not None and (pending.proposed_by_id, pending.terms, pending.reason) == _proposal(actor, after, draft):
        return reservation
    terms_rules.check_proposal(before, after, draft.reason)
    _check_possible(session, reservation, before, after, confirm_unusual)
    drop_proposal(session, reservation)
    agreed = reservation.is_internal
    values: dict[str, Any] = {"proposed_by_id": actor.organisation_id, "reason": draft.reason.strip()}
    if agreed:
        values["answered_at"] = clock.now()
    _store(session, reservation, after, TermsStatus.AGREED if agreed else TermsStatus.PROPOSED, **values)
    session.expire(reservation, ["terms_versions"])
    reservation = note(session, actor, reservation, "propose-terms", **_extend_hold(reservation, after) if agreed else {})
    if not agreed:
        other = actor.organisation_id != reservation.owner_id
        notify_side(session, Notice.TERMS_PROPOSED, reservation, owner=other, reason=draft.reason.strip())
    return reservation


def _proposal(actor: Actor, after: Terms, draft: TermsDraft) -> tuple[int | None, Terms, str]:
    return actor.organisation_id, after, draft.reason.strip()


def _check_possible(session: Session, reservation: Reservation, before: Terms, after: Terms, confirm_unusual: bool) -> None:
    if after.kg_per_unit != before.kg_per_unit:
        unit = Unit(reservation.unit)
        usual = get_taxonomy(session).material_by_id(reservation.listing.material_id).kg_per_unit(unit)
        check_weight(after.kg_per_unit, unit, usual=usual, confirmed=confirm_unusual)
        check_mass(reservation.quantity, after.kg_per_unit, "kg_per_unit")
    if (after.price_cents_per_unit, after.kg_per_unit) != (before.price_cents_per_unit, before.kg_per_unit):
        check_price(after.price_cents_per_unit, after.kg_per_unit)
    if after.available_from != before.available_from:
        terms_rules.check_first_day(reservation.handed_over_on)
    if after.destination != before.destination and reservation.receiving_soil is not None:
        sentence = _(
            "The classes that were said are of the place where this soil would go. For another place, cancel this and reserve the "
            "soil anew, with the classes of that place."
        )
        raise Conflict(sentence, "destination")
    straight = distance_km(after.lot, after.destination)
    check_driven(reservation.driven_km, straight_km=straight, field="destination")


def _extend_hold(reservation: Reservation, terms: Terms) -> dict[str, Any]:
    """A first day that moves past the hold moves the hold's end with it."""
    until = reservation.expires_at
    if reservation.status != ReservationStatus.APPROVED or until is None or clock.local(until).date() >= terms.available_from:
        return {}
    later = collect_until(clock.now(), first_day=terms.available_from, last_day=None, hold_until=None)
    return {"expires_at": later, "reminded_days": reminder(clock.local(later).date(), clock.today())}


def accept_terms(session: Session, actor: Actor, *, reservation_id: int) -> Reservation:
    """The other side accepts: from now on the note prints and the ledger books these terms. Accepted already: nothing changes."""
    reservation, pending = _pending(session, actor, reservation_id, TermsStatus.AGREED)
    if pending is None:
        return reservation
    terms = pending.terms
    _check_possible(session, reservation, terms_of(session, reservation), terms, True)
    _answer(session, pending, TermsStatus.AGREED)
    reservation = note(session, actor, reservation, "accept-terms", **_extend_hold(reservation, terms))
    notify_side(session, Notice.TERMS_ACCEPTED, reservation, owner=actor.organisation_id != reservation.owner_id, reason="")
    return reservation


def decline_terms(session: Session, actor: Actor, *, reservation_id: int, reason: str = "") -> Reservation:
    """The other side declines: the terms stay as they were agreed. Declined already: nothing changes."""
    reservation, pending = _pending(session, actor, reservation_id, TermsStatus.DECLINED)
    if pending is None:
        return reservation
    check_length(reason, REASON_LENGTH_MAX, "reason")
    _answer(session, pending, TermsStatus.DECLINED)
    reservation = note(session, actor, reservation, "decline-terms")
    notify_side(
        session, Notice.TERMS_DECLINED, reservation, owner=actor.organisation_id != reservation.owner_id, reason=reason.strip()
    )
    return reservation


def _pending(session: Session, actor: Actor, reservation_id: int, answer: TermsStatus) -> tuple[Reservation, TermsVersion | None]:
    """The proposal that this side can answer; None when it has given this answer already."""
    reservation = locked(session, actor, reservation_id, Can.CHANGE_TERMS)
    latest = reservation.terms_versions[-1] if reservation.terms_versions else None
    is_proposal = latest is not None and latest.proposed_by_id is not None
    is_own = latest is not None and latest.proposed_by_id == actor.organisation_id
    if latest is not None and is_proposal and latest.status == answer and not is_own:
        return reservation, None
    terms_rules.check_open_to_change(ReservationStatus(reservation.status))
    if latest is None or latest.status != TermsStatus.PROPOSED:
        raise Conflict(_("No other terms have been proposed, so there is nothing to answer."))
    if is_own:
        raise Conflict(_("Your own organisation proposed these terms. The other side answers."))
    return reservation, latest


def drop_proposal(session: Session, reservation: Reservation) -> None:
    """A proposal that nobody answered falls: another takes its place, or the transfer is over."""
    if (pending := reservation.proposed_terms) is not None:
        _answer(session, pending, TermsStatus.FALLEN)


def _answer(session: Session, version: TermsVersion, status: TermsStatus) -> None:
    values = {"status": status.value, "answered_at": clock.now()}
    session.execute(
        update(TermsVersion)
        .where(TermsVersion.id == version.id, TermsVersion.status == TermsStatus.PROPOSED.value)
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )
