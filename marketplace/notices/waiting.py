"""What waits to be told, what was given up, and what has been told long enough ago."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.notices import audit
from marketplace.notices.audit import Doer
from marketplace.notices.models import NoticeRow

NOTICES_KEPT = timedelta(days=365)


def count_waiting(session: Session) -> int:
    """How many notices still have to leave; given up ones do not count."""
    waiting = NoticeRow.sent_at.is_(None) & NoticeRow.dead_at.is_(None)
    return session.scalar(select(func.count()).select_from(NoticeRow).where(waiting)) or 0


def retry_dead(session: Session, actor: Doer, *, delivery_id: int) -> bool:
    """Try a notice again that was given up, from now on as often as a new one; false when it is not there any more."""
    given_up = update(NoticeRow).where(NoticeRow.id == delivery_id, NoticeRow.dead_at.is_not(None))
    again = given_up.values(dead_at=None, attempts=0, leased_until=None, next_try_at=clock.now()).returning(NoticeRow.kind)
    kind = session.scalar(again)
    if kind is not None:
        audit.record(session, actor, action="notice.retry", object_type="notice", object_id=delivery_id, kind=kind)
    return kind is not None


def drop_dead(session: Session, actor: Doer, *, delivery_id: int) -> bool:
    """Let go of a notice that was given up: nobody is told any more; false when it is not there any more."""
    given_up = delete(NoticeRow).where(NoticeRow.id == delivery_id, NoticeRow.dead_at.is_not(None))
    kind = session.scalar(given_up.returning(NoticeRow.kind))
    if kind is not None:
        audit.record(session, actor, action="notice.drop", object_type="notice", object_id=delivery_id, kind=kind)
    return kind is not None


def forget_notices(session: Session) -> int:
    """Drop what was told more than a year ago; how many. What waits or was given up stays."""
    old = delete(NoticeRow).where(NoticeRow.sent_at < clock.now() - NOTICES_KEPT)
    return int(getattr(session.execute(old.execution_options(synchronize_session=False)), "rowcount", 0))
