"""Steps that every verb of a transfer shares.

Read again behind the lock, move the state, give back, notify.

Locks are taken in a fixed order: listing → reservation → ledger head → roll-ups → catalogue revision.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import find_reservation, get_reservation
from marketplace.exchange.rules import reservation as reservation_rules
from marketplace.exchange.rules.reservation import ReservationStatus, Step
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Unit, plain
from marketplace.market.actions import counters
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def begin(session: Session, actor: Actor, reservation_id: int, step: Step, right: Can) -> tuple[Reservation, bool]:
    """The reservation behind the lock of its listing, and whether the step was taken before. Refused: a step out of order."""
    reservation = get_reservation(session, actor, reservation_id)
    require(actor, right, reservation)
    counters.lock(session, reservation.listing_id)
    reservation = find_reservation(session, reservation_id)
    status = ReservationStatus(reservation.status)
    if reservation_rules.is_done(step, status):
        return reservation, True
    reservation_rules.check_step(step, status)
    return reservation, False


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
    **values: Any,
) -> Reservation:
    """Move a reservation from one of some states into another.

    Writes its audit row `reservation.<action>`; returns the reservation as it is then.
    """
    statement = update(Reservation).where(Reservation.id == reservation.id, Reservation.status.in_(allowed))
    moved = session.scalar(
        statement.values(status=target.value, **values).returning(Reservation.id).execution_options(synchronize_session=False)
    )
    if moved is None:
        raise Conflict(_("Somebody else changed this in the meantime. Open the page again to see how it stands."))
    quantity = values.get("quantity", reservation.quantity)
    audit.record(
        session,
        actor,
        action=f"reservation.{action}",
        object_type="reservation",
        object_id=reservation.id,
        before=reservation.status,
        quantity=plain(quantity),
    )
    return find_reservation(session, reservation.id)


def note(session: Session, actor: Actor, reservation: Reservation, action: str, **values: Any) -> Reservation:
    """Write something down with a reservation whose state stays what it is."""
    status = ReservationStatus(reservation.status)
    return put(session, actor, reservation, action, (status,), status, **values)


def give_back(session: Session, reservation: Reservation, amount: Decimal | None = None) -> None:
    """Let go of what is held, or of a part of it."""
    if not counters.release(session, reservation.listing_id, reservation.quantity if amount is None else amount):
        raise RuntimeError(f"reservation {reservation.id} held more than its listing says")


def take_more(session: Session, reservation: Reservation, extra: Decimal) -> Decimal:
    """Hold more than was ordered.

    From what is available, or where nobody else holds any part of the lot; refused otherwise. Returns by how much that raised the
    lot.
    """
    before = counters.lock(session, reservation.listing_id).quantity
    if not counters.take_more(session, reservation.listing_id, extra, mine=reservation.quantity):
        listing = counters.lock(session, reservation.listing_id)
        most = Amount(reservation.quantity + listing.available, Unit(reservation.unit))
        raise Conflict(
            _("Others hold part of this lot. At most %(most)s can be handed over here.", most=most),
            "quantity",
            available=plain(most.amount),
        )
    return counters.lock(session, reservation.listing_id).quantity - before


def lower_surplus(session: Session, reservation: Reservation, missing: Decimal) -> Decimal:
    """Take back what a surplus had raised the lot by, when a figure goes down.

    It was never there, so it goes first. Returns how much that was.
    """
    back = min(missing, reservation.surplus)
    if back > 0 and not counters.write_off(session, reservation.listing_id, back):
        raise RuntimeError(f"reservation {reservation.id} held more than its listing says")
    return back


def measured_as(session: Session, reservation: Reservation, quantity: Decimal, write_off_reason: str) -> dict[str, Any]:
    """Bring what is held to a measured figure; the columns that say so. What is missing is free again, or gone where a reason says so."""
    missing = reservation.quantity - quantity
    values: dict[str, Any] = {"quantity": quantity}
    if missing > 0 and reservation.surplus > 0:
        back = lower_surplus(session, reservation, missing)
        missing -= back
        values["surplus"] = reservation.surplus - back
    if missing > 0 and write_off_reason.strip():
        if not counters.write_off(session, reservation.listing_id, missing):
            raise RuntimeError(f"reservation {reservation.id} held more than its listing says")
        values |= {"written_off": reservation.written_off + missing, "write_off_reason": write_off_reason}
    elif missing > 0:
        give_back(session, reservation, missing)
    elif missing < 0:
        values["surplus"] = reservation.surplus + take_more(session, reservation, -missing)
    return values


def tell(
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


def is_clock(actor: Actor) -> bool:
    """Whether the clock acts rather than a person."""
    return actor is CLOCK or actor.is_system
