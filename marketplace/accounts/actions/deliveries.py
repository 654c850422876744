"""Deliveries of a notice to each reader, and mail that was given up: retried or dropped."""

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.people import Recipient, list_administrators, list_recipients
from marketplace.accounts.queries.preferences import cadences_of
from marketplace.notices.actions import audit, deliveries
from marketplace.notices.actions.deliveries import Letter, Reader, claim, deliver, mark_dropped, mark_failed
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Cadence, Failure, Notice


def retry_dead_letter(session: Session, actor: Actor, *, delivery_id: int) -> bool:
    """Have a dead letter tried again from the start, a digest as a whole; whether it was dead."""
    require(actor, Can.READ_HEALTH)
    revived = deliveries.retry(session, delivery_id=delivery_id)
    if revived:
        audit.record(session, actor, action="delivery.retry", object_type="delivery", object_id=delivery_id, deliveries=revived)
    return bool(revived)


def drop_dead_letter(session: Session, actor: Actor, *, delivery_id: int) -> bool:
    """Let a dead letter go, a digest as a whole: it is not sent any more and stays in the inbox. Whether it was dead."""
    require(actor, Can.READ_HEALTH)
    dropped = deliveries.drop(session, delivery_id=delivery_id)
    if dropped:
        audit.record(session, actor, action="delivery.drop", object_type="delivery", object_id=delivery_id, deliveries=dropped)
    return bool(dropped)


def spread(session: Session, *, notice_id: int) -> int:
    """Make the deliveries of one notice, once, however often it is asked; how many. Nobody there: none."""
    notice = claim(session, notice_id=notice_id)
    if notice is None:
        return 0
    kind = Notice(notice.kind)
    if notice.email is not None:
        return deliver(session, notice.id, [Reader(None, notice.email, Cadence.AT_ONCE)])
    rows = list_recipients(session, person_id=notice.person_id, organisation_id=notice.organisation_id)
    return deliver(session, notice.id, _readers(session, kind, rows))


def record_failure(session: Session, *, letter: Letter, reader: Recipient, error: str, failure: Failure) -> None:
    """Record that a letter did not go out. The administrators are told of one that was given up, except one that told them so."""
    if not mark_failed(session, letter=letter, error=error, failure=failure):
        return
    if letter.kind is Notice.LETTER_GIVEN_UP:
        return
    for person_id in list_administrators(session):
        notify(session, Notice.LETTER_GIVEN_UP, person_id=person_id, reader=reader.email, error=error[:200])


def reassign(session: Session, *, letter: Letter) -> int:
    """Give a letter whose reader has left to the people who now look after the organisation.

    Returns how many people read it instead.
    """
    mark_dropped(session, letter=letter, why="the reader has left")
    made = 0
    for item in letter.along:
        rows = list_recipients(session, person_id=None, organisation_id=item.organisation_id)
        made += deliver(session, item.notice_id, _readers(session, item.kind, rows))
    return made


def _readers(session: Session, kind: Notice, recipients: list[Recipient]) -> list[Reader]:
    people = [recipient.person_id for recipient in recipients if recipient.person_id is not None]
    return [Reader(person_id, None, cadence) for person_id, cadence in cadences_of(session, kind, people).items()]
