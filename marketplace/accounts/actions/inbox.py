"""Reading the inbox: one message or all."""

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.inbox import Message, _mine, _opened, get_message
from marketplace.kernel import clock
from marketplace.notices.actions.deliveries import reader_of
from marketplace.notices.models import NoticeRow, ReadRow


def mark_read(session: Session, actor: Actor, *, notice_id: int) -> Message:
    """Mark this notice as read by the actor.

    A second call changes nothing. There is no audit row: nothing changes for anyone else.
    """
    message = get_message(session, actor, notice_id)
    if message.read_at is not None:
        return message
    now = clock.now()
    reader_of(session, actor.person_id or 0)  # one at a time for each reader
    if not session.scalar(select(_opened(actor.person_id)).select_from(NoticeRow).where(NoticeRow.id == notice_id)):
        session.execute(insert(ReadRow).values(person_id=actor.person_id, notice_id=notice_id, read_at=now))
    return Message(message.notice, now)


def mark_all_read(session: Session, actor: Actor, *, until: int) -> None:
    """Mark everything up to and including this notice as read. What arrived after it was not on the page yet."""
    require(actor, Can.OWN_ACCOUNT)
    newest = session.scalar(select(func.max(NoticeRow.id)).where(_mine(actor), NoticeRow.id <= until)) or 0
    reader = reader_of(session, actor.person_id or 0)
    if newest > reader.read_until:
        reader.read_until, reader.read_until_at = newest, clock.now()
