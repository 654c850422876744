"""Before the gate: approval, rejection, cancellation, withdrawal, a person leaving."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.actions import people as accounts
from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.actions.reserve import check_asked_mass, collect_until
from marketplace.exchange.actions.terms import drop_proposal, freeze
from marketplace.exchange.actions.transitions import (
    begin,
    displace,
    give_back,
    is_clock,
    locked,
    lower_surplus,
    measured_by,
    move,
    note,
    notify_broker,
    notify_side,
    offer_next,
)
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import place_of
from marketplace.exchange.queries.gate import newest
from marketplace.exchange.queries.requests import rank_requests
from marketplace.exchange.queries.reservations import list_open_of_listing
from marketplace.exchange.rules import deadlines as deadline_rules
from marketplace.exchange.rules import reservation as reservation_rules
from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES, HOLDING, OPEN, ReservationStatus, Step
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _, in_default_locale
from marketplace.kernel.text import check_length
from marketplace.kernel.units import Amount, Unit
from marketplace.market.actions import counters, lots
from marketplace.market.actions.listings import mark_withdrawn
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.gates import check_gates
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.freshness import Outcome
from marketplace.market.rules.listing import ListingStatus
from marketplace.market.rules.values import check_is_there
from marketplace.materials.rules.gates import Moment
from marketplace.notices.actions import audit
from marketplace.notices.rules.kinds import Notice


def approve(
    session: Session,
    actor: Actor,
    *,
    reservation_id: int,
    hold_until: datetime | None = None,
    quantity: Decimal | None = None,
    reason: str = "",
) -> Reservation:
    """Approve a reservation in full or in part, on the owner's behalf; its terms are frozen.

    It is held for 30 days from now or from the first free day, at most until the lot's last day, or until the day that the
    owner sets.

    A waiting one may be approved in place of others: those that nobody approved and that no longer fit then wait, and are
    notified. An owner who passes over a higher one gives a reason.
    """
    reservation, done = begin(session, actor, reservation_id, Step.APPROVE, Can.DECIDE_RESERVATION)
    if done:
        return reservation
    now = clock.now()
    if hold_until is not None and hold_until <= now:
        raise Invalid(_("This day is past. Enter a later day, or leave it empty for 30 days."), "hold_until")
    approved = Amount(reservation.quantity if quantity is None else quantity, Unit(reservation.unit))
    listing = counters.lock(session, reservation.listing_id)
    if listing.status != ListingStatus.PUBLISHED:
        raise Conflict(_("This listing is not on offer any more, so nothing of it can be approved."))
    if reservation.dates_declined:
        raise Conflict(
            _("Whoever asked let this go because of its days, and waits for others. Choose another request, or move the days.")
        )
    lots.check_free(session, reservation.listing)
    check_gates(session, listing, moment=Moment.RESERVE, destination=place_of(reservation))
    queue = rank_requests(session, listing)
    reservation_rules.check_approval(approved, requested=reservation.quantity, free=queue.free)
    check_asked_mass(session, listing, approved.amount)
    reservation_rules.check_choice(reason, passed_over=len(queue.passed_over(reservation, approved.amount)))
    _hold_for(session, actor, reservation, approved.amount, queue.free)
    until = collect_until(reservation.listing, hold_until)
    reservation = move(
        session,
        actor,
        reservation,
        Step.APPROVE,
        quantity=approved.amount,
        ordered=approved.amount,
        approved_at=now,
        expires_at=until,
        choice_reason=reason.strip(),
        reminded_days=reservation_rules.reminder(clock.local(until).date(), clock.today()),
    )
    reservation = freeze(session, reservation)
    notify_side(session, Notice.RESERVATION_APPROVED, reservation, owner=False)
    offer_next(session, reservation.listing_id)
    bump_catalogue(session)
    return reservation


def _hold_for(session: Session, actor: Actor, reservation: Reservation, amount: Decimal, free: Decimal) -> None:
    """Hold exactly this much for the chosen reservation.

    It takes from others that nobody approved only what cannot be left with them.
    """
    if reservation.status in HOLDING:
        if amount < reservation.quantity:
            give_back(session, reservation, reservation.quantity - amount)
        return
    displace(session, actor, counters.lock(session, reservation.listing_id), reservation, free - amount)
    if not counters.hold(session, reservation.listing_id, amount):
        raise RuntimeError(f"listing {reservation.listing_id} has less than its queue says")


def reject(session: Session, actor: Actor, *, reservation_id: int, reason: str) -> Reservation:
    """The owner says no, and why; what was held is free again."""
    reservation, done = begin(session, actor, reservation_id, Step.REJECT, Can.DECIDE_RESERVATION)
    if done:
        return reservation
    reservation_rules.check_reason(reason)
    return end(session, actor, reservation, Step.REJECT, Notice.RESERVATION_REJECTED, reason)


def end(
    session: Session, actor: Actor, reservation: Reservation, step: Step, kind: Notice, reason: str, *, no_show: bool = False
) -> Reservation:
    """End a reservation before anything has moved.

    What it held is free again, the other side is notified, and it is offered to the next on the list.
    """
    held = reservation.status in HOLDING
    reservation = call_off(session, actor, reservation, step, reason, no_show=no_show)
    if is_clock(actor):
        notify_side(session, kind, reservation, owner=False)
        if held:
            notify_side(session, kind, reservation, owner=True)
    else:
        notify_side(session, kind, reservation, owner=actor.organisation_id != reservation.owner_id)
    if held:
        offer_next(session, reservation.listing_id)
    bump_catalogue(session)
    return reservation


def call_off(
    session: Session, actor: Actor, reservation: Reservation, step: Step, reason: str, *, no_show: bool = False
) -> Reservation:
    """Take the step that ends a reservation, and let go of all that it held. Whoever calls tells both sides."""
    values: dict[str, Any] = {"ended_at": clock.now(), "expires_at": None, "cancel_asked_by_id": None, "reminded_days": None}
    values |= {"kept": Decimal(0), "unconfirmed_since": None}
    if reservation.status in HOLDING:
        never_there = lower_surplus(session, measured_by(actor, reservation), reservation, reservation.held)
        give_back(session, reservation, reservation.held - never_there)
        values["surplus"] = reservation.surplus - never_there
    reservation = move(session, actor, reservation, step, reason=reason, no_show=no_show, **values)
    drop_proposal(session, reservation)
    return reservation


def cancel(session: Session, actor: Actor, *, reservation_id: int, reason: str) -> Reservation:
    """Cancel a reservation for either side, with a reason; the other side is notified.

    Once the owner has signed for the hand-over it is a proposal, which the other side accepts with `agree_cancel`, or with a
    cancellation of its own.
    """
    reservation, done = begin_cancel(session, actor, reservation_id)
    if done:
        return reservation
    if reservation.status not in BETWEEN_SIGNATURES:
        reservation_rules.check_reason(reason)
        return end(session, actor, reservation, Step.CANCEL, Notice.RESERVATION_CANCELLED, reason)
    if reservation.cancel_asked_by_id == actor.organisation_id and not reservation.is_internal:
        return reservation
    if reservation.cancel_asked_by_id is not None:
        return _agreed(session, actor, reservation)
    reservation_rules.check_reason(reason)
    if reservation.is_internal:  # one organisation is both sides
        return end(session, actor, reservation, Step.AGREE_CANCEL, Notice.RESERVATION_CANCELLED, reason)
    requested = {"cancel_asked_by_id": actor.organisation_id, "reason": reason}
    reservation = note(session, actor, reservation, "propose-cancel", **requested)
    notify_side(session, Notice.CANCEL_PROPOSED, reservation, owner=actor.organisation_id != reservation.owner_id)
    return reservation


def begin_cancel(session: Session, actor: Actor, reservation_id: int) -> tuple[Reservation, bool]:
    """Cancelling is asked for in one way before and after the owner's signature."""
    try:
        return begin(session, actor, reservation_id, Step.CANCEL, Can.CANCEL_RESERVATION)
    except Conflict:
        return begin(session, actor, reservation_id, Step.AGREE_CANCEL, Can.CANCEL_RESERVATION)


def agree_cancel(session: Session, actor: Actor, *, reservation_id: int) -> Reservation:
    """Between the two signatures: the other side accepts that it is cancelled. Everything is free again; nothing was booked."""
    reservation, done = begin(session, actor, reservation_id, Step.AGREE_CANCEL, Can.CANCEL_RESERVATION)
    if done:
        return reservation
    if reservation.cancel_asked_by_id is None:
        raise Conflict(_("Nobody proposed to cancel this. Propose it first, with a reason."))
    if reservation.cancel_asked_by_id == actor.organisation_id:
        raise Conflict(_("Your organisation proposed this. The other side must agree."))
    return _agreed(session, actor, reservation)


def _agreed(session: Session, actor: Actor, reservation: Reservation) -> Reservation:
    return end(session, actor, reservation, Step.AGREE_CANCEL, Notice.RESERVATION_CANCELLED, reservation.reason)


def no_show(session: Session, actor: Actor, *, reservation_id: int, reason: str = "") -> Reservation:
    """Record that nobody came at the agreed time, or before the hold was over.

    The hold ends, and it counts when the same organisation competes again. A hold that has lapsed stays lapsed. The asker is
    notified, and may object.
    """
    reservation = locked(session, actor, reservation_id, Can.HAND_OVER)
    if reservation.no_show:
        return reservation
    status, has_lapsed = ReservationStatus(reservation.status), _has_lapsed(reservation)
    if not has_lapsed:
        reservation_rules.check_step(Step.NO_SHOW, status)
    check_length(reason, reservation_rules.REASON_LENGTH_MAX, "reason")
    check_is_there(planned=reservation.listing.planned)
    if reservation.is_internal:
        raise Conflict(_("This is within your own organisation. Cancel it instead."))
    message = reason.strip() or in_default_locale(_("Nobody came to collect it."))
    if has_lapsed:
        reservation = note(session, actor, reservation, Step.NO_SHOW.value, no_show=True, reason=message)
        notify_side(session, Notice.NO_SHOW, reservation, owner=False)
        return reservation
    latest = newest(reservation)
    deadline_rules.check_no_show(agreed=latest.agreed_time if latest else None, until=reservation.expires_at, now=clock.now())
    return end(session, actor, reservation, Step.NO_SHOW, Notice.NO_SHOW, message, no_show=True)


def _has_lapsed(reservation: Reservation) -> bool:
    """Whether it was approved and then not collected in time."""
    return reservation.status == ReservationStatus.EXPIRED and reservation.approved_at is not None


def object_to_no_show(session: Session, actor: Actor, *, reservation_id: int, reason: str) -> Reservation:
    """The asker says why a no-show is not right, once. It does not count for the ranking until the broker has decided."""
    reservation = locked(session, actor, reservation_id, Can.CONFIRM)
    if not reservation.no_show:
        raise Conflict(_("Nobody said that you did not come, so there is nothing to object to."))
    if reservation.objected_at is not None:
        if reservation.objection == reason.strip():
            return reservation
        raise Conflict(_("You have objected already, and one can object once. The broker of the region decides."))
    reservation_rules.check_reason(reason)
    reservation = note(session, actor, reservation, "object", objection=reason.strip(), objected_at=clock.now())
    notify_side(session, Notice.OBJECTED, reservation, owner=True, reason=reservation.objection)
    notify_broker(session, Notice.OBJECTION_TO_DECIDE, reservation, reason=reservation.objection)
    return reservation


def decide_objection(session: Session, actor: Actor, *, reservation_id: int, is_upheld: bool, reason: str) -> Reservation:
    """The broker decides whether a no-show counts, and says why; both sides are told."""
    reservation = locked(session, actor, reservation_id, Can.BROKER)
    if reservation.objected_at is None:
        raise Conflict(_("Nobody objected to this, so there is nothing to decide."))
    if reservation.objection_upheld is not None:
        if reservation.objection_upheld is is_upheld:
            return reservation
        raise Conflict(_("This objection has been decided already."))
    reservation_rules.check_reason(reason)
    values = {"objection_upheld": is_upheld, "objection_answer": reason.strip()}
    reservation = note(session, actor, reservation, "decide-objection", **values)
    kind = Notice.OBJECTION_UPHELD if is_upheld else Notice.OBJECTION_REJECTED
    for owner in (True, False):
        notify_side(session, kind, reservation, owner=owner, reason=reservation.objection_answer)
    return reservation


def withdraw(session: Session, actor: Actor, *, listing_id: int, reason: str = "", outcome: Outcome | None = None) -> Listing:
    """Withdraw a listing; open reservations are cancelled and their holders notified.

    What has been handed over must be confirmed first, or cancelled by both sides. `outcome` says what became of what was left. A
    listing that is already withdrawn stays as it is.
    """
    listing = get_listing(session, actor, listing_id)
    if not is_clock(actor):
        require(actor, Can.EDIT_LISTING, listing)
    if listing.status == ListingStatus.WITHDRAWN:
        return listing
    if listing.status == ListingStatus.CLOSED:
        raise Conflict(_("This listing is closed: nothing is left to withdraw."))
    counters.lock(session, listing_id)
    open_ones = list_open_of_listing(session, listing_id)
    if any(item.status in BETWEEN_SIGNATURES for item in open_ones):
        raise Conflict(_("A part has been handed over and waits for confirmation. Withdraw the listing after that."))
    message = reason or in_default_locale(_("The owner withdrew the listing."))
    for item in sorted(
        open_ones, key=lambda item: item.status in HOLDING
    ):  # who waits first: nothing is offered of what goes away
        end(session, actor, item, Step.CANCEL, Notice.RESERVATION_CANCELLED, message)
    return mark_withdrawn(session, actor, listing_id=listing_id, outcome=outcome, reason=reason)


def release_person(session: Session, actor: Actor, *, person_id: int) -> Person:
    """Deactivate a person: sessions and tokens end, open work passes to the organisation.

    Open listings, demands and reservations belong to the organisation alone.

    From then on the coordinators get the person's notices. What is finished keeps its maker's id: it is history.
    """
    person = accounts.deactivate(session, actor, person_id=person_id)
    listings = update(Listing).where(
        Listing.created_by_id == person_id, Listing.status.in_((ListingStatus.DRAFT.value, ListingStatus.PUBLISHED.value))
    )
    demands = update(Demand).where(
        Demand.created_by_id == person_id, Demand.status.in_((DemandStatus.DRAFT.value, DemandStatus.OPEN.value))
    )
    reservations = update(Reservation).where(
        Reservation.person_id == person_id, Reservation.status.in_([item.value for item in OPEN])
    )
    offered = len(session.scalars(listings.values(created_by_id=None).returning(Listing.id)).all())
    requested = len(session.scalars(demands.values(created_by_id=None).returning(Demand.id)).all())
    held = len(session.scalars(reservations.values(person_id=None).returning(Reservation.id)).all())
    if offered or requested or held:
        audit.record(
            session,
            actor,
            action="person.release",
            object_type="person",
            object_id=person_id,
            listings=offered,
            demands=requested,
            reservations=held,
        )
    return person
