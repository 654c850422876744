"""The verbs that move quantity. Each asks for the step before it, does its work once, and leaves an audit row.

Locks are taken in the order of the house: listing → reservation → ledger head → roll-ups → catalogue revision.
"""

from datetime import datetime, time
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.exchange import rules
from marketplace.exchange.booking import book
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries import get_reservation, list_open_of_listing
from marketplace.exchange.rules import HandoverDraft, ReservationDraft, ReservationStatus, Step
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Quantity, Unit, plain
from marketplace.market import counters
from marketplace.market.actions import withdraw_listing
from marketplace.market.demand_actions import fulfil
from marketplace.market.models import Demand, Listing
from marketplace.market.queries import get_demand, get_listing
from marketplace.market.revision import bump_catalogue
from marketplace.market.rules import DemandStatus, ListingStatus, has_turn, is_stale
from marketplace.market.staleness import Outcome
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules import convert
from marketplace.notices import audit
from marketplace.notices.actions import notify
from marketplace.notices.rules import Notice


def reserve(session: Session, actor: Actor, *, listing_id: int, draft: ReservationDraft) -> Reservation:
    """Claim part of a listing: held at once by one conditional UPDATE, so two people never hold the same stone. One's own organisation's
    listing is approved at once. Refused with what is left where less is left than asked."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.RESERVE, listing)
    check_reservable_by(actor, listing)
    material = taxonomy(session).material_by_id(listing.material_id)
    proposal = None
    if draft.quantity.unit.value != listing.unit and material.takes(draft.quantity.unit):
        amount = convert(
            draft.quantity.amount, draft.quantity.unit, Unit(listing.unit), material, listing.kg_per_unit, Unit(listing.unit)
        )
        proposal = Quantity(amount, Unit(listing.unit)) if amount > 0 else None
    rules.check_quantity(draft.quantity, unit=listing.unit, proposal=proposal)
    rules.check_purpose(draft.purpose)
    demand = _demand_served(session, actor, listing, draft)
    _check_destination(actor, draft)
    if not counters.hold(session, listing_id, draft.quantity.amount):
        raise _too_much(session, actor, listing_id)
    now = clock.now()
    internal = actor.organisation_id == listing.organisation_id
    reservation = Reservation(
        listing_id=listing_id,
        demand_id=demand.id if demand else None,
        organisation_id=actor.organisation_id,
        owner_id=listing.organisation_id,
        person_id=actor.person_id,
        quantity=draft.quantity.amount,
        asked=draft.quantity.amount,
        unit=listing.unit,
        status=(ReservationStatus.APPROVED if internal else ReservationStatus.REQUESTED).value,
        purpose=draft.purpose,
        place_name=draft.location.place_name if draft.location else None,
        lat=draft.location.point.lat if draft.location else None,
        lon=draft.location.point.lon if draft.location else None,
        requested_at=now,
        approved_at=now if internal else None,
        expires_at=_collect_until(listing, None) if internal else rules.answer_until(now),
    )
    session.add(reservation)
    session.flush()
    audit.record(
        session,
        actor,
        action="reservation.request",
        object_type="reservation",
        object_id=reservation.id,
        quantity=reservation.quantity,
    )
    reservation = get_reservation(session, actor, reservation.id)
    if not internal:
        _tell(session, Notice.RESERVATION_REQUESTED, reservation, owner=True)
    bump_catalogue(session)
    return reservation


def check_reservable_by(actor: Actor, listing: Listing) -> None:
    """Refuse where this organisation cannot reserve from this listing now, with what to do; how much is left is another question."""
    today = clock.today()
    mine = has_turn(
        kind=actor.organisation_kind,
        organisation_id=actor.organisation_id,
        owner_id=listing.organisation_id,
        region_from=listing.region_from,
        partners_from=listing.partners_from,
        today=today,
    )
    rules.check_reservable(
        status=listing.status,
        has_turn=mine,
        turn_from=listing.partners_from if actor.is_partner else listing.region_from,
        is_stale=listing.confirmed_on is not None and is_stale(listing.confirmed_on, today),
        available_until=listing.available_until,
        today=today,
    )


def _demand_served(session: Session, actor: Actor, listing: Listing, draft: ReservationDraft) -> Demand | None:
    if draft.demand_id is None:
        return None
    demand = get_demand(session, actor, draft.demand_id)
    if demand.organisation_id != actor.organisation_id:
        raise Invalid(_("A reservation serves a demand of your own organisation. Choose one of those, or none."), "demand_id")
    if demand.status != DemandStatus.OPEN:
        raise Conflict(_("This demand is not open any more. Choose another one, or none."), "demand_id")
    reference = taxonomy(session)
    wanted, offered = reference.material_by_id(demand.material_id), reference.material_by_id(listing.material_id)
    if offered.slug not in {material.slug for material in reference.serving(wanted)}:
        raise Invalid(
            _(
                "This listing is %(offered)s, and the demand asks for %(wanted)s. Choose another demand, or none.",
                offered=offered,
                wanted=wanted,
            ),
            "demand_id",
        )
    return demand


def _check_destination(actor: Actor, draft: ReservationDraft) -> None:
    if actor.is_partner and draft.demand_id is None and draft.location is None:
        raise Invalid(_("Say where the material goes: a place, a postcode or coordinates."), "place")


def _too_much(session: Session, actor: Actor, listing_id: int) -> Conflict:
    listing = get_listing(session, actor, listing_id)
    session.refresh(listing, ["quantity", "held", "transferred", "status"])
    if listing.status != ListingStatus.PUBLISHED or listing.available <= 0:
        return rules.too_much(None, listing.unit)
    return rules.too_much(Amount(listing.available, Unit(listing.unit)), listing.unit)


def _collect_until(listing: Listing, hold_until: datetime | None) -> datetime:
    first = datetime.combine(listing.available_from, time(0), clock.AMSTERDAM)
    return rules.collect_until(clock.now(), first_day=first, hold_until=hold_until)


def _begin(session: Session, actor: Actor, reservation_id: int, step: Step, right: Can | None) -> tuple[Reservation, bool]:
    """The reservation behind the lock of its listing, and whether the step was taken before."""
    reservation = get_reservation(session, actor, reservation_id) if right else _find(session, reservation_id)
    if right:
        require(actor, right, reservation)
    counters.lock(session, reservation.listing_id)
    reservation = get_reservation(session, actor, reservation_id) if right else _find(session, reservation_id)
    status = ReservationStatus(reservation.status)
    if rules.is_done(step, status):
        return reservation, True
    rules.check_step(step, status)
    return reservation, False


def _find(session: Session, reservation_id: int) -> Reservation:
    return get_reservation(session, Actor(role="reviewer", origin="job"), reservation_id)


def _move(session: Session, actor: Actor, reservation: Reservation, step: Step, **values: Any) -> Reservation:
    allowed, target = rules.STEPS[step]
    statement = update(Reservation).where(Reservation.id == reservation.id, Reservation.status.in_(allowed))
    moved = session.scalar(
        statement.values(status=target.value, **values).returning(Reservation.id).execution_options(synchronize_session=False)
    )
    if moved is None:
        raise Conflict(_("Somebody else changed this in the meantime. Open the page again to see how it stands."))
    audit.record(session, actor, action=f"reservation.{step.value}", object_type="reservation", object_id=reservation.id)
    return _find(session, reservation.id)


def _tell(session: Session, kind: Notice, reservation: Reservation, *, owner: bool) -> None:
    person_id = reservation.listing.created_by_id if owner else reservation.person_id
    other = reservation.organisation if owner else reservation.owner
    notify(
        session,
        kind,
        person_id=person_id,
        organisation_id=reservation.owner_id if owner else reservation.organisation_id,
        reservation_id=reservation.id,
        listing_id=reservation.listing_id,
        listing_title=reservation.listing.title,
        quantity={"amount": str(reservation.quantity), "unit": reservation.unit},
        organisation=other.name,
        reason=reservation.reason,
        until=reservation.expires_at.isoformat() if reservation.expires_at else None,
    )


def approve(session: Session, actor: Actor, *, reservation_id: int, hold_until: datetime | None = None) -> Reservation:
    """The owner says yes. It is held for 30 days from now or from the first free day, or until the day that the owner sets."""
    reservation, done = _begin(session, actor, reservation_id, Step.APPROVE, Can.DECIDE_RESERVATION)
    if done:
        return reservation
    now = clock.now()
    if hold_until is not None and hold_until <= now:
        raise Invalid(_("This day is past. Enter a later day, or leave it empty for 30 days."), "hold_until")
    values = {"approved_at": now, "expires_at": _collect_until(reservation.listing, hold_until)}
    reservation = _move(session, actor, reservation, Step.APPROVE, **values)
    _tell(session, Notice.RESERVATION_APPROVED, reservation, owner=False)
    return reservation


def _give_back(session: Session, reservation: Reservation) -> None:
    if not counters.release(session, reservation.listing_id, reservation.quantity):
        raise RuntimeError(f"reservation {reservation.id} held more than its listing says")


def reject(session: Session, actor: Actor, *, reservation_id: int, reason: str) -> Reservation:
    """The owner says no, and why; what was held is free again."""
    reservation, done = _begin(session, actor, reservation_id, Step.REJECT, Can.DECIDE_RESERVATION)
    if done:
        return reservation
    rules.check_reason(reason)
    _give_back(session, reservation)
    reservation = _move(session, actor, reservation, Step.REJECT, reason=reason, ended_at=clock.now(), expires_at=None)
    _tell(session, Notice.RESERVATION_REJECTED, reservation, owner=False)
    bump_catalogue(session)
    return reservation


def cancel(session: Session, actor: Actor, *, reservation_id: int, reason: str) -> Reservation:
    """Either side calls it off before hand-over, and says why; the other side is told."""
    reservation, done = _begin(session, actor, reservation_id, Step.CANCEL, Can.CANCEL_RESERVATION)
    if done:
        return reservation
    rules.check_reason(reason)
    return _cancelled(session, actor, reservation, reason)


def _cancelled(session: Session, actor: Actor, reservation: Reservation, reason: str) -> Reservation:
    _give_back(session, reservation)
    reservation = _move(session, actor, reservation, Step.CANCEL, reason=reason, ended_at=clock.now(), expires_at=None)
    _tell(session, Notice.RESERVATION_CANCELLED, reservation, owner=actor.organisation_id != reservation.owner_id)
    bump_catalogue(session)
    return reservation


def hand_over(session: Session, actor: Actor, *, reservation_id: int, draft: HandoverDraft) -> Reservation:
    """The owner enters what was measured at the gate. Less: the rest is available again. More: as far as it is available, and
    where nobody else holds any part of the lot. The receiver has 14 days to confirm."""
    reservation, done = _begin(session, actor, reservation_id, Step.HAND_OVER, Can.HAND_OVER)
    if done:
        return reservation
    classes = tuple(vehicle.slug for vehicle in taxonomy(session).vehicles)
    first = reservation.listing.available_from
    rules.check_handover(draft, unit=reservation.unit, vehicle_classes=classes, available_from=first, today=clock.today())
    difference = draft.quantity.amount - reservation.quantity
    if difference < 0 and not counters.release(session, reservation.listing_id, -difference):
        raise RuntimeError(f"reservation {reservation.id} held more than its listing says")
    if difference > 0 and not counters.take_more(session, reservation.listing_id, difference, mine=reservation.quantity):
        listing = counters.lock(session, reservation.listing_id)
        most = Amount(reservation.quantity + listing.available, Unit(reservation.unit))
        raise Conflict(
            _("Others hold a part of this lot. At most %(most)s can be handed over here.", most=most),
            "quantity",
            available=plain(most.amount),
        )
    now = clock.now()
    reservation = _move(
        session,
        actor,
        reservation,
        Step.HAND_OVER,
        quantity=draft.quantity.amount,
        handed_over_on=draft.handed_over_on,
        handed_over_at=now,
        vehicle_class=draft.vehicle_class,
        driven_km=draft.driven_km,
        expires_at=now + rules.CONFIRM_WITHIN,
    )
    _tell(session, Notice.HANDED_OVER, reservation, owner=False)
    bump_catalogue(session)
    return reservation


def confirm(session: Session, actor: Actor, *, reservation_id: int) -> Reservation:
    """The receiver says that it arrived: exactly one ledger row, with everything frozen into it."""
    reservation, done = _begin(session, actor, reservation_id, Step.CONFIRM, Can.CONFIRM)
    return reservation if done else _complete(session, actor, reservation)


def _complete(session: Session, actor: Actor, reservation: Reservation) -> Reservation:
    if not counters.transfer(session, reservation.listing_id, reservation.quantity):
        raise RuntimeError(f"reservation {reservation.id} held more than its listing says")
    reservation = _move(session, actor, reservation, Step.CONFIRM, completed_at=clock.now(), expires_at=None)
    covered = book(session, reservation)
    if reservation.demand_id is not None:
        fulfil(session, reservation.demand_id, covered)
    _tell(session, Notice.COMPLETED, reservation, owner=True)
    bump_catalogue(session)
    return _find(session, reservation.id)


def expire(session: Session, *, reservation_id: int) -> bool:
    """What the clock does with one reservation whose time has come: it lapses, or after hand-over counts as confirmed. Once, however
    often it is asked; whether anything happened."""
    reservation = _find(session, reservation_id)
    counters.lock(session, reservation.listing_id)
    reservation = _find(session, reservation_id)
    if reservation.expires_at is None or reservation.expires_at > clock.now():
        return False
    if reservation.status == ReservationStatus.HANDED_OVER:
        _complete(session, CLOCK, reservation)
        return True
    if ReservationStatus(reservation.status) not in rules.STEPS[Step.EXPIRE][0]:
        return False
    _give_back(session, reservation)
    reservation = _move(session, CLOCK, reservation, Step.EXPIRE, ended_at=clock.now(), expires_at=None)
    _tell(session, Notice.RESERVATION_EXPIRED, reservation, owner=False)
    _tell(session, Notice.RESERVATION_EXPIRED, reservation, owner=True)
    bump_catalogue(session)
    return True


def withdraw(session: Session, actor: Actor, *, listing_id: int, reason: str = "", outcome: Outcome | None = None) -> Listing:
    """Take a listing away. Its requests and approved reservations are cancelled and their holders told; what has been handed over
    must be confirmed first. What becomes of the rest is written down. Withdrawn already: nothing changes."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status == ListingStatus.WITHDRAWN:
        return listing
    if listing.status == ListingStatus.CLOSED:
        raise Conflict(_("This listing is closed: nothing is left to withdraw."))
    counters.lock(session, listing_id)
    open_ones = list_open_of_listing(session, listing_id)
    if any(one.status == ReservationStatus.HANDED_OVER for one in open_ones):
        raise Conflict(_("A part has been handed over and waits for confirmation. Withdraw the listing after that."))
    said = reason or str(_("The owner withdrew the listing."))
    for one in open_ones:
        _cancelled(session, actor, one, said)
    return withdraw_listing(session, actor, listing_id=listing_id, outcome=outcome, reason=reason)
