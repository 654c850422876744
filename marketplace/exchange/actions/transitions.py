"""Steps that every verb of a transfer shares.

Read again behind the lock, move the state, give back, notify.

Locks are taken in a fixed order: listing → reservation → ledger head → roll-ups → catalogue revision.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.depots.actions.movements import By
from marketplace.depots.actions.telling import expect_lot
from marketplace.depots.models import Lot
from marketplace.depots.queries.depots import find_awaiting
from marketplace.depots.queries.lots import find_received
from marketplace.depots.rules.lots import MovementKind
from marketplace.depots.rules.quarter import first_open_day
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import Back, stood_before, whereabouts_of
from marketplace.exchange.queries.requests import CLAIMING, WAITING, rank_requests
from marketplace.exchange.queries.reservations import get_reservation, read_again
from marketplace.exchange.rules import reservation as reservation_rules
from marketplace.exchange.rules.reservation import OFFER_WITHIN, ReservationStatus, Step, reminder
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Unit, plain
from marketplace.market.actions import counters, lots
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import ListingStatus, is_part_allowed
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from marketplace.stock.actions.places import note_fullness


def locked(session: Session, actor: Actor, reservation_id: int, permission: Can) -> Reservation:
    """The reservation behind the lock of its listing: two people may act at the same moment."""
    listing_id = session.scalar(select(Reservation.listing_id).where(Reservation.id == reservation_id))
    if listing_id is not None:
        counters.lock(session, listing_id)
    reservation = get_reservation(session, actor, reservation_id)
    require(actor, permission, reservation)
    return reservation


def begin(session: Session, actor: Actor, reservation_id: int, step: Step, permission: Can) -> tuple[Reservation, bool]:
    """The same, and whether the step was taken before. Refused: a step out of order."""
    reservation = locked(session, actor, reservation_id, permission)
    return reservation, is_taken(reservation, step)


def is_taken(reservation: Reservation, step: Step) -> bool:
    """Whether the step was taken before. Refused: a step out of order."""
    status = ReservationStatus(reservation.status)
    if reservation_rules.is_done(step, status):
        return True
    reservation_rules.check_step(step, status)
    return False


def move(session: Session, actor: Actor, reservation: Reservation, step: Step, **values: Any) -> Reservation:
    """Take a step: the state changes only from a state that allows it."""
    allowed, target = reservation_rules.STEPS[step]
    return put(session, actor, reservation, step.value, allowed, target, **values)


def put(
    session: Session,
    actor: Actor,
    reservation: Reservation,
    action: str,
    allowed: tuple[ReservationStatus, ...],
    target: ReservationStatus,
    figure: Decimal | None = None,
    **values: Any,
) -> Reservation:
    """Move a reservation from one of some states into another.

    Writes its audit row `reservation.<action>`; returns the reservation as it is then. `figure`: what this side said that it was,
    or how much came back, where that is not what is held from now on.
    """
    statement = update(Reservation).where(Reservation.id == reservation.id, Reservation.status.in_(allowed))
    moved = session.scalar(
        statement.values(status=target.value, **values).returning(Reservation.id).execution_options(synchronize_session=False)
    )
    if moved is None:
        raise Conflict(_("Somebody else changed this in the meantime. Open the page again to see what it says now."))
    facts = {} if figure is None else {"figure": plain(figure)}
    audit.record(
        session,
        actor,
        action=f"reservation.{action}",
        object_type="reservation",
        object_id=reservation.id,
        before=reservation.status,
        quantity=plain(values.get("quantity", reservation.quantity)),
        **facts,
    )
    return read_again(session, reservation)


def note(session: Session, actor: Actor, reservation: Reservation, action: str, **values: Any) -> Reservation:
    """Write something down with a reservation whose state stays what it is."""
    status = ReservationStatus(reservation.status)
    return put(session, actor, reservation, action, (status,), status, **values)


def give_back(session: Session, reservation: Reservation, amount: Decimal) -> None:
    """Let go of a part of what is held, or of all of it."""
    if not counters.release(session, reservation.listing_id, amount):
        raise RuntimeError(f"reservation {reservation.id} held more than its listing says")


def take_more(session: Session, by: By, reservation: Reservation, extra: Decimal) -> Decimal:
    """Hold more than it does.

    From what is available, or where nobody else holds any part of the lot; refused otherwise. Returns by how much that raised the
    lot.
    """
    before = counters.lock(session, reservation.listing_id).quantity
    if not counters.take_more(session, reservation.listing_id, extra, mine=reservation.held):
        listing = counters.lock(session, reservation.listing_id)
        most = Amount(reservation.held + listing.available, Unit(reservation.unit))
        raise Conflict(
            _("Others hold part of this lot. At most %(most)s can be handed over here.", most=most),
            "quantity",
            available=plain(most.amount),
        )
    raised = counters.lock(session, reservation.listing_id).quantity - before
    if raised:
        lots.measured(session, by, reservation.listing, MovementKind.COUNT, raised, reservation_id=reservation.id)
    return raised


def lower_surplus(session: Session, by: By, reservation: Reservation, missing: Decimal) -> Decimal:
    """Take back what a surplus had raised the lot by, when a figure goes down.

    It was never there, so it goes first. Returns how much that was.
    """
    back = min(missing, reservation.surplus)
    if back > 0:
        _write_off(session, by, reservation, back, MovementKind.COUNT)
    return back


def _write_off(session: Session, by: By, reservation: Reservation, amount: Decimal, kind: MovementKind) -> None:
    if not counters.write_off(session, reservation.listing_id, amount):
        raise RuntimeError(f"reservation {reservation.id} held more than its listing says")
    lots.measured(session, by, reservation.listing, kind, -amount, reservation_id=reservation.id)


def measured_by(actor: Actor, reservation: Reservation) -> By:
    """The hand-over at which a figure was measured, as movements of the lot tell it."""
    return by_actor(actor, reservation.handed_over_on or clock.today())


def by_actor(actor: Actor, day: date, reason: str = "") -> By:
    """What two sides say of a day. In a depot it counts in a quarter that is open, for a closed one does not change any more."""
    return By(actor, day, reason, first_open_day(clock.today()))


def measured_as(session: Session, by: By, reservation: Reservation, quantity: Decimal, write_off_reason: str) -> dict[str, Any]:
    """The owner's figure at the gate; the columns that say so. What is missing stays held until the transfer is confirmed, and is written
    off then where a reason says that it is gone."""
    missing = reservation.held - quantity
    if missing >= 0:
        return {"quantity": quantity, "kept": missing, "write_off_reason": write_off_reason if missing else ""}
    raised = take_more(session, by, reservation, -missing)
    return {"quantity": quantity, "kept": Decimal(0), "surplus": reservation.surplus + raised}


def settled_as(
    session: Session, actor: Actor, reservation: Reservation, quantity: Decimal, write_off_reason: str = ""
) -> dict[str, Any]:
    """Bring what is held to the figure that counts; the columns that say so.

    What is missing is free again, or gone: all of it for a reason given now, and as much as the owner missed at the gate for a reason
    given then.
    """
    by, missing = measured_by(actor, reservation), reservation.held - quantity
    values: dict[str, Any] = {"quantity": quantity, "kept": Decimal(0)}
    if missing < 0:
        return values | {"surplus": reservation.surplus + take_more(session, by, reservation, -missing), "write_off_reason": ""}
    back = lower_surplus(session, by, reservation, missing)
    missing -= back
    said_at_gate = reservation.write_off_reason if reservation.kept else ""
    reason = write_off_reason.strip() or said_at_gate
    gone = missing if write_off_reason.strip() else min(missing, reservation.kept) if said_at_gate else Decimal(0)
    if gone > 0:
        _write_off(session, replace(by, reason=reason), reservation, gone, MovementKind.WRITE_OFF)
    if missing > gone:
        give_back(session, reservation, missing - gone)
    values |= {"written_off": gone, "write_off_reason": reason if gone else ""}
    return values | {"surplus": reservation.surplus - back}


def transfer_lot(session: Session, actor: Actor, reservation: Reservation) -> Lot:
    """The lot, or a part, is the receiver's now, lies where it went, and weighs what was agreed."""
    terms = reservation.terms
    if terms is None:
        raise RuntimeError(f"reservation {reservation.id} was never approved")
    lot = lots.transfer_lot(
        session,
        measured_by(actor, reservation),
        reservation.listing,
        reservation.quantity,
        receiver_id=reservation.organisation_id,
        to=whereabouts_of(reservation),
        reservation_id=reservation.id,
        weight=(terms.kg_per_unit, terms.kg_basis),
    )
    if lot.depot_id is not None:
        note_fullness(session, actor, lot.depot_id, lot.id)
    return lot


def make_child(session: Session, actor: Actor, reservation: Reservation, draft: ReturnDraft, back: Back) -> Listing:
    """What comes back becomes a lot of its own, and a listing that offers it where it lies now.

    To a depot it is announced, unless one of its keepers says so.
    """
    parent = get_listing(session, actor, reservation.listing_id)
    lies_in = session.get_one(Lot, find_received(session, reservation.id)).depot_id
    awaiting = find_awaiting(session, actor, back.to.depot_id, lies_in=lies_in)
    if awaiting is not None:
        back = stood_before(awaiting, back)
    lot = lots.bring_back(
        session,
        by_actor(actor, draft.returned_on, draft.reason),
        parent,
        draft.quantity.amount,
        reservation_id=reservation.id,
        receiver_id=reservation.organisation_id,
        condition=draft.condition,
        to=back.to,
        holder_id=back.holder_id,
    )
    child = lots.make_child_lot(
        session,
        actor,
        parent,
        lot=lot,
        quantity=draft.quantity.amount,
        transferred=min(draft.quantity.amount, reservation.quantity - reservation.taken_back),
        condition=draft.condition,
        location=back.location,
    )
    if awaiting is not None:
        expect_lot(session, actor, awaiting, lot)
    if back.to.depot_id is not None:
        note_fullness(session, actor, back.to.depot_id, lot.id)
    return child


def notify_side(
    session: Session,
    kind: Notice,
    reservation: Reservation,
    *,
    owner: bool,
    other_name: str = "",
    quantity: Decimal | None = None,
    **more: Any,
) -> None:
    """Tell one side: whoever offered the lot, or whoever asked. `other_name`: the name of the other organisation, where it is known already."""
    person_id = reservation.listing.created_by_id if owner else reservation.person_id
    name = other_name or (reservation.organisation if owner else reservation.owner).name
    amount = reservation.quantity if quantity is None else quantity
    facts: dict[str, Any] = {
        "reservation_id": reservation.id,
        "listing_id": reservation.listing_id,
        "listing_title": reservation.listing.title,
        "quantity": {"amount": str(amount), "unit": reservation.unit},
        "organisation": name,
        "reason": reservation.reason,
        "until": reservation.expires_at.isoformat() if reservation.expires_at else None,
    }
    notify(
        session,
        kind,
        person_id=person_id,
        organisation_id=reservation.owner_id if owner else reservation.organisation_id,
        **{**facts, **more},
    )


def notify_broker(session: Session, kind: Notice, reservation: Reservation, **more: Any) -> None:
    """Tell the coordinators of the region what waits for them."""
    for region in list_organisations(session, kind=OrganisationKind.REGION):
        notify(
            session,
            kind,
            organisation_id=region.id,
            reservation_id=reservation.id,
            listing_id=reservation.listing_id,
            listing_title=reservation.listing.title,
            organisation=reservation.owner.name,
            other=reservation.organisation.name,
            quantity={"amount": str(reservation.quantity), "unit": reservation.unit},
            **more,
        )


def is_clock(actor: Actor) -> bool:
    """Whether the clock acts rather than a person."""
    return actor is CLOCK or actor.is_system


def offer_next(session: Session, listing_id: int) -> int:
    """Offer what is free again to the highest on the waiting list that fits.

    For 48 hours, and so on while another fits; returns how many.

    Behind the lock of the listing, so the quantity is offered once, however often this is called.
    """
    listing = counters.lock(session, listing_id)
    offered = 0
    while _gives(listing):
        fit = next((item for item in _waiting(session, listing) if _fits(listing, item)), None)
        if fit is None or not counters.hold(session, listing_id, fit.quantity):
            break
        now = clock.now()
        until = now + OFFER_WITHIN
        made = put(
            session,
            CLOCK,
            fit,
            "offer",
            (WAITING,),
            ReservationStatus.OFFERED,
            offered_at=now,
            expires_at=until,
            reminded_days=reminder(clock.local(until).date(), clock.local(now).date()),
        )
        notify_side(session, Notice.RESERVATION_OFFERED, made, owner=False)
        offered += 1
        listing = counters.lock(session, listing_id)
    return offered


def _gives(listing: Listing) -> bool:
    ended = listing.available_until is not None and listing.available_until < clock.today()
    return listing.status == ListingStatus.PUBLISHED and listing.available > 0 and not ended


def _waiting(session: Session, listing: Listing) -> list[Reservation]:
    return [claim.reservation for claim in rank_requests(session, listing).claims if claim.reservation.status == WAITING]


def _fits(listing: Listing, reservation: Reservation) -> bool:
    if reservation.dates_declined:
        return False
    needed = reservation.needed_by is None or reservation.needed_by >= clock.today()
    whole = is_part_allowed(reservation.quantity, listing.available, listing.minimum_part)
    return needed and whole and reservation.quantity <= listing.available


def displace(
    session: Session,
    actor: Actor,
    listing: Listing,
    chosen: Reservation | None,
    left: Decimal,
    kind: Notice = Notice.RESERVATION_DISPLACED,
) -> None:
    """Leave other unapproved reservations, in their order, what still fits. The rest wait and are notified."""
    for claim in rank_requests(session, listing).claims:
        other = claim.reservation
        if (chosen is not None and other.id == chosen.id) or other.status not in CLAIMING:
            continue
        if other.quantity <= left:
            left -= other.quantity
            continue
        if not counters.release(session, listing.id, other.quantity):
            raise RuntimeError(f"reservation {other.id} held more than its listing says")
        moved = put(
            session,
            actor,
            other,
            "displace",
            CLAIMING,
            WAITING,
            waiting_since=clock.now(),
            expires_at=None,
            reminded_days=None,
            confirm_until=None,
        )
        notify_side(session, kind, moved, owner=False)
