"""The verb of a conversation: send. Nothing changes or removes what was sent."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.kernel import clock
from marketplace.market.rules.photos import StoredPicture
from marketplace.messages import rules
from marketplace.messages.models import Message, MessageFile
from marketplace.messages.queries import count_sent_today, get_message
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def send(session: Session, actor: Actor, *, reservation_id: int, text: str = "", picture: StoredPicture | None = None) -> Message:
    """Write to the other side of a transfer, which is told. The same words again within a minute are one message."""
    reservation = get_reservation(session, actor, reservation_id)
    require(actor, Can.TALK, reservation)
    tidy = rules.clean_message(text, has_photo=picture is not None)
    existing = _just_sent(session, actor, reservation_id, tidy) if picture is None else None
    if existing is not None:
        return get_message(session, actor, reservation_id=reservation_id, message_id=existing)
    rules.check_sent_today(count_sent_today(session, actor))
    files = picture.files if picture else {}
    message = Message(
        reservation_id=reservation_id,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        text=tidy,
        files={name: {"name": file, "width": width, "height": height} for name, (file, width, height) in files.items()} or None,
        sent_at=clock.now(),
    )
    session.add(message)
    session.flush()
    session.add_all([MessageFile(name=name, message_id=message.id) for name in {file for file, _w, _h in files.values()}])
    audit.record(
        session,
        actor,
        action="message.send",
        object_type="reservation",
        object_id=reservation_id,
        message=message.id,
        has_photo=picture is not None,
    )
    _tell(session, actor, reservation, tidy)
    return get_message(session, actor, reservation_id=reservation_id, message_id=message.id)


def _just_sent(session: Session, actor: Actor, reservation_id: int, text: str) -> int | None:
    """The same words of the same person, sent in the last minute: a double click."""
    rows = select(Message.id).where(
        Message.reservation_id == reservation_id,
        Message.person_id == actor.person_id,
        Message.text == text,
        Message.files.is_(None),
        Message.sent_at > clock.now() - rules.SAME_WITHIN,
    )
    return session.scalar(rows.order_by(Message.id.desc()).limit(1))


def _tell(session: Session, actor: Actor, reservation: Reservation, text: str) -> None:
    """Tell the person on the other side; within one organisation the colleague."""
    asker, owner = reservation.person_id, reservation.listing.created_by_id
    from_owner = actor.organisation_id == reservation.owner_id
    if reservation.is_internal:
        if asker == owner:
            return
        from_owner = actor.person_id == owner
    notify(
        session,
        Notice.MESSAGE,
        person_id=asker if from_owner else owner,
        organisation_id=reservation.organisation_id if from_owner else reservation.owner_id,
        reservation_id=reservation.id,
        listing_id=reservation.listing_id,
        listing_title=reservation.listing.title,
        organisation=actor.organisation_name,
        message=rules.shortened(text) or None,
    )
