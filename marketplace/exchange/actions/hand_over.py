"""Signatures of the owner and the receiver, agreement where figures differ, returns.

The owner signs for what was handed over, the receiver for what arrived.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, is_broker
from marketplace.depots.actions.movements import check_count
from marketplace.depots.rules.lots import check_unblocked
from marketplace.exchange.actions.booking import book, book_return, distance_back
from marketplace.exchange.actions.terms import check_figure_mass, drop_proposal
from marketplace.exchange.actions.transitions import (
    begin,
    by_actor,
    is_taken,
    locked,
    make_child,
    measured_as,
    move,
    note,
    notify_broker,
    notify_side,
    offer_next,
    put,
    settled_as,
    transfer_lot,
)
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import is_received_blocked, place_of, where_back
from marketplace.exchange.queries.signatures import handed_over_by
from marketplace.exchange.queries.terms import find_ordered_to_confirm, is_confirmed_by_silence, ordered_of, terms_of
from marketplace.exchange.rules import deadlines as deadline_rules
from marketplace.exchange.rules import measure
from marketplace.exchange.rules import reservation as reservation_rules
from marketplace.exchange.rules.reservation import HandoverDraft, ReceiptDraft, ReservationStatus, Step
from marketplace.exchange.rules.returns import ReturnDraft, check_return, is_same_return
from marketplace.exchange.rules.terms import Terms
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import distance_km
from marketplace.kernel.language import _
from marketplace.kernel.text import check_length
from marketplace.kernel.units import Amount, Quantity, Unit, plain
from marketplace.market.actions import counters, lots
from marketplace.market.actions.demands import fulfil, need_again
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.queries.gates import check_gates
from marketplace.market.rules.values import check_is_there
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import Moment
from marketplace.notices.rules.kinds import Notice


def hand_over(session: Session, actor: Actor, *, reservation_id: int, draft: HandoverDraft) -> Reservation:
    """Record what the owner measured at the gate.

    Less: what is missing stays held until the transfer is confirmed. More: as far as it is available, and where nobody else holds
    any part of the lot. The receiver has 14 days to confirm.
    """
    reservation, done = begin(session, actor, reservation_id, Step.HAND_OVER, Can.HAND_OVER)
    if done:
        return reservation
    terms = terms_of(session, reservation)
    _check_handover(session, reservation, terms, draft)
    measure.check_day(draft.handed_over_on, approved_on=_approved_on(reservation), available_from=terms.available_from)
    return _handed_over(session, actor, reservation, Step.HAND_OVER, draft)


def hand_over_late(session: Session, actor: Actor, *, reservation_id: int, draft: HandoverDraft, reason: str) -> Reservation:
    """Book a hand-over of before the approval, with the reason why the paperwork is late.

    For a coordinator of the owner. It counts in the period in which it is booked.
    """
    reservation, done = begin(session, actor, reservation_id, Step.LATE_HAND_OVER, Can.HAND_OVER_LATE)
    if done:
        return reservation
    _check_handover(session, reservation, terms_of(session, reservation), draft)
    measure.check_late_day(draft.handed_over_on, approved_on=_approved_on(reservation), today=clock.today(), reason=reason)
    return _handed_over(session, actor, reservation, Step.LATE_HAND_OVER, draft, late_reason=reason.strip())


def _approved_on(reservation: Reservation) -> date:
    return clock.local(reservation.approved_at or reservation.requested_at).date()


def _check_handover(session: Session, reservation: Reservation, terms: Terms, draft: HandoverDraft) -> None:
    check_is_there(planned=reservation.listing.planned)
    lots.check_free(session, reservation.listing)
    classes = tuple(vehicle.slug for vehicle in get_taxonomy(session).vehicles)
    straight = distance_km(terms.lot, terms.destination)
    measure.check_handover(draft, unit=reservation.unit, vehicle_classes=classes, straight_km=straight, today=clock.today())
    _check_figure(session, reservation, draft.quantity.amount, confirmed=draft.confirm_unusual)
    to, day = place_of(reservation), draft.handed_over_on
    check_gates(session, reservation.listing, moment=Moment.HAND_OVER, destination=to, day=day)


def _check_figure(session: Session, reservation: Reservation, amount: Decimal, *, confirmed: bool) -> None:
    """Check a figure that is not the broker's.

    It is no more than ten times what was listed, and asked again when it is more than was ordered. Soil and sand do not become more than
    measuring explains.
    """
    figure, listing = Amount(amount, Unit(reservation.unit)), reservation.listing
    check_figure_mass(session, reservation, amount)
    check_count(session, lots.lot_of(session, listing), max(Decimal(0), amount - reservation.held - listing.available))
    measure.check_surplus(figure, listed=listing.listed + listing.corrected)
    tolerance = _tolerance(session, reservation)
    measure.check_usual(figure, ordered=ordered_of(reservation), tolerance_percent=tolerance, confirmed=confirmed)


def _tolerance(session: Session, reservation: Reservation) -> Decimal:
    return get_taxonomy(session).material_by_id(reservation.listing.material_id).tolerance_percent


def _handed_over(
    session: Session, actor: Actor, reservation: Reservation, step: Step, draft: HandoverDraft, **more: str
) -> Reservation:
    values = measured_as(
        session, by_actor(actor, draft.handed_over_on), reservation, draft.quantity.amount, draft.write_off_reason.strip()
    )
    now = clock.now()
    reservation = move(
        session,
        actor,
        reservation,
        step,
        **values,
        **more,
        owner_quantity=draft.quantity.amount,
        owner_measured_by=draft.measured_by,
        owner_condition=draft.condition,
        handed_over_on=draft.handed_over_on,
        handed_over_at=now,
        vehicle_class=draft.vehicle_class,
        driven_km=draft.driven_km,
        expires_at=deadline_rules.confirm_until(now),
        reminded_days=None,
    )
    ordered = find_ordered_to_confirm(session, reservation)
    facts: dict[str, Any] = {"until": None, "ordered": ordered} if ordered else {}
    notify_side(session, Notice.HANDED_OVER, reservation, owner=False, **facts)
    bump_catalogue(session)
    return reservation


def confirm(session: Session, actor: Actor, *, reservation_id: int, draft: ReceiptDraft | None = None) -> Reservation:
    """Record what arrived: exactly one ledger row, with everything frozen into it.

    Without a figure from the receiver the owner's counts. Within the material's tolerance the receiver's figure counts; outside
    it the two figures are in dispute, until both agree on one. A surplus passes only where nobody else holds it.
    """
    receipt = draft or ReceiptDraft()
    reservation = locked(session, actor, reservation_id, Can.CONFIRM)
    if _is_repeated(reservation, receipt) or is_taken(reservation, Step.CONFIRM):
        return reservation
    _check_unit(receipt.quantity, reservation)
    _check_second_person(session, actor, reservation, reservation.quantity)
    given = reservation.quantity
    received = given if receipt.quantity is None else receipt.quantity.amount
    check_figure_mass(session, reservation, received)
    words: dict[str, Any] = {
        "receiver_quantity": received,
        "receiver_measured_by": receipt.measured_by,
        "receiver_condition": receipt.condition,
    }
    if not measure.is_within_tolerance(given, received, _tolerance(session, reservation)):
        return _disputed(session, actor, reservation, "", **words)
    return complete(session, actor, reservation, Step.CONFIRM, received, **words)


def _check_second_person(session: Session, actor: Actor, reservation: Reservation, amount: Decimal) -> None:
    """Refuse that somebody confirms, within one organisation, their own unusual figure."""
    terms = {"ordered": ordered_of(reservation), "tolerance_percent": _tolerance(session, reservation)}
    if not reservation.is_internal or measure.is_usual(amount, **terms):
        return
    if handed_over_by(session, reservation) == actor.person_id:
        raise Conflict(
            _(
                "You handed it over yourself, and %(figure)s is more than was ordered. Let a colleague confirm it.",
                figure=Amount(amount, Unit(reservation.unit)),
            ),
            "quantity",
        )


def _is_repeated(reservation: Reservation, receipt: ReceiptDraft) -> bool:
    """Whether this very figure has already put the transfer in dispute. So a double click changes nothing."""
    is_same = receipt.quantity is not None and receipt.quantity.amount == reservation.receiver_quantity
    return is_same and reservation.status == ReservationStatus.DISPUTED


def _check_unit(quantity: Quantity | None, reservation: Reservation) -> None:
    if quantity is not None and quantity.unit.value != reservation.unit:
        raise Invalid(_("Enter the quantity in the unit of the listing: %(unit)s.", unit=reservation.unit), "unit")


def dispute(session: Session, actor: Actor, *, reservation_id: int, reason: str, quantity: Quantity | None = None) -> Reservation:
    """Dispute what was handed over, with a reason. The receiver adds a figure of its own where there is one."""
    reservation, done = begin(session, actor, reservation_id, Step.DISPUTE, Can.CONFIRM)
    if done and reservation.dispute_reason:
        return reservation
    reservation_rules.check_reason(reason)
    _check_unit(quantity, reservation)
    if quantity is not None:
        check_figure_mass(session, reservation, quantity.amount)
    if done:  # two figures put it in dispute; why, is said only now
        own = {} if quantity is None else {"receiver_answer": quantity.amount, "figure": quantity.amount}
        reservation = note(session, actor, reservation, "answer-dispute", dispute_reason=reason, **own)
        figure = _figure(reservation, reservation.receiver_figure)
        notify_side(session, Notice.DISPUTED, reservation, owner=True, reason=reason, other_quantity=figure)
        return reservation
    return _disputed(session, actor, reservation, reason, receiver_quantity=None if quantity is None else quantity.amount)


def _disputed(session: Session, actor: Actor, reservation: Reservation, reason: str, **columns: Any) -> Reservation:
    """Two figures for one hand-over. It is held as the owner entered it until people agree: the clock leaves it alone."""
    values: dict[str, Any] = {"disputed_at": clock.now(), "dispute_reason": reason, "expires_at": None, "reminded_days": None}
    values |= {"unconfirmed_since": None, "figure": columns["receiver_quantity"]}
    reservation = move(session, actor, reservation, Step.DISPUTE, **columns, **values)
    figure = _figure(reservation, reservation.receiver_quantity)
    notify_side(session, Notice.DISPUTED, reservation, owner=True, reason=reason, other_quantity=figure)
    notify_broker(session, Notice.DISPUTE_TO_DECIDE, reservation, reason=reason, other_quantity=figure)
    bump_catalogue(session)
    return reservation


def _figure(reservation: Reservation, quantity: Decimal | None) -> dict[str, str] | None:
    return None if quantity is None else {"amount": str(quantity), "unit": reservation.unit}


def resolve(
    session: Session,
    actor: Actor,
    *,
    reservation_id: int,
    quantity: Quantity,
    reason: str = "",
    write_off_reason: str = "",
    confirm_unusual: bool = False,
) -> Reservation:
    """Enter a figure that one of the two sides accepts.

    When it is the other side's latest one the transfer is completed. The broker's figure settles it at once, with a reason; it also
    settles what was not confirmed in 14 days and may not be confirmed by silence.
    """
    reservation, done = begin(session, actor, reservation_id, Step.RESOLVE, Can.RESOLVE)
    if done:
        return reservation
    owns = actor.organisation_id == reservation.owner_id
    is_side = (owns or actor.organisation_id == reservation.organisation_id) and not reservation.is_internal
    if reservation.status == ReservationStatus.HANDED_OVER and (is_side or reservation.unconfirmed_since is None):
        raise Conflict(_("The receiver can still confirm this hand-over, or dispute it."), currentStatus=reservation.status)
    _check_unit(quantity, reservation)
    check_length(reason, reservation_rules.REASON_LENGTH_MAX, "reason")
    check_length(write_off_reason, reservation_rules.REASON_LENGTH_MAX, "write_off_reason")
    if write_off_reason.strip() and not owns and actor.organisation_id == reservation.organisation_id:
        raise Invalid(_("Only the owner can write off what is missing. Leave this empty."), "write_off_reason")
    figure = quantity.amount
    check_figure_mass(session, reservation, figure)
    if not is_broker(actor):
        _check_figure(session, reservation, figure, confirmed=confirm_unusual)
        _check_second_person(session, actor, reservation, figure)
    other = reservation.receiver_figure if owns else reservation.owner_figure
    if is_side and other != figure:
        return _answer_dispute(session, actor, reservation, figure, reason, owns=owns)
    if not is_side:
        reservation_rules.check_reason(reason)
    answers = {"owner_answer": figure, "receiver_answer": figure} if is_side else {}
    settled = reason.strip() or reservation.settled_reason
    return complete(session, actor, reservation, Step.RESOLVE, figure, write_off_reason, **answers, settled_reason=settled)


def _answer_dispute(
    session: Session, actor: Actor, reservation: Reservation, figure: Decimal, reason: str, *, owns: bool
) -> Reservation:
    """Another figure than the other side's is a proposal to them. What each side signed for first is never replaced."""
    reservation_rules.check_reason(reason)
    own = {"owner_answer" if owns else "receiver_answer": figure, "settled_reason": reason}
    if not owns and reservation.receiver_quantity is None:
        own["receiver_quantity"] = figure
    reservation = note(session, actor, reservation, "answer-dispute", figure=figure, **own)
    proposed = _figure(reservation, figure)
    notify_side(session, Notice.DISPUTE_ANSWERED, reservation, owner=not owns, reason=reason, other_quantity=proposed)
    return reservation


def complete(
    session: Session,
    actor: Actor,
    reservation: Reservation,
    step: Step,
    amount: Decimal,
    write_off_reason: str = "",
    **values: Any,
) -> Reservation:
    """Complete a transfer that both sides have signed.

    What was held is transferred, the book gets its row, and the demand needs that much less.
    """
    lots.check_free(session, reservation.listing)
    values |= settled_as(session, actor, reservation, amount, write_off_reason)
    if not counters.transfer(session, reservation.listing_id, amount):
        raise RuntimeError(f"reservation {reservation.id} held more than its listing says")
    ending = {"completed_at": clock.now(), "expires_at": None, "cancel_asked_by_id": None, "reason": "", "reminded_days": None}
    reservation = put(
        session,
        actor,
        reservation,
        step.value,
        reservation_rules.STEPS[step][0],
        ReservationStatus.COMPLETED,
        **{**values, **ending, "unconfirmed_since": None},
    )
    drop_proposal(session, reservation)
    lot = transfer_lot(session, actor, reservation)
    covered = book(session, reservation, lot=lot, period=_period(reservation))
    if reservation.demand_id is not None:
        fulfil(session, reservation.demand_id, covered)
    _tell_completed(session, actor, reservation)
    offer_next(session, reservation.listing_id)
    bump_catalogue(session)
    return reservation


def _period(reservation: Reservation) -> str | None:
    """The month of the booking for late paperwork; None is the month of the hand-over."""
    return f"{clock.today():%Y-%m}" if reservation.late_reason else None


def _tell_completed(session: Session, actor: Actor, reservation: Reservation) -> None:
    if actor.organisation_id != reservation.owner_id or reservation.is_internal:
        notify_side(session, Notice.COMPLETED, reservation, owner=True)
    if actor.organisation_id != reservation.organisation_id:
        notify_side(session, Notice.COMPLETED, reservation, owner=False)


def complete_by_clock(session: Session, reservation: Reservation) -> None:
    """Confirm what nobody answered in 14 days, or tell the broker that it waits for a yes."""
    if is_confirmed_by_silence(session, reservation) and not lots.is_blocked(session, reservation.listing):
        complete(session, CLOCK, reservation, Step.CONFIRM, reservation.quantity)
        return
    values = {"unconfirmed_since": clock.now(), "expires_at": None, "reminded_days": None}
    reservation = note(session, CLOCK, reservation, "unconfirmed", **values)
    for owner in (True, False):
        notify_side(session, Notice.UNCONFIRMED, reservation, owner=owner)
    notify_broker(session, Notice.UNCONFIRMED_TO_DECIDE, reservation)


def return_part(session: Session, actor: Actor, *, reservation_id: int, draft: ReturnDraft) -> tuple[Reservation, bool]:
    """Take a part back from a completed transfer, entered by either side with a reason.

    Returns the reservation, and whether this very return was entered already less than a minute ago: then nothing changes.

    A child lot in its own condition is on offer where it lies now. The ledger gets a reversing row in the month of the return and a haul
    for the way back, and the demand that it served needs that much again. What a recall took back has not come back, so it still can once
    the lot is free: then only the way back is booked.
    """
    reservation, _done = begin(session, actor, reservation_id, Step.RETURN, Can.RETURN)
    if is_same_return(draft, reservation.last_return, clock.now()):
        return reservation, True
    check_unblocked(is_blocked=is_received_blocked(session, reservation))
    amount, back_at = draft.quantity.amount, where_back(session, reservation, draft)
    check_return(
        draft,
        unit=reservation.unit,
        left=reservation.quantity - reservation.returned,
        handed_over_on=reservation.handed_over_on or clock.local(reservation.completed_at or clock.now()).date(),
        straight_km=Decimal(0) if draft.stays else distance_back(reservation, back_at.driven_to),
        today=clock.today(),
        vehicle_classes=tuple(vehicle.slug for vehicle in get_taxonomy(session).vehicles),
    )
    child = make_child(session, actor, reservation, draft, back_at)
    needed_again = book_return(session, reservation, draft, back_at.driven_to)
    last = {"booked_at": clock.now().isoformat(), "fingerprint": draft.fingerprint}
    recalled = max(
        Decimal(0), amount - (reservation.quantity - reservation.taken_back)
    )  # the recall took it back, now it came back
    back = {"returned": reservation.returned + amount, "reversed": reservation.reversed - recalled, "last_return": last}
    reservation = note(session, actor, reservation, "return", figure=amount, **back)
    if reservation.demand_id is not None:
        need_again(session, reservation.demand_id, needed_again)
    facts: dict[str, Any] = {
        "reason": draft.reason,
        "child_id": child.id,
        "condition": draft.condition.value,
        "returned": plain(amount),
    }
    is_owner = actor.organisation_id == reservation.owner_id
    notify_side(session, Notice.RETURNED, reservation, owner=not is_owner, quantity=amount, **facts)
    bump_catalogue(session)
    return reservation, False
