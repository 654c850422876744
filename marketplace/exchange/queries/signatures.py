"""The signatures and the history of a transfer, as the audit knows them.

The owner signs at the hand-over, the receiver at the confirmation.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import sees_names
from marketplace.exchange.rules.history import By, Event, Record, history
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.notices.models import AuditRow
from marketplace.notices.queries import find_record, list_records_of


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature.

    The name is empty for readers who may not see names, and for a person who has left; `by_clock`: it counted as confirmed after
    14 days without an answer.
    """

    at: datetime
    organisation: str
    role: str
    name: str
    by_clock: bool


_ASKED = ("reservation.request", "reservation.wait")
_APPROVED = ("reservation.approve",)
_TOLD = ("listing.create", "listing.edit", "listing.return")
_HANDED_OVER = ("reservation.hand-over", "reservation.late-hand-over")
_COMPLETED = ("reservation.confirm", "reservation.resolve")
_ANSWERED = (*_COMPLETED, "reservation.answer-dispute", "reservation.dispute")


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said of the quantity, by whom and when. Said once and never replaced."""

    quantity: Decimal | None
    measured_by: str | None
    condition: str | None
    signature: Signature | None


def find_signatures(session: Session, actor: Actor, reservation: Reservation) -> tuple[Signature | None, Signature | None]:
    """Find the owner's and the receiver's signature, as far as this reader may see them.

    One each: the first. None for what has not been signed. Where the broker settled it, or the clock, that stands in the receiver's
    place.
    """
    owner, receiver, agreed = find_statements(session, actor, reservation)
    return owner.signature, (receiver.signature or agreed.signature) if agreed.signature else None


def find_request(session: Session, actor: Actor, reservation: Reservation) -> Signature | None:
    """Who asked for it, as far as this reader may see."""
    return _signature(session, actor, reservation, _record(session, reservation, _ASKED, first=True))


def find_approval(session: Session, actor: Actor, reservation: Reservation) -> Signature | None:
    """Who approved it, as far as this reader may see."""
    return _signature(session, actor, reservation, _record(session, reservation, _APPROVED))


def find_teller(session: Session, actor: Actor, reservation: Reservation) -> Signature | None:
    """Who said last what stands with the lot, as far as this reader may see."""
    record = find_record(session, actions=_TOLD, object_type="listing", object_id=reservation.listing_id)
    return _signature(session, actor, reservation, record)


def handed_over_by(session: Session, reservation: Reservation) -> int | None:
    """The person who entered the owner's figure. None where nothing was handed over."""
    handed = _record(session, reservation, _HANDED_OVER)
    return handed.person_id if handed else None


def find_statements(session: Session, actor: Actor, reservation: Reservation) -> tuple[Statement, Statement, Statement]:
    """Find the owner's statement, the receiver's, and the figure that counts."""
    is_done = reservation.status == ReservationStatus.COMPLETED
    handed = _record(session, reservation, _HANDED_OVER) if reservation.handed_over_at else None
    answered = _record(session, reservation, _ANSWERED, reservation.organisation_id, first=True)
    last = _record(session, reservation, _COMPLETED) if is_done else None

    def signed(record: AuditRow | None) -> Signature | None:
        return _signature(session, actor, reservation, record)

    owner_quantity = reservation.owner_quantity
    if owner_quantity is None and reservation.handed_over_at is not None:  # of before both sides entered their own figure
        owner_quantity = reservation.quantity
    return (
        Statement(owner_quantity, reservation.owner_measured_by, reservation.owner_condition, signed(handed)),
        Statement(
            reservation.receiver_quantity,
            reservation.receiver_measured_by,
            reservation.receiver_condition,
            signed(answered) if reservation.handed_over_at else None,
        ),
        Statement(reservation.quantity if is_done else None, None, None, signed(last)),
    )


def _record(
    session: Session,
    reservation: Reservation,
    actions: tuple[str, ...],
    organisation_id: int | None = None,
    *,
    first: bool = False,
) -> AuditRow | None:
    return find_record(
        session,
        actions=actions,
        object_type="reservation",
        object_id=reservation.id,
        organisation_id=organisation_id,
        first=first,
    )


def _signature(session: Session, actor: Actor, reservation: Reservation, record: AuditRow | None) -> Signature | None:
    if record is None:
        return None
    person = session.get(Person, record.person_id) if record.person_id is not None else None
    organisation = session.get(Organisation, record.organisation_id) if record.organisation_id is not None else None
    shows_name = person is not None and person.is_active and sees_names(session, actor, reservation.listing)
    return Signature(
        at=record.at,
        organisation=organisation.name if organisation else "",
        role=person.role if person else "",
        name=person.name if person is not None and shows_name else "",
        by_clock=record.person_id is None,
    )


def list_history(session: Session, actor: Actor, reservation: Reservation) -> list[Event]:
    """Everything that happened, oldest first. When the two sides meet is only told to them."""
    rows = list_records_of(session, object_type="reservation", object_id=reservation.id)
    return history([_record_of(reservation, row) for row in rows], with_meeting=may(actor, Can.MEET, reservation))


def _record_of(reservation: Reservation, row: AuditRow) -> Record:
    action, facts = row.action.removeprefix("reservation."), row.facts
    figure = facts.get("figure", facts.get("quantity") if action not in _OWN_FIGURE else None)
    if figure is None and action == "dispute":  # of before the audit had it
        figure = reservation.receiver_quantity
    times = facts.get("times") or ([facts["time"]] if "time" in facts else [])
    return Record(
        row.at,
        action,
        _by(reservation, row),
        None if figure is None else Decimal(figure),
        tuple(datetime.fromisoformat(time) for time in times),
    )


_OWN_FIGURE = ("dispute", "answer-dispute", "return")  # what is held does not change with these


def _by(reservation: Reservation, row: AuditRow) -> By:
    if row.organisation_id is None:
        return By.CLOCK
    sides = {reservation.organisation_id: By.ASKER, reservation.owner_id: By.OWNER}
    return sides.get(row.organisation_id, By.BROKER)
