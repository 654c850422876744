"""What waits to be told."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.notices.models import AuditRow, NoticeRow


def list_due(session: Session, limit: int = 200) -> list[int]:
    """Ids of notices that may be posted now, oldest first: not sent, not given up, and nobody is busy with them."""
    now = clock.now()
    rows = select(NoticeRow.id).where(
        NoticeRow.sent_at.is_(None),
        NoticeRow.dead_at.is_(None),
        NoticeRow.next_try_at <= now,
        NoticeRow.leased_until.is_(None) | (NoticeRow.leased_until <= now),
    )
    return list(session.scalars(rows.order_by(NoticeRow.id).limit(limit)))


def list_dead(session: Session) -> list[NoticeRow]:
    """Notices that were given up, newest first: an administrator looks at them."""
    return list(session.scalars(select(NoticeRow).where(NoticeRow.dead_at.is_not(None)).order_by(NoticeRow.id.desc())))


def find_oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest notice waits to be posted; None when none does."""
    rows = select(NoticeRow.created_at).where(NoticeRow.sent_at.is_(None), NoticeRow.dead_at.is_(None))
    return session.scalar(rows.order_by(NoticeRow.id).limit(1))


def is_recorded_since(session: Session, *, action: str, since: datetime) -> bool:
    """Whether the audit knows this action from that moment on."""
    return session.scalar(select(AuditRow.id).where(AuditRow.action == action, AuditRow.at >= since).limit(1)) is not None


def find_record(
    session: Session, *, actions: tuple[str, ...], object_type: str, object_id: int, organisation_id: int | None = None
) -> AuditRow | None:
    """The last time that one of these was done to an object (for that organisation); None when it never was."""
    rows = select(AuditRow).where(
        AuditRow.object_type == object_type, AuditRow.object_id == object_id, AuditRow.action.in_(actions)
    )
    if organisation_id is not None:
        rows = rows.where(AuditRow.organisation_id == organisation_id)
    return session.scalars(rows.where(AuditRow.result == "done").order_by(AuditRow.id.desc()).limit(1)).one_or_none()
