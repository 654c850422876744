"""Messages of a transfer, and their photos."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.messages.models import Message, MessageFile
from marketplace.messages.rules import DAY


def list_messages(session: Session, actor: Actor, *, reservation_id: int) -> list[Message]:
    """The conversation of a transfer, oldest first.

    For its two sides, and for the reviewer and the broker where the broker is asked to decide; Missing for everyone else.
    """
    return list(session.scalars(_conversation(session, actor, reservation_id).order_by(Message.id)))


def _conversation(session: Session, actor: Actor, reservation_id: int) -> Select[Message]:
    require(actor, Can.READ_TALK, get_reservation(session, actor, reservation_id), hidden=True)
    return select(Message).where(Message.reservation_id == reservation_id).options(joinedload(Message.organisation))


def get_message(session: Session, actor: Actor, *, reservation_id: int, message_id: int) -> Message:
    """One of them, or Missing."""
    message = session.scalars(_conversation(session, actor, reservation_id).where(Message.id == message_id)).one_or_none()
    if message is None:
        raise Missing(_("This message does not exist. Open the reservation again."))
    return message


def list_writer_names(session: Session, actor: Actor, messages: Sequence[Message]) -> dict[int, str]:
    """By message, the name of the colleague who wrote it. None of the other side."""
    require(actor, Can.READ_TALK)
    own = [row for row in messages if row.organisation_id == actor.organisation_id and row.person_id is not None]
    if not own:
        return {}
    people = {row.person_id for row in own}
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(people), Person.is_active)).all())
    return {row.id: names[row.person_id] for row in own if row.person_id in names}


def count_sent_today(session: Session, actor: Actor) -> int:
    """How many messages this person sent in the last day."""
    require(actor, Can.TALK)
    rows = select(func.count()).where(Message.person_id == actor.person_id, Message.sent_at > clock.now() - DAY)
    return session.scalar(rows) or 0


def may_see_message_photo(session: Session, actor: Actor, file_name: str) -> bool:
    """Whether this picture stands in a conversation that the actor may read."""
    if not actor.is_member:
        return False
    rows = select(Reservation).join(Message, Message.reservation_id == Reservation.id)
    rows = rows.join(MessageFile, MessageFile.message_id == Message.id).where(MessageFile.name == file_name)
    return any(may(actor, Can.READ_TALK, reservation) for reservation in session.scalars(rows))


def list_message_files(session: Session) -> set[str]:
    """Every file name in use here: what the sweep of orphans must leave alone."""
    return set(session.scalars(select(MessageFile.name).distinct()))
