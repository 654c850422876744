"""The signatures of a transfer, as the audit knows them. The owner signs at the hand-over, the receiver at the confirmation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.policy import Actor
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import sees_names
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.notices.models import AuditRow
from marketplace.notices.queries import find_record


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


_HANDED_OVER = ("reservation.hand-over",)
_COMPLETED = ("reservation.confirm", "reservation.resolve")
_ANSWERED = (*_COMPLETED, "reservation.answer-dispute", "reservation.dispute")


def find_signatures(session: Session, actor: Actor, reservation: Reservation) -> tuple[Signature | None, Signature | None]:
    """Find the owner's and the receiver's signature, as far as this reader may see them.

    None for what has not been signed. Where the broker settled it, or the clock, that stands in the receiver's place; where the
    owner took over the receiver's figure, the receiver signed by giving it.
    """
    handed = _record(session, reservation, _HANDED_OVER) if reservation.handed_over_at else None
    last = _record(session, reservation, _COMPLETED) if reservation.status == ReservationStatus.COMPLETED else None
    if last is not None and last.organisation_id == reservation.owner_id and not reservation.is_internal:
        last = _record(session, reservation, _ANSWERED, reservation.organisation_id) or last
    return _signature(session, actor, reservation, handed), _signature(session, actor, reservation, last)


def _record(
    session: Session, reservation: Reservation, actions: tuple[str, ...], organisation_id: int | None = None
) -> AuditRow | None:
    return find_record(
        session, actions=actions, object_type="reservation", object_id=reservation.id, organisation_id=organisation_id
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
